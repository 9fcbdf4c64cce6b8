import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';

/** Where the text of a command goes. */
export interface Output {
  readonly stream: Writable;
  /** Ends the text and puts it in its place. */
  readonly keep: () => Promise<void>;
  /** Removes what was written and not kept. */
  readonly discard: () => Promise<void>;
}

/**
 * Opens a file for writing, or takes the given stream without one. What stood in the file stays until all of the new
 * text is written, also where that fails. Rejects with the error of the system.
 */
export async function openOutput(path: string | undefined, standardOutput: Writable): Promise<Output> {
  const nothing = (): Promise<void> => Promise.resolve();
  if (path === undefined) return { stream: standardOutput, keep: nothing, discard: nothing };
  const kind = await kindOf(path);
  if (kind === 'directory') throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
  if (kind === 'special') {
    const stream = createWriteStream(path);
    return { stream, keep: () => endOf(stream), discard: nothing };
  }
  // A link stays one.
  const target = kind === 'file' ? await realpath(path) : path;
  const partial = join(dirname(target), `.${randomUUID()}.partial`);
  const handle = await open(partial, 'wx');
  let isKept = false;
  const stream = handle.createWriteStream();
  return {
    stream,
    keep: async () => {
      await endOf(stream);
      await rename(partial, target);
      isKept = true;
    },
    discard: async () => {
      if (isKept) return;
      await handle.close().catch(() => undefined);
      await rm(partial, { force: true });
    },
  };
}

async function endOf(stream: Writable): Promise<void> {
  stream.end();
  await finished(stream);
}

type PathKind = 'nothing' | 'file' | 'directory' | 'special';

/** What stands at a path; `special` is a pipe or a device. */
async function kindOf(path: string): Promise<PathKind> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return 'nothing';
  if (found.isFile()) return 'file';
  return found.isDirectory() ? 'directory' : 'special';
}
