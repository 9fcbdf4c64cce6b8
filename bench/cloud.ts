import {
  type SimulatedAccount,
  type SimulatedCloud,
  startSimulatedCloud,
} from '../src/services/simulated-cloud.ts';
import { type Estate, rowsOf } from './estate.ts';
import { answerQuestions } from './worker.ts';

/** What the process with the simulated clouds can be asked. */
export type CloudQuestion =
  /** Opens so many clouds with an estate each; their lists of backups answer after `delay` seconds. */
  | { readonly kind: 'open'; readonly clouds: number; readonly estate: Estate; readonly delay: number }
  /** Serves another estate from every cloud from now on. */
  | { readonly kind: 'serve'; readonly estate: Estate }
  /** What was asked for since this was last asked. */
  | { readonly kind: 'visits' };

/** What was asked of one cloud. */
export interface Visits {
  /** Pages of lists. */
  readonly pages: readonly AskedPage[];
  /** Most requests at once for pages of lists. */
  readonly mostAtOnce: number;
}

/** A page that was asked for. */
export interface AskedPage {
  readonly operation: string;
  readonly path: string;
  readonly query: string;
  /** In Unix seconds. */
  readonly at: number;
}

/** Where the clouds are, and what was asked of them. */
export interface CloudAnswer {
  readonly clouds: readonly { readonly origin: string; readonly account: SimulatedAccount }[];
  readonly visits: readonly Visits[];
}

interface OpenCloud {
  readonly cloud: SimulatedCloud;
  mostAtOnce: number;
}

let open: readonly OpenCloud[] = [];

async function openCloud(rows: ReturnType<typeof rowsOf>, delay: number): Promise<OpenCloud> {
  const cloud = await startSimulatedCloud({ graphs: 1, instances: 1, history: 86_400 });
  const opened = { cloud, mostAtOnce: 0 };
  serve(cloud, rows);
  if (delay > 0)
    cloud.inject({ match: { operation: 'list_backups' }, fault: { kind: 'delay', seconds: delay } });
  // A page under way has no status yet.
  cloud.betweenPages(() => {
    const underWay = listPages(cloud).filter(({ status }) => status === undefined).length;
    opened.mostAtOnce = Math.max(opened.mostAtOnce, underWay);
  });
  return opened;
}

function serve(cloud: SimulatedCloud, { backups, graphs }: ReturnType<typeof rowsOf>): void {
  cloud.setBackups('ges', { rows: backups });
  cloud.setInventory('ges', { rows: graphs });
}

const listPages = ({ requests }: SimulatedCloud) =>
  requests.filter(({ operation }) => operation.startsWith('list_'));

function visit(opened: OpenCloud): Visits {
  const pages = listPages(opened.cloud).map(({ operation, path, query, at }) => ({
    operation,
    path,
    query,
    at,
  }));
  const { mostAtOnce } = opened;
  opened.cloud.clearRequests();
  opened.mostAtOnce = 0;
  return { pages, mostAtOnce };
}

answerQuestions<CloudQuestion, CloudAnswer>(async (question) => {
  let visits: readonly Visits[] = [];
  switch (question.kind) {
    case 'open': {
      const rows = rowsOf(question.estate);
      open = await Promise.all(
        Array.from({ length: question.clouds }, () => openCloud(rows, question.delay)),
      );
      break;
    }
    case 'serve': {
      const rows = rowsOf(question.estate);
      for (const { cloud } of open) serve(cloud, rows);
      break;
    }
    case 'visits':
      visits = open.map(visit);
      break;
    default:
      question satisfies never;
  }
  const clouds = open.map(({ cloud: { origin, account } }) => ({ origin, account }));
  return { clouds, visits };
});
