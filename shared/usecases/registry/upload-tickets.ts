import { Refusal } from '#shared/domain/errors.ts';
import { DEFAULT_LIMITS } from '#shared/domain/registry/limits.ts';
import { registryKeys, type UploadKind } from '#shared/domain/registry/registry-keys.ts';
import { instant } from '#shared/domain/registry/shape.ts';
import type { SignedUpload, UrlSigner } from '#shared/ports/url-signer.ts';
import type { Caller } from '#shared/usecases/caller.ts';
import type { RegistryDeps } from './deps.ts';
import { findDeveloper } from './developers.ts';

export interface UploadTicketsInput {
  readonly developer: string;
  /** The package's file name without `.apkg`. */
  readonly file: string;
  readonly size: number;
  /** In small hexadecimal digits. */
  readonly sha256: string;
  readonly caller: Caller;
}

/** Where to put the package, and what may go with it. */
export interface UploadTickets {
  readonly expiresAt: string;
  readonly package: SignedUpload;
  /** Not needed: the package's own address says which bytes it takes. */
  readonly checksum: SignedUpload;
  readonly signature: SignedUpload;
}

const GOOD_FOR_MS = 900_000;

type TicketDeps = Pick<RegistryDeps, 'docs' | 'settings' | 'clock'> & { readonly urls: UrlSigner };

/** Only a grant that names the developer is one; where nobody is registered, a grant that names none is as well. */
const requireDeveloper = ({ grant }: Caller, developer: string, isOpen: boolean): void => {
  if (grant.developers?.includes(developer) || (isOpen && !grant.developers)) return;
  throw new Refusal('forbidden', `this key has no grant to upload for ${developer}`, { field: 'developer' });
};

const requireSize = (size: number, limit: number): void => {
  if (size >= 1 && size <= limit) return;
  throw new Refusal('invalid-input', `size must be a whole number from 1 to ${limit}`, { field: 'size' });
};

/** Signed addresses for somebody without credentials of their own: for these bytes, this developer and this caller. */
export const uploadTickets =
  (deps: TicketDeps) =>
  async ({ developer, file, size, sha256, caller }: UploadTicketsInput): Promise<UploadTickets> => {
    const { settings, clock, urls } = deps;
    requireDeveloper(caller, developer, settings.unregistered === 'allow');
    const registered = await findDeveloper(deps)(developer);
    if (!registered && settings.unregistered === 'refuse')
      throw new Refusal('forbidden', `${developer} is not registered`, { field: 'developer' });
    requireSize(size, (registered?.limits ?? DEFAULT_LIMITS).fileBytes);
    // What goes into a header has to be ASCII.
    const metadata = { developer, caller: encodeURIComponent(caller.subject) };
    const ticket = (kind: UploadKind): Promise<SignedUpload> => {
      const proof =
        kind === 'package'
          ? { size, sha256, metadata: { ...metadata, sha256 } }
          : { size: null, sha256: null, metadata };
      return urls.upload({ key: registryKeys.upload({ developer, file, kind }), ...proof }, GOOD_FOR_MS);
    };
    return {
      expiresAt: instant(clock.now() + GOOD_FOR_MS),
      package: await ticket('package'),
      checksum: await ticket('checksum'),
      signature: await ticket('signature'),
    };
  };
