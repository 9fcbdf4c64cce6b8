import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { WebLimits } from './web-limits.ts';

/** Compares passwords with bcrypt hashes in a separate thread, one at a time. */
export interface PasswordWorker {
  /** Rejects if the thread exits before the result. */
  readonly compare: (password: string, hash: string) => Promise<boolean>;
  readonly close: () => Promise<void>;
}

// Next to this module as TypeScript, and in the package as JavaScript.
const THREAD = new URL(`./password-thread${extname(import.meta.url)}`, import.meta.url);

/** A thread for comparisons, which take about 70 ms of CPU each; started on first use. */
export const startPasswordWorker = (): PasswordWorker => {
  let worker: Worker | undefined;

  const start = (): Worker => {
    const started = new Worker(THREAD, {
      name: 'compare passwords',
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 8 },
    });
    // An error is followed by an exit.
    started.on('error', () => undefined);
    started.on('exit', () => {
      worker = undefined;
    });
    return started;
  };

  return {
    compare: (password, hash) => {
      worker ??= start();
      const comparing = worker;
      const result = Promise.withResolvers<boolean>();
      const end = (): void => result.reject(new Error('the password comparison has stopped'));
      comparing.once('exit', end);
      comparing.once('message', (matches: boolean) => {
        comparing.off('exit', end);
        result.resolve(matches);
      });
      // A message listener would keep the process alive, so this comes last.
      comparing.unref();
      comparing.postMessage({ password, hash });
      return result.promise;
    },
    close: async () => {
      await worker?.terminate();
    },
  };
};

/** The result of comparing a password. `busy`: too many are waiting; `too many`: too many of this client. */
export type PasswordResult = 'match' | 'mismatch' | 'busy' | 'too many';

export interface PasswordCheck {
  /** The client's address. */
  readonly client: string;
  /** Equal for equal password and hash, so that they are compared once. */
  readonly key: string;
  readonly password: string;
  readonly hash: string;
}

/** Compares one password at a time, in order of arrival. Rejects if the comparison does. */
export const queuePasswordChecks = (
  compare: PasswordWorker['compare'],
  limits: Pick<WebLimits, 'waitingPasswords' | 'waitingPasswordsPerClient'>,
): ((check: PasswordCheck) => Promise<PasswordResult>) => {
  const waiting = new Map<string, { readonly client: string; readonly result: Promise<PasswordResult> }>();
  let last: Promise<unknown> = Promise.resolve();

  return ({ client, key, password, hash }) => {
    const same = waiting.get(key);
    if (same !== undefined) return same.result;
    if (waiting.size >= limits.waitingPasswords) return Promise.resolve('busy');
    const ofClient = waiting.values().filter((other) => other.client === client);
    if ([...ofClient].length >= limits.waitingPasswordsPerClient) return Promise.resolve('too many');
    const result = last
      .then(() => compare(password, hash))
      .then((matches): PasswordResult => (matches ? 'match' : 'mismatch'))
      .finally(() => waiting.delete(key));
    waiting.set(key, { client, result });
    last = result.catch(() => undefined);
    return result;
  };
};
