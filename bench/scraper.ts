import { once } from 'node:events';
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
  /** Rejects when the answer is not one, or takes a minute. */
  readonly scrape: (encoding: Encoding) => Promise<Scrape>;
  readonly close: () => void;
}

const READ_BYTES = 1024 * 1024;
const LAST_CHUNK = '\r\n0\r\n\r\n';
const LONGEST_SCRAPE_MILLISECONDS = 60_000;

/**
 * Opens a connection that reads into one buffer and looks at nothing but the length of the answer: what it costs
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
  socket.on('close', () => fail(new Error('the connection was closed before the answer was whole')));

  const scrape = (encoding: Encoding): Promise<Scrape> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => fail(new Error('a scrape took too long')), LONGEST_SCRAPE_MILLISECONDS);
      fail = (error) => {
        clearTimeout(timer);
        take = () => undefined;
        reject(error);
      };
      const isDone = answerReader();
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
 * Tells after each part of an answer whether it is whole, by its `Content-Length` or its last chunk; throws when it
 * is not a 200. Parts may end anywhere. The last chunk is told by its bytes, seven of them, with which a part of a
 * body ends only by a rare accident.
 */
export function answerReader(): (part: Buffer) => boolean {
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
      if (received > (wanted ?? received)) throw new Error('more came than the answer is long');
      return received === wanted;
    }
    end = (end + part.toString('latin1', Math.max(0, part.length - LAST_CHUNK.length))).slice(
      -LAST_CHUNK.length,
    );
    return end === LAST_CHUNK;
  };
}

/** The length of an answer with its head; infinite when it comes in chunks, undefined while the head is not whole. */
function readLength(head: string): number | undefined {
  const status = 'HTTP/1.1 200';
  if (!head.startsWith(status.slice(0, head.length))) throw new Error(`not a scrape: ${head.slice(0, 100)}`);
  const headEnd = head.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const length = /^content-length: (\d+)/im.exec(head.slice(0, headEnd))?.[1];
  return length === undefined ? Number.POSITIVE_INFINITY : headEnd + 4 + Number(length);
}
