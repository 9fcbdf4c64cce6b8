/** How a poll can end, in the order in which the counters are shown. */
export const OUTCOMES = [
  'success',
  'timeout',
  'network',
  'throttled',
  'auth',
  'permission',
  'refused',
  'server',
  'malformed',
  'incomplete',
] as const;
/** One of {@link OUTCOMES}. */
export type Outcome = (typeof OUTCOMES)[number];
/** Every outcome but `success`. */
export type FailureKind = Exclude<Outcome, 'success'>;
