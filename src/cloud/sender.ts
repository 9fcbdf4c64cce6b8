import { type Clock, milliseconds, type Seconds, seconds } from '../domain/quantities.ts';
import { errorMessage } from '../errors.ts';
import type { Log } from '../log/log.ts';
import type { RequestObservation, ResponseHook, SendingHook } from './client.ts';
import type { Connections } from './connections.ts';
import { canonicalQuery, encodePath } from './encoding.ts';
import { type CloudFailure, type FailedAttempt, failureOf } from './failure.ts';
import { type HttpResult, sendHttp } from './http.ts';
import { clockSkew, readHttpDate } from './http-date.ts';
import { isCertificateCause, isUnsent } from './network-failure.ts';
import { oneLine } from './redaction.ts';
import { type CloudRequest, type CloudResponse, headerOf } from './request.ts';
import { classify, type Result } from './result.ts';
import { MAX_ATTEMPTS, type Sleep, waitBeforeRetry } from './retry.ts';
import type { Semaphore } from './semaphore.ts';

export interface SenderOptions {
  readonly project: string;
  readonly connections: Connections;
  readonly semaphore: Semaphore;
  /** For one request, from the first byte out to the last byte in. */
  readonly requestTimeout: Seconds;
  /** Maximum length of a response body in bytes. Default: 16 MiB. */
  readonly maxBodyBytes?: number | undefined;
  readonly clock: Clock;
  readonly sleep: Sleep;
  /** In [0, 1). */
  readonly random: () => number;
  readonly log: Log;
  /** Called once for each HTTP request, sent or not. */
  readonly observe: (observation: RequestObservation) => void;
  readonly sending?: SendingHook | undefined;
  readonly onResponse?: ResponseHook | undefined;
  readonly userAgent: string;
  /** Aborts when the project's connections are closed. */
  readonly lifetime: AbortSignal;
}

/** Sends the requests of one project, with retries. */
export interface Sender {
  /** Rejects with a `CloudFailure`. */
  readonly send: (request: CloudRequest, signal: AbortSignal) => Promise<CloudResponse>;
  /** The failure of a caller that waits for an operation when `signal` aborts: the last failed attempt, if it is retried. */
  readonly interrupted: (operation: string, signal: AbortSignal) => CloudFailure;
}

const DEFAULT_MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Where a request goes; path and query are encoded. */
const targetOf = ({ endpoint, path, query = {}, operation }: CloudRequest) => {
  const url = new URL(endpoint);
  const encoded = encodePath(`${url.pathname.replace(/\/+$/, '')}${path}`);
  if (encoded.split('/').some((segment) => segment === '.' || segment === '..')) {
    throw failureOf({ kind: 'refused', operation }, 'an id consisting of dots cannot be part of a path');
  }
  return { url, path: encoded, query: canonicalQuery(Object.entries(query)) };
};

type Target = ReturnType<typeof targetOf>;

const isTimeout = ({ reason }: AbortSignal): boolean =>
  reason instanceof Error && reason.name === 'TimeoutError';

/** The label `code`; undefined for a request that was aborted for another reason than a timeout. */
function codeOf(result: HttpResult, signal: AbortSignal): string | undefined {
  if (result.kind === 'response') return String(result.status);
  if (result.kind === 'failed') return result.fault === 'timeout' ? 'timeout' : 'network';
  return isTimeout(signal) ? 'timeout' : undefined;
}

const mayRetry = ({ retry }: CloudRequest, { details }: CloudFailure): boolean =>
  retry === undefined ||
  (retry === 'unless_timed_out' && (details.kind !== 'timeout' || isUnsent(details.cause)));

