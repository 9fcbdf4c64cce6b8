import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Random } from './random.ts';

/** The results of the clients. */
export interface ClientResults {
  requests: number;
  /** Requests closed before the response was complete. */
  abandoned: number;
  /** Unexpected responses. */
  readonly failures: string[];
}

const PATHS = [
  '/metrics',
  '/metrics',
  '/metrics',
  '/',
  '/api/v1/status',
  '/-/healthy',
  '/-/ready',
  '/none',
] as const;
const ACCEPTS = ['text/plain', 'application/openmetrics-text; version=1.0.0'] as const;
const PAUSE_MILLISECONDS = 15;
const ABANDONED_SHARE = 0.1;

/** Requests all pages until the signal aborts, and sometimes closes the connection before the end of a response. */
export async function runClient(
  origin: string,
  random: Random,
  signal: AbortSignal,
  results: ClientResults,
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 2 });
  while (!signal.aborted) {
    const path = random.pick(PATHS);
    const abandons = random.happens(ABANDONED_SHARE);
    const status = await send(`${origin}${path}`, {
      agent: random.happens(0.5) ? agent : false,
      method: random.happens(0.1) ? 'HEAD' : 'GET',
      headers: { accept: random.pick(ACCEPTS), ...(random.happens(0.7) && { 'accept-encoding': 'gzip' }) },
      abandons,
    });
    results.requests += 1;
    if (abandons) results.abandoned += 1;
    else if (!isExpected(path, status)) results.failures.push(`${path} responded ${status}`);
    await wait(random.draw() * PAUSE_MILLISECONDS);
  }
  agent.destroy();
}

const isExpected = (path: string, status: number | undefined): boolean =>
  status === (path === '/none' ? 404 : 200);

interface RequestOptions {
  readonly agent: Agent | false;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly abandons: boolean;
}

/** Resolves with the status of a complete response; undefined if there was none. */
function send(
  url: string,
  { agent, method, headers, abandons }: RequestOptions,
): Promise<number | undefined> {
  return new Promise((resolve) => {
    const outgoing = request(url, { agent, method, headers }, (response) => {
      if (abandons) outgoing.destroy();
      response.on('error', () => resolve(undefined));
      response.on('end', () => resolve(response.statusCode));
      response.on('close', () => resolve(response.complete ? response.statusCode : undefined));
      response.resume();
    });
    outgoing.on('error', () => resolve(undefined));
    outgoing.end();
  });
}
