import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { onTestFinished } from 'vitest';
import { type MetricsSource, metricsRoute } from '../../src/web/metrics-route.ts';

/** A response with its body as sent. */
export interface RawResponse {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** Serves the metrics of a source on a free loopback port until the test ends; resolves with the URL. */
export async function serveMetrics(source: MetricsSource): Promise<string> {
  const server = createServer(express().disable('x-powered-by').use(metricsRoute(source)));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
}

/** Sends a request; a compressed body stays compressed. */
export function requestRaw(
  url: string,
  {
    headers = {},
    method = 'GET',
  }: { readonly headers?: Record<string, string>; readonly method?: string } = {},
): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    sent.once('error', reject);
    sent.end();
  });
}
