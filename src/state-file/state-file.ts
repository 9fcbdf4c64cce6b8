import { type FileHandle, open, readFile, rename, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Log } from '../log/log.ts';
import { createPace } from '../state/pace.ts';
import type { ServiceState } from '../state/service-state.ts';
import { readStates, type SavedStates, type SavedStatesReading, writeStates } from './format.ts';

// A million backups take 40 MB; what is this large was written by somebody else.
const LARGEST_FILE = 256 * 2 ** 20;

/** Keeps the states of the services over restarts. */
export interface StateFile {
  /** What was saved last under a key, before this start or since; undefined for nothing. */
  readonly restored: (key: string) => ServiceState | undefined;
  /** Saves the state of a service; resolves when it is on the disk or could not be brought there. Never rejects. */
  readonly save: (key: string, state: ServiceState) => Promise<void>;
}

/** A state file that keeps nothing. */
export const NO_STATE_FILE: StateFile = {
  restored: () => undefined,
  save: async () => undefined,
};

/**
 * Opens the state file at a path. One that cannot be read is reported and kept aside, and the exporter starts
 * without it. Rejects with a one-line Error where the path can never hold a file.
 */
export async function openStateFile(path: string, log: Log, now: () => Date): Promise<StateFile> {
  const states = new Map(await loadStates(path, log, now));
  let writing = Promise.resolve();
  let writeIsPlanned = false;
  let failure: string | undefined;

  const write = async (): Promise<void> => {
    writeIsPlanned = false;
    try {
      await writeDurably(path, writeStates(states, createPace()));
      if (failure !== undefined) log.info({ file: path }, 'the state file can be written again');
      failure = undefined;
    } catch (error) {
      const reason = reasonOf(error);
      if (reason !== failure)
        log.error(
          { file: path, error: reason },
          'the state file could not be written; counters may be lost at a restart',
        );
      failure = reason;
    }
  };

  return {
    restored: (key) => states.get(key),
    save: (key, state) => {
      states.set(key, state);
      // Services that are saved while a write is under way share the next one.
      if (!writeIsPlanned) {
        writeIsPlanned = true;
        writing = writing.then(write);
      }
      return writing;
    },
  };
}

async function loadStates(path: string, log: Log, now: () => Date): Promise<SavedStates> {
  const reading = await readStateFile(path);
  if (reading.kind === 'read') return reading.states;
  const aside = `${path}.unreadable-${now()
    .toISOString()
    .replaceAll(/[-:]|\.\d+/g, '')}`;
  const keptAside = await rename(path, aside).then(
    () => true,
    () => false,
  );
  log.error(
    { file: path, reason: reading.reason, ...(keptAside && { kept_as: aside }) },
    'the state file cannot be used; counters start anew',
  );
  return new Map();
}

async function readStateFile(path: string): Promise<SavedStatesReading> {
  try {
    const { size } = await stat(path);
    if (size > LARGEST_FILE) return { kind: 'unreadable', reason: 'it is too large for a state file' };
    return readStates(await readFile(path, 'utf8'));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return { kind: 'read', states: new Map() };
    throw new Error(`the state file ${path} cannot be read: ${reasonOf(error)}`);
  }
}

// A crash at any point leaves the old file or the new one: the new one gets its name only when it is on the disk.
async function writeDurably(path: string, pieces: AsyncIterable<string>): Promise<void> {
  const temporary = `${path}.new`;
  try {
    // A file of its own: what lies there was left by a killed process, or is a link to somewhere else.
    await unlink(temporary).catch(() => undefined);
    const file = await open(temporary, 'wx', 0o600);
    try {
      await writeAll(file, pieces);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  const directory = await open(dirname(path), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function writeAll(file: FileHandle, pieces: AsyncIterable<string>): Promise<void> {
  let pending = '';
  for await (const piece of pieces) {
    pending += piece;
    if (pending.length < 64 * 1024) continue;
    await file.appendFile(pending);
    pending = '';
  }
  await file.appendFile(pending);
}

const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

const reasonOf = (error: unknown): string =>
  errorCode(error) ?? (error instanceof Error ? error.message : String(error));
