import { randomUUID } from 'node:crypto';

/** What is sent back: JSON, or no body when `body` is undefined. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** 200 with a body. */
export const ok = (body: unknown): Answer => ({ status: 200, body });

/** An error as most services write it. */
export const snakeError = (status: number, code: string, message: string): Answer => ({
  status,
  body: { error_code: code, error_msg: message },
});

/** An error of the gateway in front of the services. */
export const gatewayError = (status: number, code: string, message: string): Answer => ({
  status,
  body: { error_code: code, error_msg: message, request_id: randomUUID().replaceAll('-', '') },
});

const IAM_TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
};

/** An error of IAM, whose `code` is a number. */
export const iamError = (status: number, message: string): Answer => ({
  status,
  body: { error: { code: status, message, title: IAM_TITLES[status] ?? 'Error' } },
});
