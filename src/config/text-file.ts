import { type FileHandle, open } from 'node:fs/promises';

/** Reads files of text; the disk stands behind it outside of tests. */
export interface TextFiles {
  /** Resolves with the whole text; rejects with an Error whose message says why not, worded to stand after the path. */
  readonly readText: (path: string, maxBytes: number) => Promise<string>;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist, a part of its path is not a directory',
  EACCES: 'cannot be read, permission denied',
  EPERM: 'cannot be read, permission denied',
  EISDIR: 'is a directory',
  ELOOP: 'cannot be read, its symbolic links go round in circles',
  EMFILE: 'cannot be read, too many files are open',
};

const reasonOf = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  return REASONS[code] ?? `cannot be read (${code})`;
};

const readBytes = async (file: FileHandle, maxBytes: number): Promise<Buffer> => {
  const buffer = Buffer.alloc(maxBytes + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, null);
    if (bytesRead === 0) return buffer.subarray(0, length);
    length += bytesRead;
    if (length > maxBytes) throw new Error(`is larger than ${maxBytes / 1024} KiB`);
  }
};

const openFile = async (path: string): Promise<FileHandle> => {
  try {
    return await open(path, 'r');
  } catch (error) {
    throw new Error(reasonOf(error), { cause: error });
  }
};

const decode = (content: Buffer): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch (error) {
    throw new Error('is not UTF-8 text', { cause: error });
  }
};

/** The files of this machine. */
export const machineFiles: TextFiles = {
  readText: async (path, maxBytes) => {
    await using file = await openFile(path);
    const status = await file.stat();
    if (status.isDirectory()) throw new Error('is a directory');
    return decode(await readBytes(file, maxBytes));
  },
};
