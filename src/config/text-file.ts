import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { fileError } from '../files/file-error.ts';

/** Reads text files; from the disk, except in tests. */
export interface TextFiles {
  /** Resolves with the whole text; rejects with an Error whose message says why not, worded to follow the path. */
  readonly readText: (path: string, maxBytes: number) => Promise<string>;
}

/** The files of this machine. */
export const machineFiles: TextFiles = {
  readText: async (path, maxBytes) => {
    const content = await buffer(createReadStream(path, { end: maxBytes })).catch((error: unknown) => {
      throw new Error(`cannot be read: ${fileError(error)}`, { cause: error });
    });
    if (content.length > maxBytes) throw new Error(`is larger than ${maxBytes / 1024} KiB`);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(content);
    } catch (error) {
      throw new Error('is not UTF-8 text', { cause: error });
    }
  },
};
