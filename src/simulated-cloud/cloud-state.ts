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
import type { SimulatedResponse } from './response.ts';
import type { Refusals } from './service.ts';
import type { ReceivedRequest } from './signature-check.ts';
import type { World } from './world.ts';

/** The lists that tests can replace. */
export type ReplaceableList = string;

/** Everything that responses depend on. */
export interface CloudState {
  readonly options: SimulatedCloudOptions;
  readonly identity: Identity;
  readonly jobs: Jobs;
  /** The world at this moment. */
  readonly world: () => World;
  /** The clock of the cloud, skew included. */
  readonly now: () => number;
  /** By the `service` of a route. */
  readonly refusals: Readonly<Record<string, Refusals>>;
  readonly verbatim: ReadonlyMap<ReplaceableList, VerbatimList>;
  /** Runs the hooks that are called before each page. */
  readonly beforePage: (page: PageRequest) => Promise<void>;
}

/** A fault in the paging of a list. */
export type ListFault = 'endless-paging' | 'repeated-page' | undefined;

/** A request and the parameters in its path. */
export interface Call extends ReceivedRequest {
  readonly parameters: Readonly<Record<string, string>>;
  readonly listFault: ListFault;
}

/** One call of an API. */
export interface Route {
  readonly service: SimulatedService;
  readonly operation: SimulatedOperation;
  readonly method: 'GET' | 'POST' | 'PUT';
  /** `{name}` matches one segment. */
  readonly path: string;
  /** Required in addition to a token or signature for the project in the path; undefined if the route checks by itself. */
  readonly permission: SimulatedPermission | undefined;
  readonly respond: (call: Call, cloud: CloudState) => SimulatedResponse | Promise<SimulatedResponse>;
}

/** The body as a JSON object; undefined if it is anything else or has another content type. */
export const jsonObject = ({ body, headers }: Call): Readonly<Record<string, unknown>> | undefined => {
  if (!/^application\/json\b/i.test(headers['content-type'] ?? '')) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
