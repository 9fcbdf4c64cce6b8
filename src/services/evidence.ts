import type { ProbeName } from './probes.ts';
import type { CloudService, ServiceApi } from './service.ts';

/** A response as evidence of how an API behaves. */
export interface SeenResponse {
  readonly operation: string;
  /** The probe that requested it; undefined for the requests of a poll. */
  readonly probe?: ProbeName | undefined;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly status: number;
  /** Parsed JSON; undefined without a body or if it is not JSON. */
  readonly body?: unknown;
  /** Whether rows of its list were omitted. */
  readonly isCut?: boolean;
}

export interface Evidence {
  readonly service: Pick<CloudService, 'errors' | 'vendorWords'>;
  readonly api: ServiceApi;
  readonly responses: readonly SeenResponse[];
}

/** The verdict on an assumption. `because`: what was seen instead, as a clause. */
export type Finding =
  | { readonly verdict: 'consistent' | 'not seen' }
  | { readonly verdict: 'disproved'; readonly because: string };

/** An assumption that was never verified on a real account. */
export interface Assumption {
  /** One or two words, unique within the service. */
  readonly id: string;
  readonly sentence: string;
  /** Undefined if responses cannot decide it. */
  readonly judge?: (evidence: Evidence) => Finding;
}
