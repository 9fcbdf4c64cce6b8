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
export function exchange(
  dispatcher: Dispatcher,
  request: HttpRequest,
  limits: ExchangeLimits,
  signal: AbortSignal,
): Promise<Exchange> {
  if (signal.aborted) return Promise.resolve({ end: 'aborted' });
  const { promise, resolve } = Promise.withResolvers<Exchange>();
  const { handler, giveUp } = receive(limits.bodyBytes, resolve);
  const abort = (): void => giveUp({ end: 'aborted' });
  const timer = setTimeout(
    () => giveUp({ end: 'timeout', cause: undefined, detail: undefined }),
    limits.timeoutMs,
  );
  signal.addEventListener('abort', abort, { once: true });
  const { origin, path, method, headers, body } = request;
  const bounds = { headersTimeout: limits.timeoutMs, bodyTimeout: limits.timeoutMs };
  try {
    dispatcher.dispatch({ origin, path, method, headers, body: body ?? null, ...bounds }, handler);
  } catch (error) {
    resolve(faultOf(error, false));
  }
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  });
}

const GIVEN_UP = new Error('the request was given up');

/**
 * Takes an answer as it comes; `end` is told once how that ended. It does without the streams and signals of undici's
 * `request`, which a list of many pages pays for.
 */
function receive(
  bodyBytes: number,
  end: (how: Exchange) => void,
): { readonly handler: Dispatcher.DispatchHandler; readonly giveUp: (how: Exchange) => void } {
  const chunks: Buffer[] = [];
  let length = 0;
  let limit = 0;
  let head: { readonly status: number; readonly headers: AnswerHeaders } | undefined;
  let hasEnded = false;
  let connection: Dispatcher.DispatchController | undefined;

  const settle = (how: Exchange): void => {
    hasEnded = true;
    end(how);
  };
  const giveUp = (how: Exchange): void => {
    if (hasEnded) return;
    settle(how);
    connection?.abort(GIVEN_UP);
  };
  const answer = (tooLarge: boolean): Exchange => {
    const [only] = chunks;
    const body = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
    return head === undefined
      ? { end: 'unreadable', cause: undefined, detail: undefined }
      : { end: 'answer', ...head, body, tooLarge };
  };

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart: (controller) => {
      connection = controller;
      // It may have been given up while it waited for its connection.
      if (hasEnded) controller.abort(GIVEN_UP);
    },
    onResponseStart: (_controller, status, headers) => {
      if (status < 200) return;
      head = { status, headers };
      limit = isSuccess(status) ? bodyBytes : MAX_ERROR_BODY_BYTES;
      if (Number(headers['content-length'] ?? 0) > limit) giveUp(answer(true));
    },
    onResponseData: (_controller, chunk) => {
      length += chunk.length;
      if (length > limit) giveUp(answer(true));
      else chunks.push(chunk);
    },
    onResponseEnd: () => {
      if (!hasEnded) settle(answer(false));
    },
    onResponseError: (_controller, error) => {
      if (!hasEnded) settle(faultOf(error, head !== undefined));
    },
  };
  return { handler, giveUp };
}
