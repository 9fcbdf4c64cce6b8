import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A certificate authority for tests. */
export interface Authority {
  readonly directory: string;
  /** The file of its certificate. */
  readonly file: string;
  readonly pem: string;
  /** Creates a key and certificate for names in the format of `subjectAltName`. */
  readonly issue: (names: string) => Promise<{ readonly key: string; readonly cert: string }>;
  readonly remove: () => Promise<void>;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** Creates an authority in a directory that is removed with it. */
export async function createAuthority(): Promise<Authority> {
  const directory = await mkdtemp(join(tmpdir(), 'authority-'));
  const at = (name: string): string => join(directory, name);
  await run('openssl', [
    ...['req', '-x509', ...NEW_KEY, '-days', '2', '-subj', '/CN=Authority of the tests'],
    ...['-keyout', at('ca.key'), '-out', at('ca.pem')],
  ]);
  let issued = 0;
  return {
    directory,
    file: at('ca.pem'),
    pem: await readFile(at('ca.pem'), 'utf8'),
    issue: async (names) => {
      issued += 1;
      const [key, request, cert, extensions] = ['key', 'csr', 'pem', 'ext'].map((kind) =>
        at(`${issued}.${kind}`),
      );
      await writeFile(String(extensions), `subjectAltName=${names}\n`);
      await run('openssl', [
        ...[
          'req',
          '-new',
          ...NEW_KEY,
          '-subj',
          '/CN=server',
          '-keyout',
          String(key),
          '-out',
          String(request),
        ],
      ]);
      await run('openssl', [
        ...['x509', '-req', '-days', '2', '-in', String(request), '-out', String(cert)],
        ...['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-extfile', String(extensions)],
      ]);
      return { key: await readFile(String(key), 'utf8'), cert: await readFile(String(cert), 'utf8') };
    },
    remove: () => rm(directory, { recursive: true }),
  };
}
