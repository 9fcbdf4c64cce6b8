import { type Seconds, type UnixSeconds, unixSeconds } from '../domain/quantities.ts';
import { type Classification, classifyAnswer } from './classification.ts';
import { CloudFailure, type CloudFailureDetails } from './failure.ts';
import type { HttpResult } from './http.ts';
import { asJsonObject, readJson } from './json-body.ts';
import {
  type Attempted,
  answerMessage,
  failureMessage,
  networkMessage,
  skewAdvice,
  timeoutMessage,
  unreadableMessage,
} from './message.ts';
import { readHttpDate } from './moment.ts';
import { classifyFault } from './network-failure.ts';
import { type Answer, headerOf, type Question } from './question.ts';
import { readRetryAfter } from './retry-after.ts';
import { oneLine, withoutSecrets } from './text.ts';
import { readErrorOfSuccess, readVendorError, type VendorError } from './vendor-error.ts';

/** What one attempt of a question comes to. */
export type Verdict =
  | { readonly good: true; readonly answer: Answer }
  | {
      readonly good: false;
      readonly failure: CloudFailure;
      readonly transient: boolean;
      /** How long the service asks to wait. */
      readonly retryAfter: Seconds | undefined;
    };

/** What a verdict needs to know beside the exchange. */
export interface Circumstances {
  readonly question: Question;
  readonly host: string;
  readonly timeout: Seconds;
  readonly proxied: boolean;
  readonly now: UnixSeconds;
}

type AnswerExchange = Extract<HttpResult, { kind: 'response' }>;
type FaultExchange = Extract<HttpResult, { kind: 'failed' }>;

const MAX_CODE_LENGTH = 64;
// A text of an error is at most a line long; what comes after this much is not looked at.
const MAX_EXAMINED_LENGTH = 16 * 1024;

const attemptedBy = ({ question, host }: Circumstances): Attempted => ({
  operation: question.operation,
  permission: question.permission,
  host,
});

const failed = (
  message: string,
  { kind, transient }: Classification,
  circumstances: Circumstances,
  known: Partial<CloudFailureDetails> & { readonly retryAfter?: Seconds | undefined },
): Verdict => {
  const { retryAfter, ...details } = known;
  const failure = new CloudFailure(message, {
    kind,
    operation: circumstances.question.operation,
    host: circumstances.host,
    status: undefined,
    code: undefined,
    cause: undefined,
    serverDate: undefined,
    ...details,
  });
  return { good: false, failure, transient, retryAfter };
};

const cleaned = (error: VendorError, secrets: readonly string[]): VendorError => {
  const clean = (text: string | undefined, length: number): string | undefined =>
    text === undefined
      ? undefined
      : oneLine(withoutSecrets(text.slice(0, MAX_EXAMINED_LENGTH), secrets), length);
  return { ...error, code: clean(error.code, MAX_CODE_LENGTH), text: clean(error.text, 200) };
};

const dateOf = (exchange: AnswerExchange): Date | undefined => {
  const moment = readHttpDate(headerOf(exchange.headers, 'date') ?? '');
  return moment === undefined ? undefined : new Date(moment * 1000);
};

function judgeError(exchange: AnswerExchange, error: VendorError, circumstances: Circumstances): Verdict {
  const { question, now } = circumstances;
  const { status } = exchange;
  const shown = cleaned(error, question.secrets);
  const classification = classifyAnswer(question.operation, status, shown, question.errors);
  const serverDate = dateOf(exchange);
  const advice =
    classification.kind === 'auth'
      ? ((question.signed ? skewAdvice(serverDate, now) : undefined) ?? question.refusedAdvice)
      : undefined;
  const serverNow = serverDate === undefined ? now : unixSeconds(serverDate.getTime() / 1000);
  return failed(
    answerMessage(attemptedBy(circumstances), status, shown, classification.kind, advice),
    classification,
    circumstances,
    {
      status,
      code: shown.code,
      serverDate,
      retryAfter: readRetryAfter(headerOf(exchange.headers, 'retry-after'), serverNow),
    },
  );
}

function judgeSuccess(exchange: AnswerExchange, circumstances: Circumstances): Verdict {
  const { status, headers } = exchange;
  const malformed = (instead: string): Verdict =>
    failed(
      unreadableMessage(attemptedBy(circumstances), status, instead, headerOf(headers, 'content-type')),
      { kind: 'malformed', transient: false },
      circumstances,
      { status, serverDate: dateOf(exchange) },
    );
  if (exchange.tooLarge) return malformed('a body that is too large');
  if (status === 204) return { good: true, answer: { status, headers, body: undefined } };
  const encoding = headerOf(headers, 'content-encoding')?.trim().toLowerCase() ?? '';
  if (encoding !== '' && encoding !== 'identity') {
    return malformed(`a body encoded as ${oneLine(encoding, 20)}, which was not asked for`);
  }
  if (circumstances.question.expect === 'text') {
    return { good: true, answer: { status, headers, body: exchange.body.toString('utf8') } };
  }
  const reading = readJson(exchange.body);
  if (!reading.ok) return malformed(reading.instead);
  const body = asJsonObject(reading.value);
  if (body === undefined) return malformed('JSON that is not an object');
  const error = readErrorOfSuccess(body);
  return error === undefined
    ? { good: true, answer: { status, headers, body } }
    : judgeError(exchange, error, circumstances);
}

function judgeFault(exchange: FaultExchange, circumstances: Circumstances): Verdict {
  const { cause, detail } = exchange;
  const { timeout, proxied, host, question } = circumstances;
  const attempted = attemptedBy(circumstances);
  const message = (): string => {
    switch (exchange.fault) {
      case 'network':
        return networkMessage(attempted, cause, detail, proxied);
      case 'timeout':
        return timeoutMessage(attempted, timeout, proxied);
      case 'unreadable':
        return failureMessage(
          question.operation,
          `${host} gave an answer that cannot be read (${oneLine(detail ?? cause ?? 'not HTTP', 120)})`,
          'check the endpoint',
        );
      default:
        return exchange.fault satisfies never;
    }
  };
  return failed(message(), classifyFault(exchange), circumstances, { cause });
}

/** Judges how a request ended. */
export function judge(exchange: AnswerExchange | FaultExchange, circumstances: Circumstances): Verdict {
  if (exchange.kind !== 'response') return judgeFault(exchange, circumstances);
  if (exchange.status >= 200 && exchange.status < 300) return judgeSuccess(exchange, circumstances);
  const reading = readJson(exchange.body);
  return judgeError(exchange, readVendorError(reading.ok ? reading.value : undefined), circumstances);
}
