import type { ServerResponse } from 'node:http';
import { createYield } from '../state/event-loop.ts';

const SLICE_BYTES = 64 * 1024;

// Shared by all responses: with one each, fifty large ones could hold the event loop fifty times as long.
const SHARED_PACE = createYield();

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
 * Ends a response with a body shared by many responses. It is written in slices as fast as the client reads, so that no
 * client needs a copy, even under TLS. Resolves when the last slice is written or the client has gone; never rejects.
 * Sets `Content-Length`.
 */
export const sendShared = async (
  response: ServerResponse,
  parts: readonly Uint8Array[],
  yieldIfDue = SHARED_PACE,
): Promise<void> => {
  const length = parts.reduce((sum, part) => sum + part.byteLength, 0);
  if (!response.headersSent) response.setHeader('Content-Length', length);
  if (response.req.method === 'HEAD') {
    response.end();
    return;
  }
  for (const part of parts) {
    for (let start = 0; start < part.byteLength; start += SLICE_BYTES) {
      // A fast reader makes it writable again before the event loop has had a turn.
      await yieldIfDue();
      if (response.destroyed) return;
      if (!response.write(part.subarray(start, start + SLICE_BYTES))) await whenWritable(response);
    }
  }
  response.end();
};
