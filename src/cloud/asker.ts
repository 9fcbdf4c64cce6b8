import { performance } from 'node:perf_hooks';
import { type Clock, milliseconds, type Seconds, seconds } from '../domain/quantities.ts';
import type { Log } from '../log/log.ts';
import type { RequestObservation } from './client.ts';
import type { Connections } from './connections.ts';
import { canonicalQuery, encodePath } from './encoding.ts';
import { CloudFailure, type CloudFailureDetails } from './failure.ts';
import { type HttpRequest, type HttpResult, sendHttp } from './http.ts';
import { failureMessage } from './message.ts';
import { isCertificateCause } from './network-failure.ts';
import type { Operation } from './operation.ts';
import type { Answer, Question } from './question.ts';
import { type Sleep, waitBeforeRetry } from './retry.ts';
import type { Semaphore } from './semaphore.ts';
import type { Work } from './shared-work.ts';
import { oneLine } from './text.ts';
import { judge, type Verdict } from './verdict.ts';

/** What asking depends on. */
export interface AskerOptions {
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
  readonly userAgent: string;
  /** Whether the project's connections have been closed. */
  readonly closed: () => boolean;
}

/** Sends questions, again where a failure passes, and tells good answers from failures. */
export interface Asker {
  /** Rejects with a `CloudFailure`. Notes each failed attempt. */
  readonly ask: (question: Question, ...work: Parameters<Work<Answer>>) => Promise<Answer>;
  /** The failure of something that was given up before there was an answer. */
  readonly interrupted: (operation: Operation, host: string | undefined) => CloudFailure;
}

const NOTHING_KNOWN = {
  host: undefined,
  status: undefined,
  code: undefined,
  cause: undefined,
  serverDate: undefined,
} as const satisfies Partial<CloudFailureDetails>;

interface Addressed {
  readonly url: URL;
  readonly host: string;
  readonly request: Omit<HttpRequest, 'headers'>;
  readonly path: string;
  readonly query: string;
}

const address = (question: Question): Addressed => {
  const url = new URL(question.endpoint);
  const { origin, host, pathname } = url;
  const path = encodePath(`${pathname.replace(/\/+$/, '')}${question.path}`);
  const query = canonicalQuery(Object.entries(question.query));
  const request = {
    method: question.method,
    origin,
    path: query === '' ? path : `${path}?${query}`,
    body: question.body,
  };
  return { url, host, request, path, query };
};

/** Segments that would lead to another path than the one that was meant. */
const hasDotSegments = (path: string): boolean =>
  path.split('/').some((segment) => segment === '.' || segment === '..');

/** The label `code` of a request; undefined for one that the exporter itself gave up, for no lack of a response. */
const codeOf = (result: HttpResult, { reason }: AbortSignal): string | undefined => {
  switch (result.kind) {
    case 'response':
      return String(result.status);
    case 'failed':
      return result.fault === 'timeout' ? 'timeout' : 'network';
    case 'aborted':
      return isTimeout(reason) ? 'timeout' : undefined;
    default:
      return result satisfies never;
  }
};

const isTimeout = (reason: unknown): boolean => reason instanceof Error && reason.name === 'TimeoutError';

