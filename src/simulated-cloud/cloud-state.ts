import type { Answer } from './answer.ts';
import type { Identity } from './identity.ts';
import type { Jobs } from './jobs.ts';
import type {
  PageRequest,
  SimulatedCloudOptions,
  SimulatedOperation,
  SimulatedPermission,
  SimulatedService,
  VerbatimList,
} from './options.ts';
import type { Refusals } from './service.ts';
import type { ReceivedRequest } from './signature-check.ts';
import type { World } from './world.ts';

/** The lists that tests can replace. */
export type ReplaceableList = string;

/** Everything that the APIs answer from. */
export interface CloudState {
  readonly options: SimulatedCloudOptions;
  readonly identity: Identity;
  readonly jobs: Jobs;
  /** The world at this moment. */
  readonly world: () => World;
  /** The cloud's own clock, with its skew. */
  readonly now: () => number;
  /** By the `service` of a route. */
  readonly refusals: Readonly<Record<string, Refusals>>;
  readonly verbatim: ReadonlyMap<ReplaceableList, VerbatimList>;
  /** Runs the hooks that want to know of a page. */
  readonly beforePage: (page: PageRequest) => Promise<void>;
}

/** A fault in how a list is paged, ordered for one call. */
export type ListFault = 'endless-paging' | 'repeated-page' | undefined;

/** A request on its way to the API that answers it. */
export interface Call extends ReceivedRequest {
  /** What stood for the names in the route's path. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly listFault: ListFault;
}

/** One thing that the cloud can be asked. */
export interface Route {
  readonly service: SimulatedService;
  readonly operation: SimulatedOperation;
  readonly method: 'GET' | 'POST' | 'PUT';
  /** `{name}` stands for one segment. */
  readonly path: string;
  /** What the account needs, beside a token or signature for the project in the path; undefined: the route checks itself. */
  readonly permission: SimulatedPermission | undefined;
  readonly answer: (call: Call, cloud: CloudState) => Answer | Promise<Answer>;
}

/** The body as a JSON object, sent as JSON; undefined for anything else. */
export const jsonObject = ({ body, headers }: Call): Readonly<Record<string, unknown>> | undefined => {
  if (!/^application\/json\b/i.test(headers['content-type'] ?? '')) {
    return undefined;
  }
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** Whether a value is an object and no array. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
