import type { SimulatedRequest } from './options.ts';

const SECRET_HEADERS = new Set([
  'x-auth-token',
  'x-subject-token',
  'x-security-token',
  'x-metadata-token',
  'proxy-authorization',
  'cookie',
]);

/** A request in the log; its status is set once the response is sent. */
export type LoggedRequest = { -readonly [Field in keyof SimulatedRequest]: SimulatedRequest[Field] };

const withoutSecret = (name: string, value: string): string => {
  if (name === 'authorization') {
    return value.replace(/Signature=\S*|^(?!SDK-HMAC-SHA256 ).*$/, (secret) =>
      secret.startsWith('Signature=') ? 'Signature=<secret>' : '<secret>',
    );
  }
  return SECRET_HEADERS.has(name) ? '<secret>' : value;
};

/** Headers with secrets replaced by `<secret>`; of a signature, the access key and the names of the headers stay. */
export const headersWithoutSecrets = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, withoutSecret(name, value)]));

/** A body as parsed JSON, otherwise as text; undefined if it is empty. */
export const loggedBody = (body: Buffer): unknown => {
  if (body.length === 0) return undefined;
  const text = body.toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** Keeps the newest `capacity` requests. */
export const createRequestLog = (
  capacity: number,
): {
  readonly requests: readonly LoggedRequest[];
  add: (request: LoggedRequest) => void;
  clear: () => void;
} => {
  const requests: LoggedRequest[] = [];
  return {
    requests,
    add: (request) => {
      requests.push(request);
      if (requests.length > capacity) requests.splice(0, requests.length - capacity);
    },
    clear: () => {
      requests.length = 0;
    },
  };
};
