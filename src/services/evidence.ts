import type { ProbeName } from './probes.ts';
import type { CloudService, ServiceApi } from './service.ts';

/** A response of a service, as evidence of what its API is like. */
export interface SeenResponse {
  readonly operation: string;
  /** The probe that it answers; undefined for what every poll requests. */
  readonly probe?: ProbeName | undefined;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly status: number;
  /** Parsed JSON; undefined without a body or where it is not JSON. */
  readonly body?: unknown;
  /** Whether rows of its list were left out. */
  readonly isCut?: boolean;
}

/** What is known of a service. */
export interface Evidence {
  readonly service: Pick<CloudService, 'errors'>;
  readonly api: ServiceApi;
  readonly responses: readonly SeenResponse[];
}

/** What evidence says of an assumption. `because`: what was seen instead, as a clause. */
export type Finding =
  | { readonly verdict: 'proved' | 'not seen' }
  | { readonly verdict: 'disproved'; readonly because: string };

/** Something that the exporter relies on, and that nobody has seen on a real account. */
export interface Assumption {
  /** One word or two, unique within the service. */
  readonly id: string;
  readonly sentence: string;
  /** Undefined where responses cannot tell. */
  readonly judge?: (evidence: Evidence) => Finding;
}
