import { isUtf8 } from 'node:buffer';
import { createHmac, randomBytes } from 'node:crypto';
import type { PasswordCheck, PasswordResult } from './passwords.ts';

/** The result of checking credentials; `unavailable`: they could not be checked. */
export type Admission = 'admitted' | 'refused' | 'busy' | 'too many' | 'unavailable';

const BASIC = /^Basic +(?<encoded>[A-Za-z0-9+/]+={0,2}) *$/i;

/** Parses an `Authorization` header; undefined for anything but well-formed Basic. */
export const readCredentials = (authorization: string | undefined) => {
  const encoded = BASIC.exec(authorization ?? '')?.groups?.['encoded'];
  if (encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  if (!isUtf8(bytes)) return undefined;
  const text = bytes.toString();
  const colon = text.indexOf(':');
  return colon === -1 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
};

/** Checks the `Authorization` of a client's request. `users`: bcrypt hashes by user; a different map means different rules. */
export type Authenticate = (
  users: ReadonlyMap<string, string>,
  authorization: string | undefined,
  client: string,
) => Promise<Admission>;

/**
 * Checks credentials without revealing by timing whether a user exists: the password of an unknown user is also
 * compared, with the hash of some user, and always refused. `remembered`: how many valid credentials are remembered.
 */
export const createBasicAuth = (
  check: (check: PasswordCheck) => Promise<PasswordResult>,
  remembered: number,
): Authenticate => {
  const key = randomBytes(32);
  // Keyed hashes of valid credentials, the last used at the end.
  const verified = new Set<string>();
  let rules: ReadonlyMap<string, string> | undefined;

  const digest = (...parts: readonly string[]): Buffer => {
    const hmac = createHmac('sha256', key);
    for (const part of parts) hmac.update(`${part.length}:${part}`);
    return hmac.digest();
  };

  const remember = (id: string): void => {
    verified.delete(id);
    verified.add(id);
    for (const oldest of verified) if (verified.size > remembered) verified.delete(oldest);
  };

  // Always the same one for a user, so that timing does not vary if hashes differ in cost.
  const standIn = (users: ReadonlyMap<string, string>, user: string): string => {
    const hashes = [...users.values()];
    return hashes[digest(user).readUInt32BE() % hashes.length] ?? '';
  };

  return async (users, authorization, client) => {
    if (users !== rules) {
      verified.clear();
      rules = users;
    }
    if (users.size === 0) return 'admitted';
    const credentials = readCredentials(authorization);
    if (credentials === undefined) return 'refused';
    const { user, password } = credentials;
    const known = users.get(user);
    const hash = known ?? standIn(users, user);
    const id = digest(user, password, hash).toString('base64');
    if (known !== undefined && verified.has(id)) {
      remember(id);
      return 'admitted';
    }
    const result = await check({ client, key: id, password, hash }).catch(() => 'unavailable' as const);
    if (result === 'match' && known !== undefined) {
      if (users === rules) remember(id);
      return 'admitted';
    }
    return result === 'match' || result === 'mismatch' ? 'refused' : result;
  };
};
