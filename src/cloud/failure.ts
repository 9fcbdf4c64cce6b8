import type { FailureKind } from '../domain/outcome.ts';
import type { Seconds } from '../domain/quantities.ts';

/** Details of a failed call. No field ever contains a secret. */
export interface CloudFailureDetails {
  readonly kind: FailureKind;
  readonly operation: string;
  /** HTTP status of the last response; undefined without one. */
  readonly status: number | undefined;
  /** The vendor's code (`DBS.280056`, `APIGW.0301`, …), cut at 64 characters. */
  readonly code: string | undefined;
  /** The system's code for a network failure (`ECONNREFUSED`, `CERT_HAS_EXPIRED`, …). */
  readonly cause: string | undefined;
  /** How long to wait before refused credentials are sent again, if the response says so. */
  readonly wait?: Seconds | undefined;
}

type KnownDetails = Pick<CloudFailureDetails, 'kind' | 'operation'> & Partial<CloudFailureDetails>;

/** The only error of calls to the cloud. `message` is one line for people. */
export class CloudFailure extends Error {
  override readonly name = 'CloudFailure';
  readonly details: CloudFailureDetails;

  constructor(message: string, known: KnownDetails) {
    super(message);
    this.details = { status: undefined, code: undefined, cause: undefined, ...known };
  }
}

/** The details of a failed call; none of any other error. */
export const detailsOf = (error: unknown): Partial<CloudFailureDetails> =>
  error instanceof CloudFailure ? error.details : {};

/** A failure that says what failed, why, and what to do: `cannot list backups: REASON; ADVICE`. */
export function failureOf(
  known: KnownDetails,
  reason: string,
  ...advice: readonly (string | undefined)[]
): CloudFailure {
  const message = `cannot ${known.operation.replaceAll('_', ' ')}: ${reason}`;
  return new CloudFailure([message, ...advice.filter((part) => part !== undefined)].join('; '), known);
}

/** An attempt that failed, and whether to try again. */
export interface FailedAttempt {
  readonly ok: false;
  readonly failure: CloudFailure;
  /** Whether a retry may succeed. */
  readonly transient: boolean;
  /** How long the service asks to wait. */
  readonly retryAfter?: Seconds | undefined;
  /** The service's own error text, for debugging. */
  readonly text?: string | undefined;
}
