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
  const renewals = new Map<string, { readonly at: UnixSeconds; readonly left: number }>();

  const recent = (call: string) => {
    const last = renewals.get(call);
    const passed = clock() - (last?.at ?? Number.NEGATIVE_INFINITY);
    return last !== undefined && passed >= 0 && passed < WINDOW ? last : { at: clock(), left: ALLOWED };
  };

  return {
    allows: (call) => {
      const { at, left } = recent(call);
      if (left > 0) renewals.set(call, { at, left: left - 1 });
      return left > 0;
    },
    unhelped: (call) => void renewals.set(call, { at: recent(call).at, left: 0 }),
  };
}
