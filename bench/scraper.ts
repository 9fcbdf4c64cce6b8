import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** The requested content encoding. */
export type Encoding = 'gzip' | 'identity';

/** A response, read to its last byte. */
export interface Scrape {
  /** From the request to the last byte. */
  readonly milliseconds: number;
  /** All bytes of the response, including headers. */
  readonly bytes: number;
}

/** A connection for repeated requests of `/metrics`. */
export interface Scraper {
  /** Rejects if the response is invalid or takes a minute. */
  readonly scrape: (encoding: Encoding) => Promise<Scrape>;
  readonly close: () => void;
}

const READ_BYTES = 1024 * 1024;
const LAST_CHUNK = '\r\n0\r\n\r\n';
const SCRAPE_TIMEOUT_MILLISECONDS = 60_000;

/**
 * Opens a connection that reads into one buffer and checks only the length of the response: its cost
 * is small and the same for every server.
 */
export async function openScraper(port: number): Promise<Scraper> {
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  let take: (count: number) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
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
  await once(socket, 'connect');
  socket.on('error', (error) => fail(error));
  socket.on('close', () => fail(new Error('the connection was closed before the response was complete')));

  const scrape = (encoding: Encoding): Promise<Scrape> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => fail(new Error('a scrape timed out')), SCRAPE_TIMEOUT_MILLISECONDS);
      fail = (error) => {
        clearTimeout(timer);
        take = () => undefined;
        reject(error);
      };
      const isDone = responseReader();
      let bytes = 0;
      const began = performance.now();
      take = (count) => {
        bytes += count;
        try {
          if (!isDone(buffer.subarray(0, count))) return;
        } catch (error) {
          fail(error instanceof Error ? error : new Error(String(error)));
          return;
        }
        clearTimeout(timer);
        resolve({ milliseconds: performance.now() - began, bytes });
      };
      socket.write(
        `GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: text/plain;version=0.0.4\r\nAccept-Encoding: ${encoding}\r\n\r\n`,
      );
    });

  return { scrape, close: () => socket.destroy() };
}

/**
 * Returns after each part of a response whether it is complete, by its `Content-Length` or its last chunk; throws if it
 * is not a 200. Parts may end anywhere. The last chunk is recognized by its seven bytes, with which another part of the
 * body hardly ever ends.
 */
export function responseReader(): (part: Buffer) => boolean {
  let head = '';
  let wanted: number | undefined;
  let received = 0;
  let end = '';
  return (part) => {
    received += part.length;
    if (wanted === undefined) {
      head += part.toString('latin1', 0, 4096);
      wanted = readLength(head);
    }
    if (wanted !== Number.POSITIVE_INFINITY) {
      if (received > (wanted ?? received)) throw new Error('the response is longer than its Content-Length');
      return received === wanted;
    }
    end = (end + part.toString('latin1', Math.max(0, part.length - LAST_CHUNK.length))).slice(
      -LAST_CHUNK.length,
    );
    return end === LAST_CHUNK;
  };
}

/** The length of a response including its head; infinite if it is chunked, undefined until the head is complete. */
function readLength(head: string): number | undefined {
  const status = 'HTTP/1.1 200';
  if (!head.startsWith(status.slice(0, head.length))) throw new Error(`not a scrape: ${head.slice(0, 100)}`);
  const headEnd = head.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const length = /^content-length: (\d+)/im.exec(head.slice(0, headEnd))?.[1];
  return length === undefined ? Number.POSITIVE_INFINITY : headEnd + 4 + Number(length);
}
