import type { Backup } from '../domain/backup.ts';
import { iterate, missingIds } from '../pagination/id-set.ts';
import type { Yield } from './event-loop.ts';

/** How many backups of a resource were seen to finish. */
export interface FinishedCounts {
  readonly succeeded: number;
  readonly failed: number;
}

export const NONE_FINISHED: FinishedCounts = { succeeded: 0, failed: 0 };

/** Which finished backups were seen, so that each is counted once. */
export interface FinishedLedger {
  /** Ids of the last complete list. */
  readonly listed: ReadonlySetLike<string>;
  /** Ids among them that were never seen finished: running, in an unknown state, or unreadable. */
  readonly open: ReadonlySet<string>;
  /** Finished ids that the service no longer lists, the latest at the end. */
  readonly departed: ReadonlySet<string>;
  /** By resource id; includes resources that are no longer served. */
  readonly counts: ReadonlyMap<string, FinishedCounts>;
}

/** Collects newly finished backups by resource id. */
export interface FinishedTally {
  readonly add: (backup: Backup) => void;
  readonly open: ReadonlySet<string>;
  readonly newlyFinished: ReadonlyMap<string, FinishedCounts>;
}

// Enough for years of most installations. If a list turns up empty or short by mistake, its backups must not be
// counted again when it comes back, so at least as many as were ever listed at once are remembered.
const FEWEST_REMEMBERED = 50_000;

/** The listed ids that were seen finished. */
export function* finishedIds({ listed, open }: FinishedLedger): Iterable<string> {
  for (const id of iterate(listed)) if (!open.has(id)) yield id;
}

/** A tally against the ledger; without one, as in the first complete poll, nothing is new. */
export function createFinishedTally(ledger: FinishedLedger | undefined): FinishedTally {
  const open = new Set<string>();
  const newlyFinished = new Map<string, FinishedCounts>();
  return {
    open,
    newlyFinished,
    add: ({ id, resourceId, state }) => {
      if (state === 'running' || state === 'unknown') {
        open.add(id);
      } else if (ledger !== undefined && !isCounted(ledger, id)) {
        const before = newlyFinished.get(resourceId) ?? NONE_FINISHED;
        newlyFinished.set(resourceId, { ...before, [state]: before[state] + 1 });
      }
    },
  };
}

/** The ledger after a complete list. Resources for which `counted` is false keep their counts. */
export async function nextLedger(
  ledger: FinishedLedger | undefined,
  list: { readonly ids: ReadonlySetLike<string>; readonly unreadIds: ReadonlySet<string> },
  tally: FinishedTally,
  counted: (resourceId: string) => boolean,
  yieldIfDue: Yield,
): Promise<FinishedLedger> {
  return {
    listed: list.ids,
    open: openAfter(ledger, tally.open.union(list.unreadIds)),
    departed: ledger === undefined ? new Set() : await departedAfter(ledger, list.ids, yieldIfDue),
    counts: countsAfter(ledger, tally, counted),
  };
}

// A counted backup stays counted, whatever happens to its row.
function openAfter(ledger: FinishedLedger | undefined, open: ReadonlySet<string>): ReadonlySet<string> {
  return ledger === undefined ? open : new Set(Array.from(open).filter((id) => !isCounted(ledger, id)));
}

function isCounted(ledger: FinishedLedger, id: string): boolean {
  return (ledger.listed.has(id) && !ledger.open.has(id)) || ledger.departed.has(id);
}

function countsAfter(
  ledger: FinishedLedger | undefined,
  tally: FinishedTally,
  counted: (resourceId: string) => boolean,
): ReadonlyMap<string, FinishedCounts> {
  const news = Array.from(tally.newlyFinished).filter(([resourceId]) => counted(resourceId));
  if (ledger !== undefined && news.length === 0) return ledger.counts;
  const counts = new Map(ledger?.counts);
  for (const [resourceId, { succeeded, failed }] of news) {
    const before = counts.get(resourceId) ?? NONE_FINISHED;
    counts.set(resourceId, { succeeded: before.succeeded + succeeded, failed: before.failed + failed });
  }
  return counts;
}

async function departedAfter(
  ledger: FinishedLedger,
  listed: ReadonlySetLike<string>,
  yieldIfDue: Yield,
): Promise<ReadonlySet<string>> {
  const returned = new Set<string>();
  for (const id of missingIds(listed, ledger.listed)) {
    await yieldIfDue();
    if (ledger.departed.has(id)) returned.add(id);
  }
  const left: string[] = [];
  for (const id of missingIds(ledger.listed, listed)) {
    await yieldIfDue();
    if (!ledger.open.has(id)) left.push(id);
  }
  if (returned.size === 0 && left.length === 0) return ledger.departed;
  const departed = Array.from(ledger.departed).filter((id) => !returned.has(id));
  const most = Math.max(FEWEST_REMEMBERED, ledger.departed.size, ledger.listed.size);
  return new Set([...departed, ...left].slice(-most));
}
