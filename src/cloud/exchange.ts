import type { Dispatcher } from 'undici';
import type { Fault } from './classification.ts';

/** One HTTP request, ready to be sent. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly origin: string;
  /** Path and query as they are sent. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** The headers of an answer, by names in lower case. */
export type AnswerHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** How one HTTP request ended. */
export type Exchange =
  | {
      readonly end: 'answer';
      readonly status: number;
      readonly headers: AnswerHeaders;
      readonly body: Buffer;
      /** Whether the body went on beyond the limit; it was not read any further. */
      readonly tooLarge: boolean;
    }
  | { readonly end: Fault; readonly cause: string | undefined; readonly detail: string | undefined }
  /** The caller's signal aborted. */
  | { readonly end: 'aborted' };

/** The bounds of one request. */
export interface ExchangeLimits {
  /** From the first byte out to the last byte in. */
  readonly timeoutMs: number;
  readonly bodyBytes: number;
}

// What an error or a redirect says is short; a body beyond this is not for us.
const MAX_ERROR_BODY_BYTES = 64 * 1024;

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

interface Body {
  readonly body: Buffer;
  readonly tooLarge: boolean;
}

async function readBody(response: Dispatcher.ResponseData, limit: number): Promise<Body> {
  if (Number(response.headers['content-length'] ?? 0) > limit) {
    response.body.destroy();
    return { body: Buffer.alloc(0), tooLarge: true };
  }
  const chunks: Buffer[] = [];
  let length = 0;
  // Leaving the loop destroys the body and its connection.
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limit) return { body: Buffer.concat(chunks), tooLarge: true };
    chunks.push(chunk);
  }
  return { body: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks), tooLarge: false };
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** The error that says most: undici and Node wrap the system's errors. */
const rootOf = (error: unknown): unknown => {
  if (error instanceof AggregateError && codeOf(error) === undefined) return rootOf(error.errors[0]);
  const isLast = codeOf(error) === 'UND_ERR_PRX_CONN' || !(error instanceof Error);
  if (isLast || !(error.cause instanceof Error) || codeOf(error.cause) === undefined) return error;
  return rootOf(error.cause);
};

const TIMEOUT_CAUSES: ReadonlySet<string> = new Set([
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

/** Whether an error says that what came is not HTTP, or is more of it than is read. */
const isUnreadable = (error: unknown, cause: string | undefined): boolean =>
  cause === 'UND_ERR_HEADERS_OVERFLOW' ||
  // Undici gives these errors a code only sometimes.
  (error instanceof Error && error.name === 'HTTPParserError');

function faultOf(error: unknown, begun: boolean): Exchange {
  const root = rootOf(error);
  const cause = codeOf(root);
  const detail = root instanceof Error ? root.message : undefined;
  if (TIMEOUT_CAUSES.has(cause ?? '')) return { end: 'timeout', cause, detail };
  // Once an answer has begun, bytes that do not go on with it are a connection that broke.
  return { end: !begun && isUnreadable(root, cause) ? 'unreadable' : 'network', cause, detail };
}

/**
 * Sends one request and reads its answer within the limits. It follows no redirect and never rejects.
 * It ends at once when `signal` aborts.
 */
export async function exchange(
  dispatcher: Dispatcher,
  request: HttpRequest,
  limits: ExchangeLimits,
  signal: AbortSignal,
): Promise<Exchange> {
  if (signal.aborted) return { end: 'aborted' };
  const controller = new AbortController();
  const { promise: cutShort, resolve: cut } = Promise.withResolvers<Exchange>();
  const end = (how: Exchange): void => {
    // Undici does not reject a request whose connection is still being made, so the promise ends the wait.
    cut(how);
    controller.abort();
  };
  const abort = (): void => end({ end: 'aborted' });
  const timer = setTimeout(
    () => end({ end: 'timeout', cause: undefined, detail: undefined }),
    limits.timeoutMs,
  );
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([cutShort, answer(dispatcher, request, limits, controller.signal)]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

async function answer(
  dispatcher: Dispatcher,
  request: HttpRequest,
  limits: ExchangeLimits,
  signal: AbortSignal,
): Promise<Exchange> {
  let begun = false;
  try {
    const response = await dispatcher.request({
      origin: request.origin,
      path: request.path,
      method: request.method,
      headers: request.headers,
      body: request.body ?? null,
      signal,
      headersTimeout: limits.timeoutMs,
      bodyTimeout: limits.timeoutMs,
    });
    begun = true;
    // A body that is destroyed half read emits an error that says so.
    response.body.on('error', () => undefined);
    const { statusCode: status, headers } = response;
    const limit = isSuccess(status) ? limits.bodyBytes : MAX_ERROR_BODY_BYTES;
    return { end: 'answer', status, headers, ...(await readBody(response, limit)) };
  } catch (error) {
    return faultOf(error, begun);
  }
}
