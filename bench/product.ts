import type { ProjectClient } from '../src/cloud/client.ts';
import { readJson } from '../src/cloud/json-body.ts';
import type { ServiceConfig } from '../src/config/config.ts';
import { seconds, systemClock } from '../src/domain/quantities.ts';
import { keepHeapSmall } from '../src/heap.ts';
import { createPublisher } from '../src/metrics/publisher.ts';
import { readService } from '../src/poll/read-service.ts';
import { defaultApi, serviceOf } from '../src/services/index.ts';
import { createYield } from '../src/state/event-loop.ts';
import { type ServedService, serveResources } from '../src/state/served.ts';
import type { ServiceState } from '../src/state/service-state.ts';
import { type Estate, rowsOf } from './estate.ts';
import { handleRequests } from './worker.ts';

/** A request to the modules of the exporter in a separate process. */
export type ProductRequest =
  /** Renders the pages of an estate and reads them for the first time. */
  | { readonly kind: 'load'; readonly estate: Estate }
  /**
   * Repeats some work: `publish` renders and compresses all series; `read` reads the pages again, from the
   * bytes of the bodies to the next state; `parse` only decodes and parses the bodies.
   */
  | { readonly kind: 'work'; readonly work: ProductWork; readonly times: number };

/** A part of a poll, or work that it is compared with. */
export type ProductWork = 'publish' | 'read' | 'parse';

/** The CPU time of all threads for doing the work once, in milliseconds. */
export interface ProductResponse {
  readonly cpu: number;
}

const GES: ServiceConfig = {
  type: 'ges',
  api: defaultApi(serviceOf('ges')),
  errors: serviceOf('ges').errors,
  endpoint: 'http://127.0.0.1',
  interval: seconds(300),
  include: undefined,
  exclude: undefined,
  own: {},
  inventory: false,
};
const SCOPE = { service: 'ges', region: 'cn-north-4', project: 'bench' } as const;
const RPO = { default: { kind: 'age', seconds: seconds(93_600) }, overrides: [] } as const;
const LIMITS = { resources: 20_000 };
const PAGES_AHEAD = 3;

interface Loaded {
  readonly pages: ReadonlyMap<string, Buffer>;
  readonly client: ProjectClient;
  readonly state: ServiceState;
  readonly served: ServedService;
}

let loaded: Loaded | undefined;

async function load(estate: Estate): Promise<Loaded> {
  const pages = new Map<string, Buffer>();
  const maker = pageMaker(estate);
  const first = await read(
    pageClient((query) => {
      const page = maker(query);
      pages.set(JSON.stringify(query), page);
      return page;
    }),
    undefined,
  );
  const served = await serveResources(
    SCOPE,
    { rpo: RPO, tags: [] },
    first,
    { decides: false, policyOf: () => undefined },
    createYield(),
  );
  // From here on nothing references the rows, which would make garbage collection more expensive than in the exporter.
  const client = pageClient((query) => pages.get(JSON.stringify(query)) ?? Buffer.alloc(0));
  return { pages, client, state: first, served };
}

type Query = Readonly<Record<string, string>>;

function pageMaker(estate: Estate): (query: Query) => Buffer {
  const { backups } = rowsOf(estate);
  return (query) => {
    const from = Number(query['offset']);
    const rows = backups.slice(from, from + Number(query['limit']));
    return Buffer.from(JSON.stringify({ backup_count: backups.length, backup_list: rows }));
  };
}

function pageClient(pageOf: (query: Query) => Buffer): ProjectClient {
  return {
    call: async ({ query = {} }) => {
      const reading = readJson(pageOf(query));
      if (!reading.ok) throw new Error(reading.instead);
      return reading.value;
    },
    projectId: () => undefined,
    passwordExpiresAt: () => undefined,
    reload: () => undefined,
    close: async () => undefined,
  };
}

async function read(client: ProjectClient, before: ServiceState | undefined): Promise<ServiceState> {
  const reader = {
    client,
    service: GES,
    ahead: PAGES_AHEAD,
    scope: SCOPE,
    config: { limits: LIMITS },
    clock: systemClock,
  };
  const { next } = await readService(reader, before, AbortSignal.timeout(60_000));
  if (next === undefined) throw new Error('the list could not be read');
  return next;
}

async function doWork(work: ProductWork, { pages, client, served, state }: Loaded): Promise<void> {
  switch (work) {
    case 'publish':
      // A publisher that has published these series before would reuse them.
      return createPublisher(createYield).publish('bench', served);
    case 'read':
      await read(client, state);
      return;
    case 'parse':
      for (const body of pages.values()) JSON.parse(body.toString('utf8'));
      return;
    default:
      work satisfies never;
  }
}

// As in the exporter, so that garbage collection costs the same.
keepHeapSmall();

handleRequests<ProductRequest, ProductResponse>(async (request) => {
  if (request.kind === 'load') {
    loaded = await load(request.estate);
    return { cpu: 0 };
  }
  if (loaded === undefined) throw new Error('nothing is loaded');
  const before = process.cpuUsage();
  for (let count = 0; count < request.times; count += 1) await doWork(request.work, loaded);
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / 1000 / request.times };
});
