import { dirname } from 'node:path';
import { readText } from '../files/read-text.ts';
import type { SecretSource } from './config.ts';

const MAX_SECRET_BYTES = 64 * 1024;

// Apart from the sources, which may be printed.
const places = new WeakMap<SecretSource, string>();

const placed = (source: SecretSource, place: string): SecretSource => {
  places.set(source, place);
  return source;
};

/** Equal for two sources if they are the same file or hold the same secret. Must not be printed. */
export const identityOf = (source: SecretSource): unknown => places.get(source) ?? source;

/** A secret in the configuration itself. */
export const givenSecret = (secret: string, origin: string): SecretSource =>
  placed({ origin, read: () => Promise.resolve(secret) }, `given ${secret}`);

/**
 * How messages name the file of a secret, given as `file` and found at `path`. Without a slash it may be a secret that
 * was pasted instead of a path, so only its directory is shown, and the setting that names it.
 */
export const safeName = (file: string, path: string, setting = 'this setting'): string =>
  file.includes('/') ? `the file ${path}` : `the file in ${dirname(path)} named by ${setting}`;

/** A secret in a file, read each time, so that a rotated one needs no restart. `origin` names it in messages. */
export const secretInFile = (path: string, origin = `the file ${path}`): SecretSource => {
  const read = async (): Promise<string> => {
    const text = await readText(path, MAX_SECRET_BYTES, origin);
    const secret = text.trim();
    if (secret === '') throw new Error(`${origin} is empty; expected the secret`);
    if (/[\r\n]/.test(secret)) throw new Error(`${origin} has more than one line; expected only the secret`);
    return secret;
  };
  return placed({ origin, read }, `file ${path}`);
};
