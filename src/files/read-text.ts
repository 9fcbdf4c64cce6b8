import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { fileError } from './file-error.ts';

/**
 * Reads a text file. Rejects with one line that begins with `name`. It has no cause, which would contain the path: that
 * may be a secret in the wrong place.
 */
export async function readText(path: string, maxBytes: number, name: string): Promise<string> {
  const content = await buffer(createReadStream(path, { end: maxBytes })).catch((error: unknown) => {
    throw new Error(`${name} cannot be read: ${fileError(error)}`);
  });
  if (content.length > maxBytes) throw new Error(`${name} is larger than ${maxBytes / 1024} KiB`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    throw new Error(`${name} is not UTF-8 text`);
  }
}
