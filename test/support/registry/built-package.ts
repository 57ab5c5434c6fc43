import { createHash } from 'node:crypto';
import { asBuilt, writeZip } from './zip-writer.ts';

export interface PackageSeed {
  readonly name?: string;
  readonly version?: string;
  /** Besides what the builder always puts in, or in place of it. */
  readonly files?: Readonly<Record<string, string>>;
}

const manifestOf = (name: string, version: string): string => `version: "1.0"
name: ${name}
display_name: Hello
description: Says hello.
author: Ada
license: MIT
entrypoint: src.main:handler
runtime: python3.11
environment:
  GREETING: hello
dependencies:
  - requests>=2.31.0
metadata:
  version: ${version}
  tags:
    - demo
`;

const packageJson = (name: string, version: string): string =>
  JSON.stringify(
    {
      format_version: '1.0',
      created_by: 'pixell-kit',
      created_at: '2026-11-20T10:00:00Z',
      manifest: { name, version: '1.0', metadata: { version } },
    },
    null,
    2,
  );

/** A package as the builder builds it: folders deflated to two bytes, `.env` inside, and a note of its own. */
export const builtPackage = ({ name = 'hello', version = '1.0.0', files = {} }: PackageSeed = {}): Uint8Array =>
  writeZip({
    entries: asBuilt({
      'src/main.py': 'def handler(event):\n    return "hello"\n',
      'src/__init__.py': '',
      'agent.yaml': manifestOf(name, version),
      '.env': 'API_KEY=your-api-key-here\n',
      'requirements.txt': 'requests>=2.31.0\n',
      'deploy.json': '{"expose": ["rest"], "ports": {"rest": 8080}}\n',
      '.pixell/package.json': packageJson(name, version),
      ...files,
    }),
  });

export const sha256Of = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
