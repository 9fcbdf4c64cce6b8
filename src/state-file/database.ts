import { closeSync, lstatSync, openSync, readSync, renameSync, type Stats, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync, gzipSync } from 'node:zlib';
import { errorCode, errorMessage } from '../errors.ts';
import { fileError } from '../files/file-error.ts';
import { type OpenedStore, type SavedText, StateFileError } from './store.ts';

/** The database of saved states. Every call waits for the disk, so it runs in a separate process. */
export interface StateDatabase extends OpenedStore {
  /** When it returns or throws, all or none of the texts are on the disk, even after a crash. */
  readonly save: (texts: readonly SavedText[]) => void;
  readonly close: () => void;
}

// In the header of the file: `HBEX`.
const APPLICATION_ID = 0x48424558;
const VERSION = 1;
const HEADER_BYTES = 100;
const MAGIC = Buffer.from('SQLite format 3\0');
const APPLICATION_ID_AT = 68;
// As long as a stopped process may take to release the file.
const LOCK_TIMEOUT_MILLISECONDS = 5000;

/**
 * Opens or creates the database and locks it until it is closed or this process ends. A damaged one is moved aside.
 * Throws a {@link StateFileError}.
 */
export function openDatabase(path: string, now: Date): StateDatabase {
  checkFile(path);
  try {
    return openOurs(path, undefined);
  } catch (error) {
    const damage = damageOf(error);
    if (damage === undefined) throw problemOf(error);
    const keptAs = `${path}.unreadable-${now.toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
    try {
      renameSync(path, keptAs);
      checkFile(path);
      return openOurs(path, { reason: damage, keptAs });
    } catch (again) {
      throw problemOf(again);
    }
  }
}

/** Throws unless the file is a state file or can be created; creates it empty, with owner permissions only. */
function checkFile(path: string): void {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) createFile(path);
    else if (!stats.isFile()) throw new StateFileError('not a state file', `is ${kindOf(stats)}, not a file`);
    else if (stats.size > 0 && !isOurs(path)) {
      throw new StateFileError('not a state file', 'is not a state file of this exporter');
    }
  } catch (error) {
    if (error instanceof StateFileError) throw error;
    throw new StateFileError('unusable', `cannot be read: ${fileError(error)}`);
  }
}

function createFile(path: string): void {
  try {
    writeFileSync(path, '', { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const why =
      errorCode(error) === 'ENOENT'
        ? `there is no directory ${dirname(path)}; create it, writable by this user`
        : `${fileError(error)}; make its directory writable by this user`;
    throw new StateFileError('unavailable', `cannot be created: ${why}`);
  }
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a directory';
  if (stats.isSymbolicLink()) return 'a symbolic link';
  if (stats.isFIFO()) return 'a named pipe';
  return stats.isSocket() ? 'a socket' : 'a device';
}

// A header of NUL bytes is also accepted: a power failure leaves such a file.
function isOurs(path: string): boolean {
  const header = Buffer.alloc(HEADER_BYTES);
  const file = openSync(path, 'r');
  try {
    readSync(file, header);
  } finally {
    closeSync(file);
  }
  const isDatabase = header.subarray(0, MAGIC.length).equals(MAGIC);
  return (
    (isDatabase && header.readUInt32BE(APPLICATION_ID_AT) === APPLICATION_ID) ||
    header.every((byte) => byte === 0)
  );
}

function openOurs(path: string, replaced: OpenedStore['replaced']): StateDatabase {
  const database = new DatabaseSync(path, { timeout: LOCK_TIMEOUT_MILLISECONDS });
  try {
    // No temporary files: no other directory may be writable.
    database.exec(
      'PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; BEGIN EXCLUSIVE',
    );
    prepareSchema(database);
    // Half the writes of a rollback journal. Only after the file is known to be ours.
    database.exec('COMMIT; PRAGMA journal_mode = WAL');
    const saved = readAll(database);
    const put = database.prepare(
      'INSERT INTO service (key, state) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET state = excluded.state',
    );
    return {
      saved,
      replaced,
      save: (texts) => {
        try {
          database.exec('BEGIN');
          for (const { key, text } of texts) put.run(key, gzipSync(text, { level: 1 }));
          database.exec('COMMIT');
        } catch (error) {
          if (database.isTransaction) database.exec('ROLLBACK');
          throw problemOf(error);
        }
      },
      close: () => database.close(),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

function prepareSchema(database: DatabaseSync): void {
  const version = Number(Object.values(database.prepare('PRAGMA user_version').get() ?? {})[0]);
  if (version > VERSION) throw new DamageError(`its version is ${version}, this exporter reads ${VERSION}`);
  if (version === VERSION) return;
  database.exec(
    `CREATE TABLE service (key TEXT PRIMARY KEY, state BLOB NOT NULL);
     PRAGMA application_id = ${APPLICATION_ID};
     PRAGMA user_version = ${VERSION}`,
  );
}

/** Reads the texts; gzip verifies their checksums. */
function readAll(database: DatabaseSync): readonly SavedText[] {
  const rows = database.prepare('SELECT key, state FROM service ORDER BY key').all();
  try {
    return rows.map(({ key, state }) => ({
      key: String(key),
      text: gunzipSync(state as Uint8Array).toString('utf8'),
    }));
  } catch (error) {
    throw new DamageError(`it is damaged: ${errorMessage(error)}`);
  }
}

class DamageError extends Error {}

const SQLITE = {
  busy: 5,
  readOnly: 8,
  io: 10,
  damaged: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
} as const;

const UNAVAILABLE: Readonly<Record<number, string>> = {
  [SQLITE.readOnly]:
    'cannot be written: the file or its file system is read-only; make it writable by this user',
  [SQLITE.full]: 'cannot be written: no space left on device; free some',
  [SQLITE.io]: 'cannot be read or written: input/output error',
  [SQLITE.cannotOpen]:
    'cannot be opened: permission denied, or no journal can be created next to it; make the file and its directory writable by this user',
};

/** The primary code of an SQLite error; undefined for other errors. */
function sqliteCode(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined;
}

/** What is wrong with the content of the file; undefined for other errors. */
function damageOf(error: unknown): string | undefined {
  if (error instanceof DamageError) return error.message;
  const code = sqliteCode(error);
  return code === SQLITE.damaged || code === SQLITE.notADatabase ? 'it is damaged' : undefined;
}

function problemOf(error: unknown): StateFileError {
  if (error instanceof StateFileError) return error;
  const code = sqliteCode(error) ?? 0;
  if (code === SQLITE.busy) return new StateFileError('unusable', 'is in use by another process');
  return new StateFileError('unavailable', UNAVAILABLE[code] ?? `cannot be used: ${fileError(error)}`);
}
