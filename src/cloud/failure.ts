import type { FailureKind } from '../domain/outcome.ts';
import type { Operation } from './operation.ts';

/** What is known of a call that failed. No field ever holds a secret. */
export interface CloudFailureDetails {
  readonly kind: FailureKind;
  readonly operation: Operation;
  /** Host and port that were asked. */
  readonly host: string | undefined;
  /** HTTP status of the last answer; undefined when there was none. */
  readonly status: number | undefined;
  /** The vendor's code (`GES.7041`, `APIGW.0301`, …), cut at 64 characters. */
  readonly code: string | undefined;
  /** The system's code for a network failure (`ECONNREFUSED`, `CERT_HAS_EXPIRED`, …). */
  readonly cause: string | undefined;
  /** The `Date` header of the last answer, for telling a clock that is off; undefined without one. */
  readonly serverDate: Date | undefined;
}

/** The one way in which a call to the cloud fails. `message` is one line for people. */
export class CloudFailure extends Error {
  override readonly name = 'CloudFailure';
  readonly details: CloudFailureDetails;

  constructor(message: string, details: CloudFailureDetails) {
    super(message);
    this.details = details;
  }
}
