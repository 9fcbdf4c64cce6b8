/** How a poll can end, in display order. */
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
export type Outcome = (typeof OUTCOMES)[number];
export type FailureKind = Exclude<Outcome, 'success'>;
