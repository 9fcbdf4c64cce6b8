import { performance } from 'node:perf_hooks';
import { type Clock, milliseconds, type Seconds, seconds, type UnixSeconds } from '../domain/quantities.ts';
import { errorMessage } from '../errors.ts';
import type { Log } from '../log/log.ts';
import type { RequestObservation, ResponseHook, SendingHook } from './client.ts';
import { clockSkew } from './clock-skew.ts';
import type { Connections } from './connections.ts';
import { canonicalQuery, encodePath } from './encoding.ts';
import { CloudFailure } from './failure.ts';
import { type HttpResult, sendHttp } from './http.ts';
import { failureMessage } from './message.ts';
import { isCertificateCause, isUnsent } from './network-failure.ts';
import { oneLine } from './redaction.ts';
import { type CloudRequest, type CloudResponse, headerOf } from './request.ts';
import { classify, type Result } from './result.ts';
import { MAX_ATTEMPTS, type Sleep, waitBeforeRetry } from './retry.ts';
import type { Semaphore } from './semaphore.ts';
import type { NoteFailure } from './shared-run.ts';
import { readHttpDate } from './timestamps.ts';

export interface SenderOptions {
  readonly project: string;
  readonly connections: Connections;
  readonly semaphore: Semaphore;
  readonly requestTimeout: Seconds;
  readonly maxBodyBytes: number;
  readonly clock: Clock;
  readonly sleep: Sleep;
  readonly random: () => number;
  readonly log: Log;
  readonly observe: (observation: RequestObservation) => void;
  readonly sending?: SendingHook | undefined;
  readonly onResponse?: ResponseHook | undefined;
  readonly userAgent: string;
  /** Whether the project's connections have been closed. */
  readonly closed: () => boolean;
}

/** Sends the requests of one project, with retries. */
export interface Sender {
  /** Rejects with a `CloudFailure`. */
  readonly send: (request: CloudRequest, signal: AbortSignal, note?: NoteFailure) => Promise<CloudResponse>;
  /** The failure of something that `signal` ended before a response arrived. */
  readonly interrupted: (operation: string, host: string, signal: AbortSignal) => CloudFailure;
}

interface Target {
  readonly url: URL;
  readonly host: string;
  /** Encoded. */
  readonly path: string;
  readonly query: string;
}

const targetOf = ({ endpoint, path, query }: CloudRequest): Target => {
  const url = new URL(endpoint);
  return {
    url,
    host: url.host,
    path: encodePath(`${url.pathname.replace(/\/+$/, '')}${path}`),
    query: canonicalQuery(Object.entries(query)),
  };
};

const hasDotSegments = (path: string): boolean =>
  path.split('/').some((segment) => segment === '.' || segment === '..');

const isTimeout = ({ reason }: AbortSignal): boolean =>
  reason instanceof Error && reason.name === 'TimeoutError';

/** The label `code`; undefined for a request that was aborted for another reason than a timeout. */
const codeOf = (result: HttpResult, signal: AbortSignal): string | undefined => {
  switch (result.kind) {
    case 'response':
      return String(result.status);
    case 'failed':
      return result.fault === 'timeout' ? 'timeout' : 'network';
    case 'aborted':
      return isTimeout(signal) ? 'timeout' : undefined;
    default:
      return result satisfies never;
  }
};

