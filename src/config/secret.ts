import type { SecretSource } from './config.ts';
import type { TextFiles } from './text-file.ts';

const MAX_SECRET_BYTES = 64 * 1024;

/** A secret that stands in the configuration itself. `origin` says where. */
export const givenSecret = (secret: string, origin: string): SecretSource => ({
  origin,
  read: () => Promise.resolve(secret),
});

/** A secret in a file, read anew each time, so that a rotated one needs no restart. */
export const secretInFile = (path: string, files: TextFiles): SecretSource => ({
  origin: `the file ${path}`,
  read: async () => {
    const secret = await files.readText(path, MAX_SECRET_BYTES).then(
      (text) => text.trim(),
      (error: unknown) => {
        throw new Error(`the file ${path} ${error instanceof Error ? error.message : 'cannot be read'}`);
      },
    );
    if (secret === '') throw new Error(`the file ${path} is empty, it must hold the secret`);
    if (/[\r\n]/.test(secret)) {
      throw new Error(`the file ${path} has more than one line, it must hold the secret alone`);
    }
    return secret;
  },
});
