import { createHmac, randomBytes } from 'node:crypto';
import { type Clock, type Seconds, seconds, type UnixSeconds } from '../../domain/quantities.ts';
import { CloudFailure, failureOf } from '../failure.ts';

/** What decides whether a sign-in may be sent. */
export interface SignIn {
  readonly method: 'password' | 'oidc';
  /** The cloud, as all its IAM endpoints lock the same accounts. */
  readonly cloud: string;
  /** Domain and user, or identity provider. */
  readonly identity: readonly string[];
  readonly secret: string;
  /** The project that the token is for. */
  readonly scope: string;
}

/** Prevents a refused secret from locking its account. One guard serves all projects of a process. */
export interface SignInGuard {
  /**
   * Sends a sign-in, or rejects with the refusal that prevents it. Sign-ins of one account are serialized until one has
   * succeeded.
   */
  readonly run: <Result>(signIn: SignIn, send: () => Promise<Result>) => Promise<Result>;
}

interface Refusal {
  readonly failure: CloudFailure;
  readonly at: UnixSeconds;
  /** How long the secret is not sent again. */
  readonly wait: Seconds;
  /** Whether the secret has since worked for another scope, so that this scope is to blame. */
  secretWorked: boolean;
}

/** The history of one secret of an account. */
interface Secret {
  workedAt: number;
  /** By scope, oldest first. */
  readonly refusals: Map<string, Refusal>;
  /** Scopes that have signed in since one of them last signed in again. */
  readonly signedIn: Set<string>;
}

interface Account {
  /** Settles when the current sign-in has ended. */
  turn: Promise<void>;
  /** By fingerprint; those that failed since the last success. */
  secrets: Map<string, Secret>;
  /** When any of its secrets was refused, oldest first. */
  refusedAt: readonly UnixSeconds[];
}

const BACK_OFF = seconds(5 * 60);
// By default IAM locks an account for 15 minutes after 5 failures within 15 minutes; plus a minute, to be safe.
const LOCK_WINDOW = 16 * 60;
const FAILURES_ALLOWED = 4;
// How long after a success other projects may sign in concurrently with the same secret.
const TRUSTED_FOR = 60;

const timeText = (time: number): string => new Date(time * 1000).toISOString().replace(/\.\d+/, '');

/**
 * `oneShot` is for a command that exits after its sign-ins: the guard cannot limit another run of it, and its messages
 * say so.
 */
export function createSignInGuard(
  clock: Clock,
  { oneShot = false }: { readonly oneShot?: boolean } = {},
): SignInGuard {
  // No secret is stored: secrets are compared by a hash with a random key.
  const key = randomBytes(32);
  const accounts = new Map<string, Account>();

  const isWithin = (duration: number, time: number): boolean => {
    const passed = clock() - time;
    return passed >= 0 && passed < duration;
  };

  const accountOf = ({ method, cloud, identity }: SignIn): Account => {
    const name = JSON.stringify([method, cloud, identity]);
    const account = accounts.get(name) ?? { turn: Promise.resolve(), secrets: new Map(), refusedAt: [] };
    accounts.set(name, account);
    return account;
  };

  const secretOf = (signIn: SignIn, { secrets }: Account): Secret => {
    const fingerprint = createHmac('sha256', key).update(signIn.secret).digest('base64');
    const secret = secrets.get(fingerprint) ?? {
      workedAt: Number.NEGATIVE_INFINITY,
      refusals: new Map(),
      signedIn: new Set(),
    };
    secrets.set(fingerprint, secret);
    return secret;
  };

  /** The refusals that may be about the secret. */
  const openRefusals = ({ refusals }: Secret): readonly Refusal[] =>
    Array.from(refusals.values()).filter(({ secretWorked }) => !secretWorked);

  /** Whether the secret has just worked for another scope. A scope that signs in again may do so because it no longer works. */
  const isTrusted = (secret: Secret, scope: string): boolean =>
    isWithin(TRUSTED_FOR, secret.workedAt) &&
    !secret.signedIn.has(scope) &&
    openRefusals(secret).length === 0;

  /** Why a sign-in must not be sent now; undefined when it may be. */
  const objection = (
    { scope, method }: SignIn,
    account: Account,
    secret: Secret,
  ): CloudFailure | undefined => {
    const open = openRefusals(secret);
    const own = secret.refusals.get(scope);
    // The more scopes were refused, the longer each waits, so that every scope has its turn.
    if (own !== undefined && isWithin(own.wait * Math.max(1, open.length), own.at)) return own.failure;
    const newest = open.at(-1);
    // After one refusal another scope shows whether the secret or the first scope is to blame.
    const isSecond = open.length === 1 && newest?.wait === BACK_OFF;
    if (newest !== undefined && !isSecond && isWithin(newest.wait, newest.at)) return newest.failure;
    const [first, ...others] = account.refusedAt.filter((time) => isWithin(LOCK_WINDOW, time));
    if (method === 'oidc' || first === undefined || others.length < FAILURES_ALLOWED - 1) return undefined;
    const reason = `${FAILURES_ALLOWED} sign-ins of this user were refused in the last 15 minutes, and one more could lock the account`;
    const advice = `not retried before ${timeText(first + LOCK_WINDOW)}`;
    return failureOf({ kind: 'auth', operation: 'sign_in' }, reason, advice);
  };

  const consequence = ({ method }: SignIn, at: UnixSeconds, wait: Seconds): string => {
    if (!oneShot) return `; not retried with the same secret before ${timeText(at + wait)}`;
    return method === 'password' && wait === BACK_OFF
      ? '; fix this before running the command again: 5 failed sign-ins lock the account for 15 minutes'
      : '';
  };

  const refused = (signIn: SignIn, account: Account, secret: Secret, error: CloudFailure): CloudFailure => {
    const at = clock();
    const { wait = BACK_OFF } = error.details;
    const failure = new CloudFailure(`${error.message}${consequence(signIn, at, wait)}`, error.details);
    secret.refusals.delete(signIn.scope);
    secret.refusals.set(signIn.scope, { at, wait, failure, secretWorked: false });
    account.refusedAt = [...account.refusedAt, at].slice(-FAILURES_ALLOWED);
    return failure;
  };

  const worked = ({ scope }: SignIn, account: Account, secret: Secret): void => {
    account.secrets = new Map(Array.from(account.secrets).filter(([, one]) => one === secret));
    if (secret.signedIn.has(scope)) secret.signedIn.clear();
    secret.signedIn.add(scope);
    secret.refusals.delete(scope);
    for (const refusal of secret.refusals.values()) refusal.secretWorked = true;
    secret.workedAt = clock();
  };

  return {
    run: async (signIn, send) => {
      const account = accountOf(signIn);
      const { turn } = account;
      const { promise: ended, resolve: end } = Promise.withResolvers<void>();
      account.turn = turn.then(() => ended);
      await turn;
      try {
        const secret = secretOf(signIn, account);
        if (isTrusted(secret, signIn.scope)) end();
        const forbidden = objection(signIn, account, secret);
        if (forbidden !== undefined) throw forbidden;
        const result = await send().catch((error: unknown) => {
          const isRefusal = error instanceof CloudFailure && error.details.kind === 'auth';
          throw isRefusal ? refused(signIn, account, secret, error) : error;
        });
        worked(signIn, account, secret);
        return result;
      } finally {
        end();
      }
    },
  };
}
