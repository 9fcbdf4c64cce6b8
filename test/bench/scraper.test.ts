import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { openScraper, responseReader } from '../../bench/scraper.ts';

const completeAfter = (parts: readonly string[]): readonly boolean[] => {
  const isComplete = responseReader();
  return parts.map((part) => isComplete(Buffer.from(part)));
};

describe('the response reader', () => {
  it('counts the bytes of the Content-Length', () => {
    expect(completeAfter(['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab', 'cd', 'e'])).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('waits for a head in several parts', () => {
    expect(completeAfter(['HTT', 'P/1.1 200 OK\r\ncontent-le', 'ngth: 2\r\n', '\r\na', 'b'])).toEqual([
      false,
      false,
      false,
      false,
      true,
    ]);
  });

  it('reads chunks to the last one, however they are split', () => {
    const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';

    expect(completeAfter([`${head}2\r\nab\r\n`, '0\r', '\n\r', '\n'])).toEqual([false, false, false, true]);
    expect(completeAfter([`${head}2\r\nab\r\n0\r\n\r\n`])).toEqual([true]);
  });

  it.each([
    ['another status', 'HTTP/1.1 503 Service Unavailable\r\n\r\n'],
    ['not HTTP', 'hello'],
    ['more than the Content-Length', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab'],
  ])('rejects %s', (_what, response) => {
    expect(() => completeAfter([response])).toThrow();
  });
});

describe('the scraper', () => {
  const closing: (() => void)[] = [];
  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });

  const serve = async (listener: RequestListener): Promise<number> => {
    const server = createServer(listener).listen(0, '127.0.0.1');
    closing.push(() => {
      server.close();
      server.closeAllConnections();
    });
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };

  it.each([
    ['with a length', { 'Content-Length': 3_000_000 }],
    ['in chunks', {}],
  ])('reads large responses %s, one after another', async (_how, headers) => {
    const port = await serve((_request, response) => {
      response.writeHead(200, headers);
      for (let part = 0; part < 3; part += 1) response.write(Buffer.alloc(1_000_000, 'x'));
      response.end();
    });
    const scraper = await openScraper(port);
    closing.push(scraper.close);

    const scrapes = [await scraper.scrape('gzip'), await scraper.scrape('identity')];

    for (const { bytes } of scrapes) expect(bytes).toBeGreaterThan(3_000_000);
    expect(new Set(scrapes.map(({ bytes }) => bytes)).size).toBe(1);
  });

  it('fails if the connection ends in the middle of a response', async () => {
    const server = createTcpServer((socket) => {
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(() => server.close());
    const scraper = await openScraper((server.address() as AddressInfo).port);
    closing.push(scraper.close);

    await expect(scraper.scrape('gzip')).rejects.toThrow('closed before the response was complete');
  });
});
