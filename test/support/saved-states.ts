import { setTimeout } from 'node:timers/promises';
import { unixSeconds } from '../../src/domain/quantities.ts';
import type { Log } from '../../src/log/log.ts';
import type { ServiceState } from '../../src/state/service-state.ts';
import { databaseStore } from '../../src/state-file/database-client.ts';
import { readState, stateLines } from '../../src/state-file/format.ts';
import { openStateFile, type StateFile } from '../../src/state-file/state-file.ts';
import { StateFileError, type StateStore } from '../../src/state-file/store.ts';
import { ORIGIN } from './state.ts';

/** A state in which `count` backups of one graph have been counted. */
export function stateOf(count: number, fields: Partial<ServiceState> = {}): ServiceState {
  const ids = Array.from({ length: count }, (_, index) => `backup-${index}`);
  return {
    origin: ORIGIN,
    resources: new Map([['graph-1', resourceOf('graph-1', 'orders')]]),
    ledger: {
      listed: new Set(ids),
      open: new Set(),
      departed: new Set(['gone-before']),
      counts: new Map([['graph-1', { succeeded: count, failed: 0 }]]),
    },
    uncounted: new Set(['instance-1']),
    inventoryWasRead: true,
    overLimit: 0,
    excluded: new Map([['scratch-1', resourceOf('scratch-1', 'scratch')]]),
    unlisted: 0,
    failedRuns: [],
    firstEnds: new Map(),
    ...fields,
  };
}

const resourceOf = (id: string, name: string) => ({
  id,
  name,
  firstSeen: unixSeconds(50),
  exists: true,
  listing: undefined,
  facts: undefined,
  unread: true,
});

/** The number of backups counted in a state; undefined without a state. */
export const countIn = (state: ServiceState | undefined): number | undefined =>
  state?.ledger.counts.get('graph-1')?.succeeded;

/** A store in memory. */
export interface FakeStore extends StateStore {
  /** The saved texts by key. */
  readonly texts: Map<string, string>;
  /** The keys of each save. */
  readonly saves: (readonly string[])[];
  /** Awaited before each save, which fails with its error. */
  before: (() => void | Promise<void>) | undefined;
  /** Called after each save. */
  after: (() => void | Promise<void>) | undefined;
  isClosed: boolean;
}

/** A store in memory that contains these texts. */
export function createFakeStore(texts: ReadonlyMap<string, string> = new Map()): FakeStore {
  const store: FakeStore = {
    texts: new Map(texts),
    saves: [],
    before: undefined,
    after: undefined,
    isClosed: false,
    open: async () => ({
      saved: Array.from(store.texts, ([key, text]) => ({ key, text })),
      replaced: undefined,
    }),
    save: async (services) => {
      await store.before?.();
      store.saves.push(services.map(({ key }) => key));
      for (const { key, pieces } of services) store.texts.set(key, pieces.join(''));
      await store.after?.();
    },
    close: () => {
      store.isClosed = true;
    },
  };
  return store;
}

/** The state stored under a key. */
export const savedIn = ({ texts }: Pick<FakeStore, 'texts'>, key: string): ServiceState | undefined => {
  const text = texts.get(key);
  return text === undefined ? undefined : readState(text);
};

/** A failure of the disk. */
export const diskFailure = (reason: string): StateFileError => new StateFileError('unavailable', reason);

/** The text of a saved state. */
export const textOf = (state: ServiceState): string => Array.from(stateLines(state)).join('');

/** Opens the state file at a path as the exporter does, or with the given store. */
export const openAt = (path: string, log: Log, store: StateStore = databaseStore(path)): Promise<StateFile> =>
  openStateFile({
    path,
    store,
    log,
    now: () => performance.now(),
    wait: (milliseconds) => setTimeout(milliseconds, undefined, { ref: false }),
  });

/** A log without output. */
export const QUIET: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
