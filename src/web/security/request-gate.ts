import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../../log/log.ts';
import type { Authenticate } from './basic-auth.ts';
import { clientOf } from './client-address.ts';
import type { RulesInForce } from './doors.ts';
import { STATUS_CODES } from './node-http.ts';
import type { AllowRequest } from './rate-limit.ts';
import { announcedLength, discardBody } from './request-body.ts';
import type { WebConfig } from './web-config.ts';
import type { WebLimits } from './web-limits.ts';

/** Probes ask for these without a password, and as often as they like. */
const OPEN_PATHS = new Set(['/-/healthy', '/-/ready']);

const CHALLENGE = 'Basic realm="huaweicloud-backup-exporter", charset="UTF-8"';
/** How much of a body that is too large is read after the answer, so that the client comes to see it. */
const LINGER = { bytes: 256 * 1024, milliseconds: 500 };

/** What the gate needs. */
export interface GateOptions {
  readonly rules: () => Promise<RulesInForce>;
  readonly authenticate: Authenticate;
  readonly allow: AllowRequest;
  readonly limits: WebLimits;
  readonly log: Log;
}

/** Decides about one request. True: let it in. False: it has been answered, or the client is gone. */
export type RequestGate = (
  request: IncomingMessage,
  response: ServerResponse,
  expectation: 'none' | 'continue' | 'unknown',
) => Promise<boolean>;

/** Answers with a status and its name as the text. */
export const answerStatus = (
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): void => {
  const text = `${status} ${STATUS_CODES[status]}\n`;
  response.writeHead(status, {
    ...headers,
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
};

/** Answers 413 at once and ends only when the client had time to read it. */
const answerTooLarge = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const text = `413 ${STATUS_CODES[413]}\n`;
  response.writeHead(413, {
    Connection: 'close',
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
  });
  response.write(text);
  await discardBody(request, LINGER);
  response.end();
};

const retryLater = { 'Retry-After': '1' };

/** Sees to the body, the rate limit and the credentials of each request before it is let in. */
export const createRequestGate = ({ rules, authenticate, allow, limits, log }: GateOptions): RequestGate => {
  const admitBody = async (
    request: IncomingMessage,
    response: ServerResponse,
    isAwaited: boolean,
  ): Promise<boolean> => {
    const announced = announcedLength(request);
    if (announced === 0) return true;
    if (announced !== undefined && announced > limits.bodyBytes) {
      await answerTooLarge(request, response);
      return false;
    }
    if (isAwaited) response.writeContinue();
    const verdict = await discardBody(request, {
      bytes: limits.bodyBytes,
      milliseconds: limits.bodyTimeout,
    });
    switch (verdict) {
      case 'read':
        return true;
      case 'too large':
        await answerTooLarge(request, response);
        return false;
      case 'too slow':
        answerStatus(response, 408, { Connection: 'close' });
        return false;
      case 'gone':
        return false;
      default:
        return verdict satisfies never;
    }
  };

  const admitCredentials = async (
    request: IncomingMessage,
    response: ServerResponse,
    { users }: WebConfig,
  ): Promise<boolean> => {
    const client = clientOf(request.socket.remoteAddress);
    const { authorization } = request.headers;
    const admission = await authenticate(users, { authorization, client });
    if (admission !== 'admitted') log.debug({ client, admission }, 'request not let in');
    switch (admission) {
      case 'admitted':
        return true;
      case 'refused':
        answerStatus(response, 401, { 'WWW-Authenticate': CHALLENGE });
        return false;
      case 'too many':
        answerStatus(response, 429, retryLater);
        return false;
      case 'busy':
      case 'unavailable':
        answerStatus(response, 503, retryLater);
        return false;
      default:
        return admission satisfies never;
    }
  };

  const admit: RequestGate = async (request, response, expectation) => {
    const { config } = await rules();
    for (const [name, value] of config.headers) response.setHeader(name, value);
    if (expectation === 'unknown') {
      answerStatus(response, 417, { Connection: 'close' });
      return false;
    }
    if (request.httpVersion === '1.1' && request.headers.host === undefined) {
      answerStatus(response, 400, { Connection: 'close' });
      return false;
    }
    const isOpen = OPEN_PATHS.has((request.url ?? '').split('?', 1)[0] ?? '');
    if (!isOpen && !allow(config.rateLimit)) {
      answerStatus(response, 429, { ...retryLater, Connection: 'close' });
      return false;
    }
    if (!(await admitBody(request, response, expectation === 'continue'))) return false;
    return isOpen || (await admitCredentials(request, response, config));
  };

  return async (request, response, expectation) =>
    (await admit(request, response, expectation)) && !response.destroyed;
};
