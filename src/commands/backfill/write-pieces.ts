import type { Writable } from 'node:stream';

/**
 * Writes pieces one after the other, the next one made while one is written: at most two are in use. Rejects with the
 * error of the stream, and with the reason of the signal when that aborts.
 */
export async function writePieces(
  pieces: Iterable<Uint8Array>,
  stream: Writable,
  signal: AbortSignal,
): Promise<void> {
  // The piece that could not be written says so; the event comes after it.
  stream.on('error', () => undefined);
  let writing = Promise.resolve();
  for (const piece of pieces) {
    await writing;
    writing = writePiece(piece, stream, signal);
  }
  await writing;
}

function writePiece(piece: Uint8Array, stream: Writable, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) {
      abort();
      return;
    }
    signal.addEventListener('abort', abort, { once: true });
    stream.write(piece, (error) => {
      signal.removeEventListener('abort', abort);
      if (error) reject(error);
      else resolve();
    });
  });
}
