import type { Dispatcher } from 'undici';
import { untilAborted } from '../abort.ts';
import { errorCode } from '../errors.ts';
import type { NetworkFault } from './network-failure.ts';

/** The headers of a response, by lower-case name. */
export type ResponseHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface HttpResponse {
  readonly kind: 'response';
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly body: Buffer;
  /** Whether the body exceeded the limit and was not read further. */
  readonly tooLarge: boolean;
}

export type HttpResult =
  | HttpResponse
  | ({ readonly kind: 'failed' } & NetworkFault)
  /** The caller's signal aborted. */
  | { readonly kind: 'aborted' };

/** The limits of one request. */
export interface HttpLimits {
  /** From the first byte out to the last byte in. */
  readonly timeoutMs: number;
  readonly bodyBytes: number;
  /** Whether a response with this status counts even without its complete body. */
  readonly statusSuffices: (status: number) => boolean;
}

// Errors and redirects are short; a longer body is not from these APIs.
const MAX_ERROR_BODY_BYTES = 64 * 1024;
// How long to wait for the body of a response whose status suffices.
const BODY_AFTER_STATUS_MS = 500;

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

/**
 * Sends one request and reads its response within the limits. Does not follow redirects; never rejects; ends at once
 * when `signal` aborts.
 */
export async function sendHttp(
  dispatcher: Dispatcher,
  request: Dispatcher.RequestOptions,
  limits: HttpLimits,
  signal: AbortSignal,
): Promise<HttpResult> {
  if (signal.aborted) return { kind: 'aborted' };
  const ending = new AbortController();
  const end = (): void => ending.abort();
  signal.addEventListener('abort', end, { once: true });
  const timers = [setTimeout(end, limits.timeoutMs)];
  const chunks: Buffer[] = [];
  let head: Pick<HttpResponse, 'status' | 'headers'> | undefined;
  try {
    // Undici notices an abort only once it has a connection.
    const { statusCode, headers, body } = await untilAborted(
      dispatcher.request({ ...request, signal: ending.signal }),
      ending.signal,
    );
    head = { status: statusCode, headers };
    if (limits.statusSuffices(statusCode)) timers.push(setTimeout(end, BODY_AFTER_STATUS_MS));
    const mostBytes = isSuccess(statusCode) ? limits.bodyBytes : MAX_ERROR_BODY_BYTES;
    let length = Number(headers['content-length'] ?? 0) > mostBytes ? mostBytes : 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > mostBytes) return responseOf(head, chunks, true);
      chunks.push(chunk);
    }
    return responseOf(head, chunks);
  } catch (error) {
    if (signal.aborted) return { kind: 'aborted' };
    if (head !== undefined && limits.statusSuffices(head.status)) return responseOf(head, chunks);
    return { kind: 'failed', ...(ending.signal.aborted ? TIMED_OUT : faultOf(error, head !== undefined)) };
  } finally {
    for (const timer of timers) clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}

const responseOf = (
  head: Pick<HttpResponse, 'status' | 'headers'>,
  chunks: readonly Buffer[],
  tooLarge = false,
): HttpResponse => ({ kind: 'response', ...head, body: Buffer.concat(chunks), tooLarge });

const TIMED_OUT: NetworkFault = { fault: 'timeout', cause: undefined, detail: undefined };

/** The most specific error: undici and Node wrap system errors. */
const rootOf = (error: unknown): unknown => {
  if (error instanceof AggregateError && errorCode(error) === undefined) return rootOf(error.errors[0]);
  const isLast = errorCode(error) === 'UND_ERR_PRX_CONN' || !(error instanceof Error);
  if (isLast || !(error.cause instanceof Error) || errorCode(error.cause) === undefined) return error;
  return rootOf(error.cause);
};

const TIMEOUT_CAUSES: ReadonlySet<string> = new Set(['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT']);

/** Whether an error means that the response is not HTTP, or too large. */
const isUnreadable = (error: unknown, cause: string | undefined): boolean =>
  cause === 'UND_ERR_HEADERS_OVERFLOW' ||
  // Undici sets a code on these errors only sometimes.
  (error instanceof Error && error.name === 'HTTPParserError');

function faultOf(error: unknown, begun: boolean): NetworkFault {
  const root = rootOf(error);
  const detail = root instanceof Error ? root.message : undefined;
  // Only this text contains the status of a proxy that refuses a tunnel.
  const [, proxyStatus] = /^Proxy response \((\d+)\)/.exec(detail ?? '') ?? [];
  const cause = proxyStatus === undefined ? errorCode(root) : `PROXY_${proxyStatus}`;
  if (TIMEOUT_CAUSES.has(cause ?? '')) return { fault: 'timeout', cause, detail };
  // Once a response has begun, invalid bytes mean a broken connection.
  return { fault: !begun && isUnreadable(root, cause) ? 'unreadable' : 'network', cause, detail };
}
