import type { SimulatedRequest } from './options.ts';

const SECRET_HEADERS = new Set([
  'x-auth-token',
  'x-subject-token',
  'x-security-token',
  'x-metadata-token',
  'proxy-authorization',
  'cookie',
]);

/** A request in the log; its status is filled in when it is answered. */
export type LoggedRequest = { -readonly [Field in keyof SimulatedRequest]: SimulatedRequest[Field] };

const withoutSecret = (name: string, value: string): string => {
  if (name === 'authorization') {
    return value.replace(/Signature=\S*|^(?!SDK-HMAC-SHA256 ).*$/, (secret) =>
      secret.startsWith('Signature=') ? 'Signature=<secret>' : '<secret>',
    );
  }
  return SECRET_HEADERS.has(name) ? '<secret>' : value;
};

/** Headers with `<secret>` for what is one; of a signature only the key's name and the signed headers stay. */
export const headersWithoutSecrets = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, withoutSecret(name, value)]));

/** A body as parsed JSON, else as text; undefined when it is empty. */
export const loggedBody = (body: Buffer): unknown => {
  if (body.length === 0) {
    return undefined;
  }
  const text = body.toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** The requests so far, of which the newest `capacity` stay. */
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
      if (requests.length > capacity) {
        requests.splice(0, requests.length - capacity);
      }
    },
    clear: () => {
      requests.length = 0;
    },
  };
};
