import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../log/log.ts';
import type { Authenticate } from './basic-auth.ts';
import { clientOf } from './connections.ts';
import type { WebConfig } from './web-config.ts';
import type { WebLimits } from './web-limits.ts';

/** Health checks need no password and are not rate limited. */
const OPEN_PATHS = new Set(['/-/healthy', '/-/ready']);

const CHALLENGE = { 'WWW-Authenticate': 'Basic realm="huaweicloud-backup-exporter", charset="UTF-8"' };
const CLOSE = { Connection: 'close' };
const RETRY_LATER = { 'Retry-After': '1' };
const REJECTIONS = {
  refused: { status: 401, headers: CHALLENGE },
  'too many': { status: 429, headers: RETRY_LATER },
  busy: { status: 503, headers: RETRY_LATER },
  unavailable: { status: 503, headers: RETRY_LATER },
};
const PLAIN_TEXT = { 'Content-Type': 'text/plain; charset=utf-8' };

export interface GateOptions {
  readonly config: () => WebConfig;
  readonly authenticate: Authenticate;
  readonly limits: WebLimits;
  readonly log: Log;
  /** A monotonic clock in milliseconds. */
  readonly now: () => number;
}

/** Resolves with true to accept a request; with false if a response was sent or the client has gone. */
export type RequestGate = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

const statusText = (status: number): string => `${status} ${STATUS_CODES[status]}\n`;

/** Responds with a status and its name; returns false, for a rejected request. */
export const sendStatus = (
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): false => {
  response.writeHead(status, { ...headers, ...PLAIN_TEXT });
  response.end(statusText(status));
  return false;
};

const CONTINUE = '100-continue';

/** The `Expect` header, which HTTP/1.0 does not have. */
const expectationOf = ({ httpVersion, headers }: IncomingMessage): string | undefined =>
  httpVersion === '1.1' ? headers.expect : undefined;

/** Reads and discards up to this many bytes of a body; resolves with whether that was all of it. */
const discardBody = async (request: IncomingMessage, most: number): Promise<boolean> => {
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += (chunk as Buffer).length;
    if (length > most) return false;
  }
  return true;
};

/** Responds with 413 at once, then gives the client time to read it. */
const sendTooLarge = async (
  request: IncomingMessage,
  response: ServerResponse,
  { lingerBytes, lingerTimeout }: WebLimits,
): Promise<false> => {
  const text = statusText(413);
  response.writeHead(413, { ...CLOSE, ...PLAIN_TEXT, 'Content-Length': text.length });
  response.write(text);
  await Promise.race([discardBody(request, lingerBytes), sleep(lingerTimeout, undefined, { ref: false })]);
  response.end();
  return false;
};

/**
 * A token bucket that starts full with `burst` requests and gains one per interval. Says whether another request is
 * allowed, and counts it if so.
 */
const createRateLimit = (now: () => number): ((settings: WebConfig['rateLimit']) => boolean) => {
  let inForce: WebConfig['rateLimit'];
  let left = 0;
  let counted = 0;

  return (settings) => {
    const isNew = inForce?.interval !== settings?.interval || inForce?.burst !== settings?.burst;
    inForce = settings;
    if (settings === undefined) return true;
    const gained = (now() - counted) / (settings.interval * 1000);
    left = isNew ? settings.burst : Math.min(settings.burst, left + gained);
    counted = now();
    if (left < 1) return false;
    left -= 1;
    return true;
  };
};

/** Checks body, rate limit and credentials of each request. */
export const createRequestGate = ({ config, authenticate, limits, log, now }: GateOptions): RequestGate => {
  const allow = createRateLimit(now);

  const admitBody: RequestGate = async (request, response) => {
    const { 'transfer-encoding': encoding, 'content-length': length = '0' } = request.headers;
    if (encoding === undefined && length === '0') return true;
    if (Number(length) > limits.bodyBytes) return sendTooLarge(request, response, limits);
    if (expectationOf(request) !== undefined) response.writeContinue();
    return (await discardBody(request, limits.bodyBytes)) || sendTooLarge(request, response, limits);
  };

  const admitCredentials = async (
    request: IncomingMessage,
    response: ServerResponse,
    { users }: WebConfig,
  ): Promise<boolean> => {
    const client = clientOf(request.socket.remoteAddress);
    const admission = await authenticate(users, request.headers.authorization, client);
    if (admission === 'admitted') return true;
    log.debug({ client, admission }, 'request rejected');
    const { status, headers } = REJECTIONS[admission];
    return sendStatus(response, status, headers);
  };

  const admit: RequestGate = async (request, response) => {
    const current = config();
    for (const [name, value] of current.headers) response.setHeader(name, value);
    const expectation = expectationOf(request) ?? CONTINUE;
    if (expectation.toLowerCase() !== CONTINUE) return sendStatus(response, 417, CLOSE);
    if (request.httpVersion === '1.1' && request.headers.host === undefined)
      return sendStatus(response, 400, CLOSE);
    const isOpen = OPEN_PATHS.has((request.url ?? '').split('?', 1)[0] ?? '');
    if (!isOpen && !allow(current.rateLimit)) return sendStatus(response, 429, { ...RETRY_LATER, ...CLOSE });
    if (!(await admitBody(request, response))) return false;
    return isOpen || admitCredentials(request, response, current);
  };

  return async (request, response) => (await admit(request, response)) && !response.destroyed;
};