export function createSender(options: SenderOptions): Sender {
  const { project, connections, semaphore, clock, log } = options;
  /** The last failed attempt of operations that are retried. */
  const retried = new Map<string, CloudFailure>();

  const interrupted = (operation: string, signal: AbortSignal): CloudFailure => {
    if (options.lifetime.aborted) {
      const details = { kind: 'network', operation, cause: 'CLOSED' } as const;
      return failureOf(details, 'cancelled because the connections of the project were closed');
    }
    const [reason, advice] = isTimeout(signal)
      ? ['timed out before a response arrived', 'check the network, or raise poll.timeout']
      : ['cancelled before a response arrived'];
    return failureOf({ kind: 'timeout', operation }, reason, advice);
  };

  const ended = ({ operation }: CloudRequest, signal: AbortSignal): FailedAttempt => ({
    ok: false,
    failure: interrupted(operation, signal),
    transient: false,
  });

  const headersFor = ({ method, body = '', ...request }: CloudRequest, { url, path, query }: Target) => ({
    'user-agent': options.userAgent,
    accept: 'application/json',
    'accept-encoding': 'identity',
    ...request.headers,
    ...request.authHeaders?.({ method, path, query, headers: { host: url.host }, body }),
  });

  const passOn = ({ service, operation, path, query = {} }: CloudRequest, result: HttpResult): void => {
    if (result.kind !== 'response' || result.tooLarge) return;
    const { status, headers, body } = result;
    options.onResponse?.({ service, operation, path, query, status, headers, body });
  };

  const sendOnce = async (request: CloudRequest, target: Target, signal: AbortSignal): Promise<Result> => {
    const { service, operation, method, body } = request;
    const { url, path, query } = target;
    const { host, origin } = url;
    const timeout = seconds(Math.min(request.timeout ?? Infinity, options.requestTimeout));
    const dispatcher = await connections.to(url).catch((error: unknown) => {
      throw failureOf({ kind: 'network', operation }, oneLine(errorMessage(error)));
    });
    const headers = headersFor(request, target);
    const started = performance.now();
    const result = await sendHttp(
      dispatcher,
      { method, origin, path: query === '' ? path : `${path}?${query}`, headers, body: body ?? null },
      {
        timeoutMs: milliseconds(timeout),
        bodyBytes: options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES,
        // A refusal by IAM counts against the account, whether or not the reason arrives.
        statusSuffices: (status) => operation === 'sign_in' && status >= 400,
      },
      signal,
    );
    const taken = seconds((performance.now() - started) / 1000);
    const now = clock();
    const serverNow = result.kind === 'response' ? readHttpDate(headerOf(result.headers, 'date')) : undefined;
    const code = codeOf(result, signal);
    if (code !== undefined) {
      const skew = serverNow === undefined ? undefined : clockSkew(serverNow, now, taken);
      options.observe({ service, operation, code, seconds: taken, clockSkew: skew });
    }
    passOn(request, result);
    if (result.kind === 'failed' && isCertificateCause(result.cause)) connections.reload();
    const sent = { request, host, path, timeout, proxied: connections.isProxied(url), now, serverNow };
    const classified = result.kind === 'aborted' ? ended(request, signal) : classify(result, sent);
    const text = classified.ok ? undefined : classified.text;
    log.debug(
      { project, service, operation, host, code, duration_seconds: Number(taken.toFixed(3)), text },
      'request',
    );
    return classified;
  };

  const attempt = async (request: CloudRequest, target: Target, signal: AbortSignal): Promise<Result> => {
    const leave = await semaphore.enter(request.service, signal);
    if (leave === undefined) return ended(request, signal);
    const noteEnd = options.sending?.({ host: target.url.host, operation: request.operation });
    try {
      return await sendOnce(request, target, signal);
    } finally {
      noteEnd?.();
      leave();
    }
  };

  const sendWithRetries = async (request: CloudRequest, signal: AbortSignal): Promise<CloudResponse> => {
    const target = targetOf(request);
    const { operation, service } = request;
    let last: CloudFailure | undefined;
    for (let count = 1; ; count += 1) {
      const result = await attempt(request, target, signal);
      if (result.ok) return result.response;
      const { failure, transient, retryAfter } = result;
      // An attempt without a response is less informative than an earlier one with an error.
      last = last !== undefined && failure.details.kind === 'timeout' ? last : failure;
      if (!(transient && mayRetry(request, failure)) || count >= MAX_ATTEMPTS || signal.aborted) throw last;
      const wait = waitBeforeRetry(count, retryAfter, options.random());
      if (wait === undefined) throw last;
      retried.set(operation, last);
      const { message: reason } = failure;
      log.debug({ project, service, operation, attempt: count, wait_seconds: wait, reason }, 'retrying');
      await options.sleep(wait, signal).catch(() => undefined);
    }
  };

  return {
    interrupted: (operation, signal) => retried.get(operation) ?? interrupted(operation, signal),
    send: (request, signal) =>
      sendWithRetries(request, signal).finally(() => retried.delete(request.operation)),
  };
}
