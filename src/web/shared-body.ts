import type { ServerResponse } from 'node:http';
import { createPace } from '../state/pace.ts';

const SLICE_BYTES = 64 * 1024;

// One for all responses: fifty large ones must not hold the event loop for as long as each of them may.
const SHARED_PACE = createPace();

const whenWritable = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const go = (): void => {
      response.off('drain', go);
      response.off('close', go);
      resolve();
    };
    response.on('drain', go);
    response.on('close', go);
  });

/**
 * Ends a response with a body that many responses share. It is written a slice at a time, as fast as the client
 * reads, so that no client holds a copy of it, under TLS neither. Resolves when the last slice is handed over
 * or the client is gone; never rejects. Sets `Content-Length`.
 */
export const sendShared = async (
  response: ServerResponse,
  parts: readonly Uint8Array[],
  pace = SHARED_PACE,
): Promise<void> => {
  const length = parts.reduce((sum, part) => sum + part.byteLength, 0);
  if (!response.headersSent) response.setHeader('Content-Length', length);
  if (response.req.method === 'HEAD') {
    response.end();
    return;
  }
  for (const part of parts) {
    for (let start = 0; start < part.byteLength; start += SLICE_BYTES) {
      // A reader that is fast enough makes it writable again before the event loop has had a turn.
      await pace();
      if (response.destroyed) return;
      if (!response.write(part.subarray(start, start + SLICE_BYTES))) await whenWritable(response);
    }
  }
  response.end();
};
