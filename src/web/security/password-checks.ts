import type { ComparePassword } from './password-worker.ts';

/** What came of a password. `busy`: too many wait; `too many`: too many of this client wait. */
export type PasswordVerdict = 'match' | 'mismatch' | 'busy' | 'too many';

/** A password to compare. */
export interface PasswordCheck {
  /** Who sent it: an address. */
  readonly client: string;
  /** Equal for equal password and hash, so that they are compared once when they come together. */
  readonly key: string;
  readonly password: string;
  readonly hash: string;
}

/** How many checks may wait. */
export interface PasswordQueueLimits {
  readonly waiting: number;
  readonly waitingPerClient: number;
}

/** Compares one password at a time, in the order in which they came. Rejects when the comparison does. */
export const queuePasswordChecks = (
  compare: ComparePassword,
  limits: PasswordQueueLimits,
): ((check: PasswordCheck) => Promise<PasswordVerdict>) => {
  const underWay = new Map<string, Promise<PasswordVerdict>>();
  const countByClient = new Map<string, number>();
  let last: Promise<unknown> = Promise.resolve();

  const leave = ({ client, key }: PasswordCheck): void => {
    underWay.delete(key);
    const left = (countByClient.get(client) ?? 1) - 1;
    if (left === 0) countByClient.delete(client);
    else countByClient.set(client, left);
  };

  const compareAfter = async (before: Promise<unknown>, check: PasswordCheck): Promise<PasswordVerdict> => {
    await before;
    try {
      return (await compare(check.password, check.hash)) ? 'match' : 'mismatch';
    } finally {
      leave(check);
    }
  };

  return (check) => {
    const same = underWay.get(check.key);
    if (same !== undefined) return same;
    if (underWay.size >= limits.waiting) return Promise.resolve('busy');
    const count = countByClient.get(check.client) ?? 0;
    if (count >= limits.waitingPerClient) return Promise.resolve('too many');
    countByClient.set(check.client, count + 1);
    const verdict = compareAfter(last, check);
    underWay.set(check.key, verdict);
    last = verdict.catch(() => undefined);
    return verdict;
  };
};
