import { randomBytes } from 'node:crypto';
import type { SimulatedAccount, SimulatedCloudOptions, SimulatedPermission } from './options.ts';
import type { SecretKey } from './signature-check.ts';

const WRONG_PASSWORDS_ALLOWED = 5;
const LOCK_SECONDS = 15 * 60;
const TOKENS_KEPT = 1000;

/** An issued token. Services refuse one whose `projectId` is undefined. */
export interface Token {
  readonly text: string;
  readonly projectId: string | undefined;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** An access key that expires. */
export interface TemporaryKey extends SecretKey {
  readonly accessKey: string;
  readonly securityToken: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

export type PasswordVerdict = 'right' | 'wrong' | 'locked';

/** The account, its tokens, keys and permissions. `now` is in Unix seconds of the cloud's clock. */
export interface Identity {
  readonly account: SimulatedAccount;
  readonly checkPassword: (user: string, domain: string, password: string, now: number) => PasswordVerdict;
  readonly checkIdToken: (idpId: string | undefined, idToken: unknown) => boolean;
  readonly issueToken: (projectId: string | undefined, now: number) => Token;
  readonly token: (text: string, now: number) => Token | 'expired' | undefined;
  readonly revokeTokens: () => void;
  /** The key that the metadata service returns now. */
  readonly temporaryKey: (now: number) => TemporaryKey;
  readonly revokeTemporaryKeys: () => void;
  readonly secretOf: (accessKey: string, now: number) => SecretKey | undefined;
  readonly may: (permission: SimulatedPermission) => boolean;
  readonly grant: (permission: SimulatedPermission) => void;
  readonly deny: (permission: SimulatedPermission) => void;
  readonly changePassword: (password: string) => void;
  readonly changeSecretKey: (secretKey: string) => void;
  readonly changeIdToken: (idToken: string) => void;
}

type IdentityOptions = Pick<
  SimulatedCloudOptions,
  'region' | 'projectId' | 'projectName' | 'tokenLife' | 'tokenLength' | 'temporaryKeyLife'
>;

const randomText = (length: number): string => randomBytes(length).toString('base64url').slice(0, length);

const randomKeyName = (): string =>
  randomBytes(15)
    .toString('base64')
    .replace(/[^A-Z0-9]/gi, 'X')
    .toUpperCase();

export const createIdentity = (options: IdentityOptions): Identity => {
  const secrets = {
    password: 'password-of-the-simulated-account',
    secretKey: 'secret-key-of-the-simulated-account',
    idToken: 'simulated-header.simulated-claims.simulated-signature',
  };
  const lasting = {
    accessKey: 'SIMULATEDTEMPORARYKEY',
    secretKey: 'secret-key-of-the-temporary-key',
    securityToken: 'security-token-of-the-temporary-key-'.repeat(12),
  };
  const account: SimulatedAccount = {
    user: 'backup-exporter',
    domain: 'example-domain',
    accessKey: 'SIMULATEDACCESSKEY',
    temporaryKey: lasting,
    region: options.region,
    projectId: options.projectId,
    projectName: options.projectName,
    get password() {
      return secrets.password;
    },
    get secretKey() {
      return secrets.secretKey;
    },
    get oidc() {
      return { idpId: 'example-cluster', idToken: secrets.idToken };
    },
  };
  const tokens = new Map<string, Token>();
  const denied = new Set<SimulatedPermission>();
  let temporaryKeys: readonly TemporaryKey[] = [];
  let wrongPasswords: readonly number[] = [];
  let lockedUntil = Number.NEGATIVE_INFINITY;

  const issueTemporaryKey = (now: number): TemporaryKey => ({
    accessKey: randomKeyName(),
    secretKey: randomText(40),
    securityToken: randomText(600),
    issuedAt: now,
    expiresAt: now + options.temporaryKeyLife,
  });

  const countWrongPassword = (now: number): void => {
    wrongPasswords = [...wrongPasswords.filter((at) => at > now - LOCK_SECONDS), now];
    if (wrongPasswords.length >= WRONG_PASSWORDS_ALLOWED) {
      lockedUntil = now + LOCK_SECONDS;
      wrongPasswords = [];
    }
  };

  return {
    account,
    checkPassword: (user, domain, password, now) => {
      if (user !== account.user || domain !== account.domain) return 'wrong';
      if (now < lockedUntil) return 'locked';
      if (password !== secrets.password) {
        countWrongPassword(now);
        return 'wrong';
      }
      wrongPasswords = [];
      return 'right';
    },
    checkIdToken: (idpId, idToken) => idpId === account.oidc.idpId && idToken === secrets.idToken,
    issueToken: (projectId, now) => {
      const token: Token = {
        text: `MII${randomText(options.tokenLength)}`.slice(0, options.tokenLength),
        projectId,
        issuedAt: now,
        expiresAt: now + options.tokenLife,
      };
      tokens.set(token.text, token);
      const oldest = tokens.size > TOKENS_KEPT ? tokens.keys().next().value : undefined;
      if (oldest !== undefined) tokens.delete(oldest);
      return token;
    },
    token: (text, now) => {
      const token = tokens.get(text);
      return token && token.expiresAt <= now ? 'expired' : token;
    },
    revokeTokens: () => tokens.clear(),
    temporaryKey: (now) => {
      const newest = temporaryKeys.at(-1);
      if (newest && now < (newest.issuedAt + newest.expiresAt) / 2) return newest;
      const key = issueTemporaryKey(now);
      temporaryKeys = [...temporaryKeys.filter(({ expiresAt }) => expiresAt > now), key];
      return key;
    },
    revokeTemporaryKeys: () => {
      temporaryKeys = [];
    },
    secretOf: (accessKey, now) => {
      if (accessKey === account.accessKey) {
        return { secretKey: secrets.secretKey, securityToken: undefined };
      }
      if (accessKey === lasting.accessKey) return lasting;
      return temporaryKeys.find((key) => key.accessKey === accessKey && now < key.expiresAt);
    },
    may: (permission) => !denied.has(permission),
    grant: (permission) => {
      denied.delete(permission);
    },
    deny: (permission) => {
      denied.add(permission);
    },
    changePassword: (password) => {
      secrets.password = password;
      tokens.clear();
    },
    changeSecretKey: (secretKey) => {
      secrets.secretKey = secretKey;
    },
    changeIdToken: (idToken) => {
      secrets.idToken = idToken;
    },
  };
};
