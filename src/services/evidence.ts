import type { ProbeName } from './probes.ts';

/** A response of a service, as evidence of what its API is like. */
export interface SeenResponse {
  readonly operation: string;
  /** The probe that it answers; undefined for what every poll requests. */
  readonly probe?: ProbeName | undefined;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly status: number;
  /** Parsed JSON; undefined without a body or where it is not JSON. */
  readonly body: unknown;
}
