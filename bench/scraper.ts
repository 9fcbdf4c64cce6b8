import { connect, type Socket } from 'node:net';

/** What a scrape asks for. */
export type Encoding = 'gzip' | 'identity';

/** One answer, read to its last byte. */
export interface Scrape {
  /** From the request to the last byte. */
  readonly milliseconds: number;
  /** All bytes of the answer, headers included. */
  readonly bytes: number;
}

/** One connection over which `/metrics` is asked for again and again. */
export interface Scraper {
  readonly scrape: (encoding: Encoding) => Promise<Scrape>;
  readonly close: () => void;
}

const READ_BYTES = 1024 * 1024;
const LAST_CHUNK = '0\r\n\r\n';
const LONGEST_SCRAPE_MILLISECONDS = 60_000;

/**
 * Opens a connection that reads into one buffer and looks at nothing but the length of the answer: what it costs
 * is small and the same for every server.
 */
export async function openScraper(port: number): Promise<Scraper> {
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  let take: (count: number) => void = () => undefined;
  const socket: Socket = connect({
    host: '127.0.0.1',
    port,
    noDelay: true,
    onread: {
      buffer,
      callback: (count) => {
        take(count);
        return true;
      },
    },
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });

  const scrape = (encoding: Encoding): Promise<Scrape> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => fail(new Error('a scrape took too long')),
        LONGEST_SCRAPE_MILLISECONDS,
      );
      const fail = (error: Error): void => {
        clearTimeout(timer);
        reject(error);
      };
      const began = performance.now();
      const isDone = answerReader(buffer);
      let bytes = 0;
      socket.once('error', fail);
      take = (count) => {
        bytes += count;
        if (!isDone(count, bytes)) return;
        clearTimeout(timer);
        socket.off('error', fail);
        resolve({ milliseconds: performance.now() - began, bytes });
      };
      socket.write(
        `GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: text/plain;version=0.0.4\r\nAccept-Encoding: ${encoding}\r\n\r\n`,
      );
    });

  return { scrape, close: () => socket.destroy() };
}

/** Tells after each read whether the answer is whole, by its `Content-Length` or its last chunk. */
function answerReader(buffer: Buffer): (count: number, bytes: number) => boolean {
  let whole: number | undefined;
  let isChunked = false;
  return (count, bytes) => {
    if (whole === undefined && !isChunked) {
      const head = buffer.toString('latin1', 0, Math.min(count, 4096));
      const headEnd = head.indexOf('\r\n\r\n') + 4;
      if (!head.startsWith('HTTP/1.1 200')) throw new Error(`not a scrape: ${head.slice(0, 100)}`);
      const length = /^content-length: (\d+)/im.exec(head)?.[1];
      if (length === undefined) isChunked = true;
      else whole = headEnd + Number(length);
    }
    if (isChunked) return buffer.toString('latin1', Math.max(0, count - LAST_CHUNK.length), count) === LAST_CHUNK;
    return bytes === whole;
  };
}
