import { stat } from 'node:fs/promises';

/** What tells one state of each file from the next without reading it. */
export type FileStamps = ReadonlyMap<string, string>;

const stampOf = async (path: string): Promise<string> => {
  try {
    const { mtimeNs, size, ino, dev } = await stat(path, { bigint: true });
    return [mtimeNs, size, ino, dev].join(' ');
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  }
};

/** Stamps the files as they are now, following symbolic links. A file that cannot be seen has a stamp too. */
export const stampFiles = async (paths: Iterable<string>): Promise<FileStamps> => {
  const distinct = [...new Set(paths)];
  return new Map(await Promise.all(distinct.map(async (path) => [path, await stampOf(path)] as const)));
};

/** Whether the same files have the same stamps. */
export const sameStamps = (one: FileStamps, other: FileStamps): boolean =>
  one.size === other.size && [...one].every(([path, stamp]) => other.get(path) === stamp);