/** Creates the asker of one project. */
export function createAsker(options: AskerOptions): Asker {
  const { connections, semaphore, clock, log } = options;

  const interrupted = (operation: Operation, host: string | undefined): CloudFailure =>
    options.closed()
      ? new CloudFailure(failureMessage(operation, 'the connections of the project were closed'), {
          ...NOTHING_KNOWN,
          kind: 'network',
          operation,
          host,
          cause: 'CLOSED',
        })
      : new CloudFailure(failureMessage(operation, 'the time for it ran out before there was an answer'), {
          ...NOTHING_KNOWN,
          kind: 'timeout',
          operation,
          host,
        });

  const lasting = (failure: CloudFailure): Verdict => ({
    good: false,
    failure,
    transient: false,
    retryAfter: undefined,
  });

  const headersFor = (question: Question, { host, path, query }: Addressed) => ({
    'user-agent': options.userAgent,
    accept: 'application/json',
    'accept-encoding': 'identity',
    ...question.headers,
    ...question.proof({
      method: question.method,
      path,
      query,
      headers: { host },
      body: question.body ?? '',
    }),
  });

  /** Sends the request once and takes note of how that ended. */
  const send = async (
    question: Question,
    addressed: Addressed,
    timeout: Seconds,
    signal: AbortSignal,
  ): Promise<HttpResult> => {
    const dispatcher = await connections.to(addressed.url).catch((error: unknown) => {
      throw unroutable(question, addressed.host, error);
    });
    const started = performance.now();
    const result = await sendHttp(
      dispatcher,
      { ...addressed.request, headers: headersFor(question, addressed) },
      {
        timeoutMs: milliseconds(timeout),
        bodyBytes: options.maxBodyBytes,
        // What IAM refuses counts against the account, whether or not its reasons arrive.
        statusSuffices: (status) => question.operation === 'sign_in' && status >= 400,
      },
      signal,
    );
    const { service, operation } = question;
    const code = codeOf(result, signal);
    const taken = seconds((performance.now() - started) / 1000);
    if (code !== undefined) options.observe({ service, operation, code, seconds: taken });
    log.debug(
      { project: options.project, service, operation, host: addressed.host, code, seconds: taken },
      'request',
    );
    return result;
  };

  const unroutable = (question: Question, host: string, error: unknown): CloudFailure => {
    const reason = oneLine(error instanceof Error ? error.message : 'no connection can be made');
    const { operation } = question;
    return new CloudFailure(failureMessage(operation, reason), {
      ...NOTHING_KNOWN,
      kind: 'network',
      operation,
      host,
    });
  };

  const attempt = async (question: Question, addressed: Addressed, signal: AbortSignal): Promise<Verdict> => {
    const { host } = addressed;
    const timeout = seconds(Math.min(question.timeout ?? Infinity, options.requestTimeout));
    const leave = await semaphore.enter(signal);
    if (leave === undefined) return lasting(interrupted(question.operation, host));
    try {
      const result = await send(question, addressed, timeout, signal);
      if (result.kind === 'aborted') return lasting(interrupted(question.operation, host));
      if (result.kind === 'failed' && isCertificateCause(result.cause)) connections.distrusted();
      const proxied = connections.isProxied(addressed.url);
      return judge(result, { question, host, timeout, proxied, now: clock() });
    } finally {
      leave();
    }
  };

  const ask: Asker['ask'] = async (question, signal, note) => {
    const addressed = address(question);
    if (hasDotSegments(addressed.path)) {
      const { operation } = question;
      const reason = 'an id with a dot alone cannot stand in a path';
      throw new CloudFailure(failureMessage(operation, reason), {
        ...NOTHING_KNOWN,
        kind: 'refused',
        operation,
        host: addressed.host,
      });
    }
    let last: CloudFailure | undefined;
    for (let count = 1; ; count += 1) {
      const verdict = await attempt(question, addressed, signal);
      if (verdict.good) return verdict.answer;
      const { failure } = verdict;
      // A request that got no answer says less than an earlier one that got a bad one.
      last = last !== undefined && failure.details.kind === 'timeout' ? last : failure;
      note(last);
      if (!verdict.transient || count >= question.attempts || signal.aborted) throw last;
      const wait = waitBeforeRetry(count, verdict.retryAfter, options.random());
      if (wait === undefined) throw last;
      const { operation, service } = question;
      log.debug(
        { project: options.project, service, operation, attempt: count, wait, reason: failure.message },
        'will try again',
      );
      await options.sleep(wait, signal).catch(() => undefined);
    }
  };

  return { ask, interrupted };
}