export function createSender(options: SenderOptions): Sender {
  const { project, connections, semaphore, clock, log } = options;

  const interrupted: Sender['interrupted'] = (operation, host, signal) => {
    if (options.closed()) {
      const message = failureMessage(operation, 'cancelled, the connections of the project were closed');
      return new CloudFailure(message, { kind: 'network', operation, host, cause: 'CLOSED' });
    }
    const message = isTimeout(signal)
      ? failureMessage(
          operation,
          'timed out before a response arrived',
          'check the network, or raise poll.timeout',
        )
      : failureMessage(operation, 'cancelled before a response arrived');
    return new CloudFailure(message, { kind: 'timeout', operation, host });
  };

  const ended = (request: CloudRequest, { host }: Target, signal: AbortSignal): Result => ({
    ok: false,
    failure: interrupted(request.operation, host, signal),
    transient: false,
  });

  const headersFor = (request: CloudRequest, { host, path, query }: Target) => ({
    'user-agent': options.userAgent,
    accept: 'application/json',
    'accept-encoding': 'identity',
    ...request.headers,
    ...request.authHeaders({
      method: request.method,
      path,
      query,
      headers: { host },
      body: request.body ?? '',
    }),
  });

  const dispatcherTo = async ({ url, host }: Target, operation: string) => {
    try {
      return await connections.to(url);
    } catch (error) {
      const message = failureMessage(operation, oneLine(errorMessage(error)));
      throw new CloudFailure(message, { kind: 'network', operation, host });
    }
  };

  const sendOnce = async (request: CloudRequest, target: Target, signal: AbortSignal): Promise<Result> => {
    const { service, operation, method, body } = request;
    const { url, host, path, query } = target;
    const timeout = seconds(Math.min(request.timeout ?? Infinity, options.requestTimeout));
    const dispatcher = await dispatcherTo(target, operation);
    const started = performance.now();
    const httpResult = await sendHttp(
      dispatcher,
      {
        method,
        origin: url.origin,
        path: query === '' ? path : `${path}?${query}`,
        headers: headersFor(request, target),
        body,
      },
      {
        timeoutMs: milliseconds(timeout),
        bodyBytes: options.maxBodyBytes,
        // A refusal by IAM counts against the account, whether or not the reason arrives.
        statusSuffices: (status) => operation === 'sign_in' && status >= 400,
      },
      signal,
    );
    const taken = seconds((performance.now() - started) / 1000);
    const code = codeOf(httpResult, signal);
    if (code !== undefined) {
      const skew = skewOf(httpResult, clock(), taken);
      options.observe({ service, operation, code, seconds: taken, clockSkew: skew });
    }
    if (httpResult.kind === 'response' && !httpResult.tooLarge) {
      const { status, headers, body: received } = httpResult;
      options.onResponse?.({
        service,
        operation,
        path: request.path,
        query: request.query,
        status,
        headers,
        body: received,
      });
    }
    if (httpResult.kind === 'failed' && isCertificateCause(httpResult.cause)) connections.reload();
    const proxied = connections.isProxied(url);
    const result =
      httpResult.kind === 'aborted'
        ? ended(request, target, signal)
        : classify(httpResult, { request, host, path, timeout, proxied, now: clock() });
    const text = result.ok ? undefined : result.text;
    log.debug(
      { project, service, operation, host, code, duration_seconds: Number(taken.toFixed(3)), text },
      'request',
    );
    return result;
  };

  const attempt = async (request: CloudRequest, target: Target, signal: AbortSignal): Promise<Result> => {
    const leave = await semaphore.enter(request.service, signal);
    if (leave === undefined) return ended(request, target, signal);
    const noteEnd = options.sending?.({ host: target.host, operation: request.operation });
    try {
      return await sendOnce(request, target, signal);
    } finally {
      noteEnd?.();
      leave();
    }
  };

  const mayRetry = ({ retry }: CloudRequest, { details }: CloudFailure): boolean =>
    retry === 'always' ||
    (retry === 'unless_timed_out' && (details.kind !== 'timeout' || isUnsent(details.cause)));

  return {
    interrupted,
    send: async (request, signal, note = () => undefined) => {
      const target = targetOf(request);
      const { operation, service } = request;
      if (hasDotSegments(target.path)) {
        const message = failureMessage(operation, 'an id consisting of dots cannot be part of a path');
        throw new CloudFailure(message, { kind: 'refused', operation, host: target.host });
      }
      let last: CloudFailure | undefined;
      for (let count = 1; ; count += 1) {
        const result = await attempt(request, target, signal);
        if (result.ok) return result.response;
        const { failure, transient, retryAfter } = result;
        // An attempt without a response is less informative than an earlier one with an error.
        last = last !== undefined && failure.details.kind === 'timeout' ? last : failure;
        note(last);
        if (!(transient && mayRetry(request, failure)) || count >= MAX_ATTEMPTS || signal.aborted) throw last;
        const wait = waitBeforeRetry(count, retryAfter, options.random());
        if (wait === undefined) throw last;
        const { message: reason } = failure;
        log.debug({ project, service, operation, attempt: count, wait_seconds: wait, reason }, 'retrying');
        await options.sleep(wait, signal).catch(() => undefined);
      }
    },
  };
}

function skewOf(result: HttpResult, ended: UnixSeconds, taken: Seconds): Seconds | undefined {
  const date = result.kind === 'response' ? readHttpDate(headerOf(result.headers, 'date') ?? '') : undefined;
  return date === undefined ? undefined : clockSkew(date, ended, taken);
}
