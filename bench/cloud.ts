import {
  type SimulatedAccount,
  type SimulatedCloud,
  startSimulatedCloud,
} from '../src/services/simulated-cloud.ts';
import { type Estate, rowsOf } from './estate.ts';
import { handleRequests } from './worker.ts';

/** A request to the process with the simulated clouds. */
export type CloudRequest =
  /** Starts clouds with an estate each; their lists of backups respond after `delay` seconds. */
  | { readonly kind: 'open'; readonly clouds: number; readonly estate: Estate; readonly delay: number }
  /** Replaces the estate of every cloud. */
  | { readonly kind: 'serve'; readonly estate: Estate }
  /** Returns and clears the requests received so far. */
  | { readonly kind: 'activity' };

/** The requests received by one cloud. */
export interface CloudActivity {
  /** Requested pages of lists. */
  readonly pages: readonly RequestedPage[];
  /** Maximum number of concurrent requests for pages of lists. */
  readonly maxConcurrent: number;
}

/** A requested page. */
export interface RequestedPage {
  readonly operation: string;
  readonly path: string;
  readonly query: string;
  /** In Unix seconds. */
  readonly at: number;
}

/** The clouds, and the requests that they received. */
export interface CloudResponse {
  readonly clouds: readonly { readonly origin: string; readonly account: SimulatedAccount }[];
  readonly activity: readonly CloudActivity[];
}

interface OpenCloud {
  readonly cloud: SimulatedCloud;
  maxConcurrent: number;
}

let open: readonly OpenCloud[] = [];

async function openCloud(rows: ReturnType<typeof rowsOf>, delay: number): Promise<OpenCloud> {
  const cloud = await startSimulatedCloud({ counts: { ges: 1, 'gaussdb-mysql': 1 }, history: 86_400 });
  const opened = { cloud, maxConcurrent: 0 };
  serve(cloud, rows);
  if (delay > 0)
    cloud.inject({ match: { operation: 'list_backups' }, fault: { kind: 'delay', seconds: delay } });
  // A pending request has no status yet.
  cloud.betweenPages(() => {
    const pending = listPages(cloud).filter(({ status }) => status === undefined).length;
    opened.maxConcurrent = Math.max(opened.maxConcurrent, pending);
  });
  return opened;
}

function serve(cloud: SimulatedCloud, { backups, graphs }: ReturnType<typeof rowsOf>): void {
  cloud.setBackups('ges', { rows: backups });
  cloud.setInventory('ges', { rows: graphs });
}

const listPages = ({ requests }: SimulatedCloud) =>
  requests.filter(({ operation }) => operation.startsWith('list_'));

function takeActivity(opened: OpenCloud): CloudActivity {
  const pages = listPages(opened.cloud).map(({ operation, path, query, at }) => ({
    operation,
    path,
    query,
    at,
  }));
  const { maxConcurrent } = opened;
  opened.cloud.clearRequests();
  opened.maxConcurrent = 0;
  return { pages, maxConcurrent };
}

handleRequests<CloudRequest, CloudResponse>(async (request) => {
  let activity: readonly CloudActivity[] = [];
  switch (request.kind) {
    case 'open': {
      const rows = rowsOf(request.estate);
      open = await Promise.all(Array.from({ length: request.clouds }, () => openCloud(rows, request.delay)));
      break;
    }
    case 'serve': {
      const rows = rowsOf(request.estate);
      for (const { cloud } of open) serve(cloud, rows);
      break;
    }
    case 'activity':
      activity = open.map(takeActivity);
      break;
    default:
      request satisfies never;
  }
  const clouds = open.map(({ cloud: { origin, account } }) => ({ origin, account }));
  return { clouds, activity };
});
