import type { FailureKind } from '../domain/outcome.ts';
import type { Seconds } from '../domain/quantities.ts';

/** Details of a failed call. No field ever contains a secret. */
export interface CloudFailureDetails {
  readonly kind: FailureKind;
  readonly operation: string;
  /** Host and port. */
  readonly host: string | undefined;
  /** HTTP status of the last response; undefined without one. */
  readonly status: number | undefined;
  /** The vendor's code (`DBS.280056`, `APIGW.0301`, …), cut at 64 characters. */
  readonly code: string | undefined;
  /** The system's code for a network failure (`ECONNREFUSED`, `CERT_HAS_EXPIRED`, …). */
  readonly cause: string | undefined;
  /** The `Date` header of the last response, which reveals a wrong clock; undefined without one. */
  readonly serverDate: Date | undefined;
  /** How long to wait before refused credentials are sent again, if the response says so. */
  readonly wait?: Seconds | undefined;
}

const NOTHING_KNOWN = {
  host: undefined,
  status: undefined,
  code: undefined,
  cause: undefined,
  serverDate: undefined,
} as const satisfies Partial<CloudFailureDetails>;

/** The only error of calls to the cloud. `message` is one line for people. */
export class CloudFailure extends Error {
  override readonly name = 'CloudFailure';
  readonly details: CloudFailureDetails;

  constructor(
    message: string,
    known: Pick<CloudFailureDetails, 'kind' | 'operation'> & Partial<CloudFailureDetails>,
  ) {
    super(message);
    this.details = { ...NOTHING_KNOWN, ...known };
  }
}
