import { createHmac } from 'node:crypto';
import type { PasswordCheck, PasswordVerdict } from './password-checks.ts';

/** What came of a request's credentials; `unavailable`: they could not be checked. */
export type Admission = 'admitted' | 'refused' | 'busy' | 'too many' | 'unavailable';

/** A request as far as its credentials go. */
export interface CredentialsGiven {
  /** The header `Authorization`. */
  readonly authorization: string | undefined;
  /** Who sent it: an address. */
  readonly client: string;
}

interface Credentials {
  readonly user: string;
  readonly password: string;
}

const BASIC = /^Basic +(?<encoded>[A-Za-z0-9+/]+={0,2}) *$/i;

/** Reads the credentials out of an `Authorization` header; undefined for anything but well-formed Basic. */
export const readCredentials = (authorization: string | undefined): Credentials | undefined => {
  const encoded = BASIC.exec(authorization ?? '')?.groups?.['encoded'];
  if (encoded === undefined) return undefined;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(encoded, 'base64'));
  } catch {
    return undefined;
  }
  const colon = text.indexOf(':');
  return colon === -1 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
};

/** Remembers credentials that were found to be right, by a keyed hash that tells nothing about them. */
interface VerifiedCredentials {
  readonly has: (key: string) => boolean;
  readonly add: (key: string) => void;
  readonly clear: () => void;
}

const rememberVerified = (most: number): VerifiedCredentials => {
  const keys = new Set<string>();
  return {
    has: (key) => {
      // The one used last is forgotten last.
      const known = keys.delete(key);
      if (known) keys.add(key);
      return known;
    },
    add: (key) => {
      keys.add(key);
      for (const oldest of keys.size > most ? keys : []) {
        keys.delete(oldest);
        break;
      }
    },
    clear: () => keys.clear(),
  };
};

/** What basic authentication needs. */
export interface BasicAuthOptions {
  readonly check: (check: PasswordCheck) => Promise<PasswordVerdict>;
  /** How many verified credentials are remembered. */
  readonly remembered: number;
  /** Random bytes, other ones in each process. */
  readonly key: Uint8Array;
}

/** Decides about credentials. `users` holds hashes of bcrypt by user; another map means other rules. */
export type Authenticate = (
  users: ReadonlyMap<string, string>,
  given: CredentialsGiven,
) => Promise<Admission>;

/**
 * Checks credentials so that nobody can tell from the time it takes whether a user exists:
 * an unknown user's password is compared too, with the hash of some user, and refused whatever comes of it.
 */
export const createBasicAuth = ({ check, remembered, key }: BasicAuthOptions): Authenticate => {
  const verified = rememberVerified(remembered);
  let rules: ReadonlyMap<string, string> | undefined;

  const digest = (...parts: readonly string[]): Buffer => {
    const hmac = createHmac('sha256', key);
    for (const part of parts) hmac.update(`${part.length}:${part}`);
    return hmac.digest();
  };

  /** The same for the same user, so that an unknown user's time does not vary where hashes differ in cost. */
  const standIn = (users: ReadonlyMap<string, string>, user: string): string => {
    const hashes = [...users.values()];
    return hashes[digest(user).readUInt32BE() % hashes.length] ?? '';
  };

  const admissionOf = (verdict: PasswordVerdict, isKnown: boolean): Admission => {
    switch (verdict) {
      case 'match':
        return isKnown ? 'admitted' : 'refused';
      case 'mismatch':
        return 'refused';
      case 'busy':
      case 'too many':
        return verdict;
      default:
        return verdict satisfies never;
    }
  };

  return async (users, { authorization, client }) => {
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
    if (known !== undefined && verified.has(id)) return 'admitted';
    try {
      const admission = admissionOf(await check({ client, key: id, password, hash }), known !== undefined);
      if (admission === 'admitted' && users === rules) verified.add(id);
      return admission;
    } catch {
      return 'unavailable';
    }
  };
};
