import type { SecretSource } from './config.ts';
import type { TextFiles } from './text-file.ts';

const MAX_SECRET_BYTES = 64 * 1024;

// By source, and beside it, so that no secret is part of what may be printed.
const places = new WeakMap<SecretSource, string>();

const placed = (source: SecretSource, ...place: readonly string[]): SecretSource => {
  places.set(source, place.join(' '));
  return source;
};

/** Whether two sources are one file, or give the same secret. */
export const isSameSecret = (one: SecretSource, other: SecretSource): boolean =>
  one === other || (places.has(one) && places.get(one) === places.get(other));

/** A secret in the configuration itself. */
export const givenSecret = (secret: string, origin: string): SecretSource =>
  placed({ origin, read: () => Promise.resolve(secret) }, 'given', secret);

/** Whether a file name can be shown. One without a slash may be a secret that was pasted instead. */
export const looksLikePath = (file: string): boolean => file.includes('/');

/** A secret in a file, read each time, so that a rotated one needs no restart. `origin` names it in messages. */
export const secretInFile = (
  path: string,
  files: TextFiles,
  origin: string = `the file ${path}`,
): SecretSource => {
  const read = async (): Promise<string> => {
    const secret = await files.readText(path, MAX_SECRET_BYTES).then(
      (text) => text.trim(),
      (error: unknown) => {
        throw new Error(`${origin} ${error instanceof Error ? error.message : 'cannot be read'}`);
      },
    );
    if (secret === '') throw new Error(`${origin} is empty, expected the secret`);
    if (/[\r\n]/.test(secret)) throw new Error(`${origin} has more than one line, expected only the secret`);
    return secret;
  };
  return placed({ origin, read }, 'file', path);
};
