import type { Clock, UnixSeconds } from '../../domain/quantities.ts';

/** Limits the sign-ins caused by refused tokens: a call that refuses every token must not cause one each time. */
export interface RenewalLimit {
  /** Whether a refusal of this call may cause a sign-in now. If so, it counts. */
  readonly allows: (call: string) => boolean;
  /** To be called when the call also refused the new token. */
  readonly unhelped: (call: string) => void;
}

const WINDOW = 5 * 60;
// A second one if the first helped: a token may be revoked twice.
const ALLOWED = 2;

/** One sign-in per call in five minutes, two if the first one helped. */
export function createRenewalLimit(clock: Clock): RenewalLimit {
  /** By call: when it caused sign-ins. */
  const renewals = new Map<string, readonly UnixSeconds[]>();

  return {
    allows: (call) => {
      const now = clock();
      const recent = (renewals.get(call) ?? []).filter((time) => now >= time && now - time < WINDOW);
      if (recent.length >= ALLOWED) return false;
      renewals.set(call, [...recent, now]);
      return true;
    },
    unhelped: (call) => void renewals.set(call, Array(ALLOWED).fill(clock())),
  };
}
