import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { fileError } from '../files/file-error.ts';

export interface TextFiles {
  /** Resolves with the text; rejects with an Error whose message follows the path. */
  readonly readText: (path: string, maxBytes: number) => Promise<string>;
}

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
