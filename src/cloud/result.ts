import { asObject } from '../services/fields.ts';
import { adviceFor, skewAdvice } from './advice.ts';
import { classifyResponse } from './classification.ts';
import { type FailedAttempt, failureOf } from './failure.ts';
import type { HttpResponse, HttpResult } from './http.ts';
import { readJson } from './json-body.ts';
import { networkFailure } from './network-failure.ts';
import { oneLine, withoutSecrets } from './redaction.ts';
import { type CloudResponse, headerOf, type Sent } from './request.ts';
import { readRetryAfter } from './retry.ts';
import { readErrorOfSuccess, readVendorError, type VendorError } from './vendor-error.ts';

/** The result of one attempt. */
export type Result = { readonly ok: true; readonly response: CloudResponse } | FailedAttempt;

const MAX_CODE_LENGTH = 64;
const MAX_TEXT_LENGTH = 200;
const MAX_DEBUG_LENGTH = 2000;

/** Classifies the result of a request that was not aborted. */
export function classify(result: Exclude<HttpResult, { kind: 'aborted' }>, sent: Sent): Result {
  if (result.kind === 'failed') return networkFailure(result, sent);
  if (result.status >= 200 && result.status < 300) return classifySuccess(result, sent);
  const json = readJson(result.body);
  return classifyError(result, readVendorError(json.ok ? json.value : undefined), sent);
}

function classifySuccess(response: HttpResponse, sent: Sent): Result {
  const { status, headers, body, tooLarge } = response;
  const { expect, secrets } = sent.request;
  const succeeded = (value: unknown): Result => ({ ok: true, response: { status, headers, body: value } });

  if (tooLarge) return malformed('a body that is too large', response, sent);
  if (status === 204) return succeeded(undefined);
  const encoding = headerOf(headers, 'content-encoding')?.trim().toLowerCase() ?? '';
  if (encoding !== '' && encoding !== 'identity') {
    const shown = oneLine(withoutSecrets(encoding, secrets), 20);
    return malformed(`a body of content encoding ${shown}, which was not requested`, response, sent);
  }
  if (expect === 'text') return succeeded(body.toString('utf8'));
  const json = readJson(body);
  if (!json.ok) return malformed(json.instead, response, sent);
  const object = asObject(json.value);
  if (object === undefined) return malformed('JSON that is not an object', response, sent);
  const error = readErrorOfSuccess(object);
  return error === undefined ? succeeded(object) : classifyError(response, error, sent);
}

function malformed(
  instead: string,
  { status, headers }: HttpResponse,
  { request, host }: Sent,
): FailedAttempt {
  const contentType = headerOf(headers, 'content-type');
  const named =
    contentType === undefined ? '' : ` (${oneLine(withoutSecrets(contentType, request.secrets), 60)})`;
  const failure = failureOf(
    { kind: 'malformed', operation: request.operation, status },
    `${host} returned ${status} with ${instead}${named}`,
    /html/i.test(contentType ?? '')
      ? 'check the endpoint, and whether a proxy or a login page is in between'
      : 'check the endpoint',
  );
  return { ok: false, failure, transient: false };
}

function classifyError(response: HttpResponse, error: VendorError, sent: Sent): FailedAttempt {
  const { request, host, now, serverNow } = sent;
  const { operation, secrets } = request;
  const { status, headers } = response;
  const clean = (text: string | undefined, length: number, harmless?: string): string | undefined =>
    text === undefined ? undefined : oneLine(withoutSecrets(text, secrets, harmless), length);
  const code = clean(error.code, MAX_CODE_LENGTH);
  const text = clean(error.text, MAX_TEXT_LENGTH);
  const shown: VendorError = { ...error, code, text };
  const { kind, transient } = classifyResponse(operation, status, shown, request.errors);
  const skewed = kind === 'auth' && request.signed ? skewAdvice(serverNow, now) : undefined;
  const refusal = kind === 'auth' && skewed === undefined ? request.whenRefused?.(shown) : undefined;
  const returned = [`${host} returned ${status}`, code, text === undefined ? undefined : `"${text}"`];
  return {
    ok: false,
    failure: failureOf(
      { kind, operation, status, code, wait: refusal?.wait },
      returned.filter((part) => part !== undefined).join(' '),
      skewed ?? refusal?.advice ?? adviceFor(request, status, kind, code),
    ),
    transient,
    retryAfter: readRetryAfter(headerOf(headers, 'retry-after'), serverNow ?? now),
    text: clean(error.text, MAX_DEBUG_LENGTH, sent.path),
  };
}
