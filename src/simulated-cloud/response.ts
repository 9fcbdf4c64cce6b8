import { randomUUID } from 'node:crypto';

/** A JSON response; without a body if `body` is undefined. */
export interface SimulatedResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export const ok = (body: unknown): SimulatedResponse => ({ status: 200, body });

/** The error format of most services. */
export const snakeError = (status: number, code: string, message: string): SimulatedResponse => ({
  status,
  body: { error_code: code, error_msg: message },
});

/** The error format of the API gateway in front of the services. */
export const gatewayError = (status: number, code: string, message: string): SimulatedResponse => ({
  status,
  body: { error_code: code, error_msg: message, request_id: randomUUID().replaceAll('-', '') },
});

const IAM_TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
};

/** The error format of IAM, whose `code` is a number. */
export const iamError = (status: number, message: string): SimulatedResponse => ({
  status,
  body: { error: { code: status, message, title: IAM_TITLES[status] ?? 'Error' } },
});
