import { createHash } from 'node:crypto';
import { errorMessage } from '../errors.ts';
import type { Log } from '../log/log.ts';
import { createYield } from '../state/event-loop.ts';
import type { FinishedLedger } from '../state/finished.ts';
import type { ServiceState } from '../state/service-state.ts';
import { readState, stateLines } from './format.ts';
import { type SavedPieces, type SavedText, StateFileError, type StateStore } from './store.ts';

/** Keeps the states of services across restarts. */
export interface StateFile {
  /** The last saved state of a key, before or since startup; undefined for none. */
  readonly restored: (key: string) => ServiceState | undefined;
  /**
   * Saves the state of a service; never rejects. If a counter rose, resolves when that is on the disk, or after a
   * second.
   */
  readonly save: (key: string, state: ServiceState) => Promise<void>;
  /** Saves what is left, for at most a second. */
  readonly close: () => Promise<void>;
}

export const NO_STATE_FILE: StateFile = {
  restored: () => undefined,
  save: async () => undefined,
  close: async () => undefined,
};

export interface StateFileOptions {
  readonly path: string;
  readonly store: StateStore;
  readonly log: Log;
  /** A monotonic clock in milliseconds. */
  readonly now: () => number;
  /** Resolves after this many milliseconds; does not keep the process alive. */
  readonly wait: (milliseconds: number) => Promise<void>;
}

const PIECE_LENGTH = 64 * 1024;
// How long a poll or the shutdown waits for the disk.
const LONGEST_WAIT = 1000;
const LONGEST_START = 30_000;
// Changes without a new count are saved at most once in this time.
const LEAST_PAUSE = 60_000;

/** What is on the disk for a service. */
interface Written {
  readonly digest: string;
  readonly counts: FinishedLedger['counts'];
  readonly at: number;
}

/**
 * Opens the state file. A damaged one is moved aside, and a disk error means that nothing is restored; both are logged.
 * Rejects with a {@link StateFileError} for people if the path cannot be used for a state file, or is in use.
 */
export async function openStateFile({ path, store, log, now, wait }: StateFileOptions): Promise<StateFile> {
  const states = new Map<string, ServiceState>();
  const written = new Map<string, Written>();
  const opened = await openStore({ path, store, log, wait });
  for (const { key, text } of opened.saved) {
    const state = readState(text);
    states.set(key, state);
    written.set(key, { digest: digestOf([text]), counts: state.ledger.counts, at: now() });
  }

  let pending = new Map<string, ServiceState>();
  let writing = Promise.resolve();
  let isPlanned = false;
  let trouble = opened.trouble;
  let isStalled = false;

  const report = (reason: string | undefined): void => {
    if (reason === trouble) return;
    trouble = reason;
    if (reason === undefined) log.info({ file: path }, 'the state file can be written again');
    else
      log.error({ file: path, reason }, 'the state file could not be written; a restart may lose counters');
  };

  const write = async (): Promise<void> => {
    isPlanned = false;
    const batch = pending;
    pending = new Map();
    const changed: SavedPieces[] = [];
    const next = new Map<string, Written>();
    for (const [key, state] of batch) {
      const pieces = await piecesOf(state);
      const digest = digestOf(pieces);
      if (digest !== written.get(key)?.digest) changed.push({ key, pieces });
      next.set(key, { digest, counts: state.ledger.counts, at: now() });
    }
    try {
      if (changed.length > 0) await store.save(changed);
    } catch (error) {
      pending = new Map([...batch, ...pending]);
      report(errorMessage(error));
      return;
    } finally {
      isStalled = false;
    }
    for (const [key, what] of next) written.set(key, what);
    report(undefined);
  };

  // Services saved while a write is in progress share the next one.
  const planWrite = (): void => {
    if (isPlanned) return;
    isPlanned = true;
    writing = writing.then(write);
  };

  const waitForDisk = async (): Promise<void> => {
    if (isStalled) return;
    const isLate = await Promise.race([writing.then(() => false), wait(LONGEST_WAIT).then(() => true)]);
    if (!isLate) return;
    isStalled = true;
    report('its disk did not respond within a second');
  };

  const isDue = (key: string, { ledger }: ServiceState): boolean => {
    const last = written.get(key);
    return last === undefined || last.counts !== ledger.counts || now() - last.at >= LEAST_PAUSE;
  };

  return {
    restored: (key) => states.get(key),
    save: async (key, state) => {
      states.set(key, state);
      pending.set(key, state);
      if (!isDue(key, state)) return;
      planWrite();
      await waitForDisk();
    },
    close: async () => {
      if (pending.size > 0) planWrite();
      await waitForDisk();
      store.close();
    },
  };
}

/** The saved texts, or why they could not be read. */
async function openStore({ path, store, log, wait }: Omit<StateFileOptions, 'now'>): Promise<{
  readonly saved: readonly SavedText[];
  readonly trouble: string | undefined;
}> {
  const late = async (): Promise<never> => {
    await wait(LONGEST_START);
    throw new StateFileError('unusable', `could not be opened within ${LONGEST_START / 1000} s`);
  };
  try {
    const { saved, replaced } = await Promise.race([store.open(), late()]);
    if (replaced !== undefined) {
      const { reason, keptAs } = replaced;
      log.error(
        { file: path, reason, kept_as: keptAs },
        'the state file cannot be read; counters start at 0',
      );
    }
    return { saved, trouble: undefined };
  } catch (error) {
    const { kind, message } =
      error instanceof StateFileError ? error : new StateFileError('unavailable', String(error));
    if (kind !== 'unavailable') {
      store.close();
      throw new StateFileError(kind, `the state file ${path} ${message}; ${ADVICE[kind]}`);
    }
    log.error(
      { file: path, reason: message },
      'the state file cannot be used; a restart will lose the counters',
    );
    return { saved: [], trouble: message };
  }
}

const ADVICE = {
  'not a state file': 'use another path for --state.file',
  unusable: 'give each process its own readable and writable state file',
} as const;

async function piecesOf(state: ServiceState): Promise<readonly string[]> {
  const yieldIfDue = createYield();
  const pieces: string[] = [];
  let piece = '';
  for (const line of stateLines(state)) {
    await yieldIfDue();
    piece += line;
    if (piece.length < PIECE_LENGTH) continue;
    pieces.push(piece);
    piece = '';
  }
  return piece === '' ? pieces : [...pieces, piece];
}

function digestOf(pieces: readonly string[]): string {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('base64');
}
