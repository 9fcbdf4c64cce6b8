import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { createYield, type Yield } from '../state/event-loop.ts';

const SLICE_BYTES = 64 * 1024;

// Shared by all responses: with one each, fifty large ones could hold the event loop fifty times as long.
const SHARED_PACE = createYield();

/**
 * Ends a response with a body shared by many responses. It is written in slices as fast as the client reads, so that no
 * client needs a copy, even under TLS. Resolves when it is written or the client has gone; never rejects. Sets
 * `Content-Length`.
 */
export async function sendShared(
  response: ServerResponse,
  parts: readonly Uint8Array[],
  yieldIfDue = SHARED_PACE,
): Promise<void> {
  response.setHeader('Content-Length', lengthOf(parts));
  if (response.req.method === 'HEAD') response.end();
  else await pipeline(slicesOf(parts, yieldIfDue), response).catch(() => undefined);
}

export const lengthOf = (parts: readonly Uint8Array[]): number =>
  parts.reduce((sum, part) => sum + part.byteLength, 0);

async function* slicesOf(parts: readonly Uint8Array[], yieldIfDue: Yield): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    for (let start = 0; start < part.byteLength; start += SLICE_BYTES) {
      // A fast reader makes it writable again before the event loop has had a turn.
      await yieldIfDue();
      yield part.subarray(start, start + SLICE_BYTES);
    }
  }
}
