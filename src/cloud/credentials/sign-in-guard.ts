import { createHmac, randomBytes } from 'node:crypto';
import type { Clock, UnixSeconds } from '../../domain/quantities.ts';
import { CloudFailure } from '../failure.ts';

/** Keeps a sign-in that was refused from being repeated too soon: wrong passwords lock the account. */
export interface SignInGuard {
  /**
   * Runs a sign-in, unless one with the same inputs was refused in the last five minutes; then rejects with that
   * refusal. `inputs` are all that the sign-in consists of, secrets included. The sign-in calls `sending` each time
   * that it sends them: from the last one on the five minutes count.
   */
  readonly run: <Result>(
    inputs: readonly string[],
    signIn: (sending: () => void) => Promise<Result>,
  ) => Promise<Result>;
}

interface Refusal {
  readonly at: UnixSeconds;
  readonly failure: CloudFailure;
}

const BACK_OFF_SECONDS = 300;

const retryTime = (refusedAt: UnixSeconds): string =>
  new Date((refusedAt + BACK_OFF_SECONDS) * 1000).toISOString().replace(/\.\d+/, '');

/** Creates a guard. One that outlives the client of a project protects it over a reload too. */
export function createSignInGuard(clock: Clock): SignInGuard {
  // No secret is kept: inputs are told apart by a hash under a key that nobody else knows.
  const key = randomBytes(32);
  const refusals = new Map<string, Refusal>();

  const fingerprint = (inputs: readonly string[]): string =>
    createHmac('sha256', key).update(JSON.stringify(inputs)).digest('base64');

  const isRecent = ({ at }: Refusal, now: UnixSeconds): boolean => now >= at && now - at < BACK_OFF_SECONDS;

  const forgetOld = (now: UnixSeconds): void => {
    for (const [inputs, refusal] of refusals) if (!isRecent(refusal, now)) refusals.delete(inputs);
  };

  return {
    run: async (inputs, signIn) => {
      let sentAt = clock();
      forgetOld(sentAt);
      const same = fingerprint(inputs);
      const refusal = refusals.get(same);
      if (refusal !== undefined) throw refusal.failure;
      try {
        return await signIn(() => {
          sentAt = clock();
        });
      } catch (error) {
        if (!(error instanceof CloudFailure) || error.details.kind !== 'auth') throw error;
        const failure = new CloudFailure(
          `${error.message}; not tried again with the same secret before ${retryTime(sentAt)}`,
          error.details,
        );
        refusals.set(same, { at: sentAt, failure });
        throw failure;
      }
    },
  };
}
