import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';

/** A file that is being written to replace another one. */
export interface Replacement {
  readonly stream: Writable;
  /** Ends the stream and renames the file once it is on the disk. */
  readonly commit: () => Promise<void>;
  /** Removes what was written; the previous file stays. */
  readonly abort: () => Promise<void>;
}

/**
 * Starts to write a file. After a crash at any point there is the old file or the new one, and concurrent writers do
 * not mix. Rejects with system errors.
 */
export async function openReplacement(path: string, mode = 0o666): Promise<Replacement> {
  const directory = dirname(path);
  const temporary = join(directory, `.${basename(path).slice(0, 64)}.${randomUUID()}.new`);
  const file = await open(temporary, 'wx', mode);
  const stream = file.createWriteStream({ flush: true });
  // Errors are reported to the callback or by `commit`.
  stream.on('error', () => undefined);
  let isCommitted = false;
  return {
    stream,
    commit: async () => {
      const written = finished(stream);
      stream.end();
      await written;
      await rename(temporary, path);
      isCommitted = true;
      await syncDirectory(directory);
    },
    abort: async () => {
      if (isCommitted) return;
      stream.destroy();
      await rm(temporary, { force: true });
    },
  };
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
