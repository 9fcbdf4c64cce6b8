import type { FileHandle } from 'node:fs/promises';

type Files = typeof import('node:fs/promises');

/** One call to the file system that changes something or waits for the disk. */
export interface FileOperation {
  readonly name: string;
  readonly path: string;
}

/** Hands on the file system below the program. */
export interface WatchedFiles {
  /** Called before each operation. What it throws is what the operation fails with. */
  before: ((operation: FileOperation) => void | Promise<void>) | undefined;
}

/** The file system as it is, with each operation shown to `watched` first. */
export function watchFiles(real: Files, watched: WatchedFiles): Files {
  const show = async (name: string, path: unknown): Promise<void> => {
    await watched.before?.({ name, path: String(path) });
  };
  const watchHandle = (handle: FileHandle, path: unknown): FileHandle =>
    new Proxy(handle, {
      get: (target, property) => {
        const value: unknown = Reflect.get(target, property);
        if (typeof value !== 'function') return value;
        return async (...args: readonly unknown[]) => {
          await show(String(property), path);
          return Reflect.apply(value, target, args);
        };
      },
    });
  const open: Files['open'] = async (path, flags, mode) => {
    await show(`open ${String(flags)}`, path);
    return watchHandle(await real.open(path, flags, mode), path);
  };
  const rename: Files['rename'] = async (from, to) => {
    await show('rename', from);
    return real.rename(from, to);
  };
  const unlink: Files['unlink'] = async (path) => {
    await show('unlink', path);
    return real.unlink(path);
  };
  return { ...real, open, rename, unlink };
}

/** The error of the operating system with this code. */
export const systemError = (code: string): Error => Object.assign(new Error(`${code}: it failed`), { code });
