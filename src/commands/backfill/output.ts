import { createWriteStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { openReplacement, type Replacement } from '../../files/replace-file.ts';

/**
 * Opens a file for writing, or uses the given stream without one. The file keeps its old content until everything is
 * written, and if that fails. Rejects with system errors.
 */
export async function openOutput(path: string | undefined, standardOutput: Writable): Promise<Replacement> {
  const nothing = (): Promise<void> => Promise.resolve();
  if (path === undefined) return { stream: standardOutput, commit: nothing, abort: nothing };
  const kind = await kindOf(path);
  if (kind === 'directory') throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
  if (kind === 'special') {
    const stream = createWriteStream(path);
    return { stream, commit: () => endOf(stream), abort: nothing };
  }
  // A symbolic link stays one.
  return openReplacement(kind === 'file' ? await realpath(path) : path);
}

async function endOf(stream: Writable): Promise<void> {
  stream.end();
  await finished(stream);
}

type PathKind = 'nothing' | 'file' | 'directory' | 'special';

/** What is at a path; `special` is a pipe or a device. */
async function kindOf(path: string): Promise<PathKind> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return 'nothing';
  if (found.isFile()) return 'file';
  return found.isDirectory() ? 'directory' : 'special';
}
