/** What somebody without credentials may put, and exactly that. */
export interface UploadPermit {
  readonly key: string;
  /** `null`: not known beforehand, as of a sidecar. */
  readonly size: number | null;
  /** In hex; the store refuses other bytes. */
  readonly sha256: string | null;
  /** Signed with the rest: what arrives carries exactly these pairs. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface SignedUpload {
  readonly method: 'PUT';
  readonly url: string;
  /** To be sent as they are. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Addresses at which a caller without credentials may do one thing for a while. */
export interface UrlSigner {
  upload(permit: UploadPermit, expiresInMs: number): Promise<SignedUpload>;
  /** An address that answers with the bytes of the key. */
  download(key: string, expiresInMs: number): Promise<string>;
}
