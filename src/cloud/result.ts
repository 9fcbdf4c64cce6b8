import { type Seconds, type UnixSeconds, unixSeconds } from '../domain/quantities.ts';
import { classifyResponse } from './classification.ts';
import { CloudFailure, type CloudFailureDetails } from './failure.ts';
import type { HttpResult } from './http.ts';
import { asJsonObject, readJson } from './json-body.ts';
import { malformedMessage, networkMessage, responseMessage, skewAdvice } from './message.ts';
import { classifyFault } from './network-failure.ts';
import { oneLine, withoutSecrets } from './redaction.ts';
import { type CloudRequest, type CloudResponse, headerOf, type RefusalAdvice } from './request.ts';
import { readRetryAfter } from './retry.ts';
import { readHttpDate } from './timestamps.ts';
import { readErrorOfSuccess, readVendorError, type VendorError } from './vendor-error.ts';

/** The result of one attempt. */
export type Result =
  | { readonly ok: true; readonly response: CloudResponse }
  | {
      readonly ok: false;
      readonly failure: CloudFailure;
      /** Whether a retry may succeed. */
      readonly transient: boolean;
      /** How long the service asks to wait. */
      readonly retryAfter?: Seconds | undefined;
      /** The service's own error text, for debugging. */
      readonly text?: string | undefined;
    };

/** What was sent, and how. */
export interface Sent {
  readonly request: CloudRequest;
  /** Host and port. */
  readonly host: string;
  readonly path: string;
  readonly timeout: Seconds;
  readonly proxied: boolean;
  readonly now: UnixSeconds;
}

type HttpResponse = Extract<HttpResult, { kind: 'response' }>;

const MAX_CODE_LENGTH = 64;
const MAX_TEXT_LENGTH = 200;
const MAX_DEBUG_LENGTH = 2000;

/** Classifies the result of a request that was not aborted. */
export function classify(result: Exclude<HttpResult, { kind: 'aborted' }>, sent: Sent): Result {
  if (result.kind === 'failed') {
    const { kind, transient } = classifyFault(result);
    const message = networkMessage(sent, result, sent.timeout, sent.proxied);
    return { ok: false, failure: failed(message, sent, { kind, cause: result.cause }), transient };
  }
  if (result.status >= 200 && result.status < 300) return classifySuccess(result, sent);
  const json = readJson(result.body);
  return classifyError(result, readVendorError(json.ok ? json.value : undefined), sent);
}

function failed(
  message: string,
  { request: { operation }, host }: Sent,
  details: Pick<CloudFailureDetails, 'kind'> & Partial<CloudFailureDetails>,
): CloudFailure {
  return new CloudFailure(message, { operation, host, ...details });
}

function classifySuccess(response: HttpResponse, sent: Sent): Result {
  const { status, headers, body, tooLarge } = response;
  const { expect, secrets } = sent.request;
  const succeeded = (value: unknown): Result => ({ ok: true, response: { status, headers, body: value } });
  const malformed = (instead: string): Result => {
    const contentType = headerOf(headers, 'content-type');
    const shown = contentType === undefined ? undefined : withoutSecrets(contentType, secrets);
    const failure = failed(malformedMessage(sent, status, instead, shown), sent, {
      kind: 'malformed',
      status,
      serverDate: dateOf(response),
    });
    return { ok: false, failure, transient: false };
  };

  if (tooLarge) return malformed('a body that is too large');
  if (status === 204) return succeeded(undefined);
  const encoding = headerOf(headers, 'content-encoding')?.trim().toLowerCase() ?? '';
  if (encoding !== '' && encoding !== 'identity') {
    const shown = oneLine(withoutSecrets(encoding, secrets), 20);
    return malformed(`a body of content encoding ${shown}, which was not requested`);
  }
  if (expect === 'text') return succeeded(body.toString('utf8'));
  const json = readJson(body);
  if (!json.ok) return malformed(json.instead);
  const object = asJsonObject(json.value);
  if (object === undefined) return malformed('JSON that is not an object');
  const error = readErrorOfSuccess(object);
  return error === undefined ? succeeded(object) : classifyError(response, error, sent);
}

function classifyError(response: HttpResponse, error: VendorError, sent: Sent): Result {
  const { request, now } = sent;
  const { status, headers } = response;
  const clean = (text: string | undefined, length: number, harmless?: string): string | undefined =>
    text === undefined ? undefined : oneLine(withoutSecrets(text, request.secrets, harmless), length);
  const shown: VendorError = {
    ...error,
    code: clean(error.code, MAX_CODE_LENGTH),
    text: clean(error.text, MAX_TEXT_LENGTH),
  };
  const { kind, transient } = classifyResponse(request.operation, status, shown, request.errors);
  const serverDate = dateOf(response);
  const refusal = kind === 'auth' ? refusalAdvice(request, shown, serverDate, now) : undefined;
  const serverNow = serverDate === undefined ? now : unixSeconds(serverDate.getTime() / 1000);
  return {
    ok: false,
    failure: failed(responseMessage(sent, status, shown, kind, refusal?.advice), sent, {
      kind,
      status,
      code: shown.code,
      serverDate,
      wait: refusal?.wait,
    }),
    transient,
    retryAfter: readRetryAfter(headerOf(headers, 'retry-after'), serverNow),
    text: clean(error.text, MAX_DEBUG_LENGTH, sent.path),
  };
}

function refusalAdvice(
  request: CloudRequest,
  error: VendorError,
  serverDate: Date | undefined,
  now: UnixSeconds,
): RefusalAdvice {
  const advice = request.signed ? skewAdvice(serverDate, now) : undefined;
  return advice === undefined ? request.whenRefused(error) : { advice };
}

function dateOf({ headers }: HttpResponse): Date | undefined {
  const date = readHttpDate(headerOf(headers, 'date') ?? '');
  return date === undefined ? undefined : new Date(date * 1000);
}
