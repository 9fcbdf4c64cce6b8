import type { Seconds } from '../domain/quantities.ts';
import type { ServiceType } from '../domain/service.ts';
import type { ErrorRules, Permission } from '../services/api-call.ts';
import type { ResponseHeaders } from './http.ts';
import type { Operation } from './operation.ts';
import type { SignableRequest } from './signature.ts';

/** The headers that prove who asks, made anew for each attempt, because a signature holds the time. */
export type ProofOfIdentity = (request: SignableRequest) => Readonly<Record<string, string>>;

/** One question to the cloud or to the metadata service, with all that its attempts and its errors need. */
export interface Question {
  readonly operation: Operation;
  readonly service: ServiceType | 'iam';
  readonly errors: ErrorRules;
  /** What to grant when it is refused. */
  readonly permission: Permission | undefined;
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Origin, and path prefix if any. */
  readonly endpoint: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Headers of this question alone. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly proof: ProofOfIdentity;
  /** Whether the proof is a signature, which a clock that is off spoils. */
  readonly signed: boolean;
  /** What an answer's text is cleaned of before it is shown. */
  readonly secrets: readonly string[];
  /** What to do when the credentials are refused. */
  readonly refusedAdvice: string | undefined;
  /** `object`: a JSON object; `text`: whatever it is, as a string. */
  readonly expect: 'object' | 'text';
  /** How often it is tried in all. */
  readonly attempts: number;
  /** A limit below the project's own; undefined for none. */
  readonly timeout: Seconds | undefined;
}

/** A good answer. */
export interface Answer {
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** An object, or a string where that was expected. */
  readonly body: unknown;
}

/** The proof of one who need not prove anything. */
export const noProof: ProofOfIdentity = () => ({});

/** The value of a header that should come once; of several the first. */
export function headerOf(headers: ResponseHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}
