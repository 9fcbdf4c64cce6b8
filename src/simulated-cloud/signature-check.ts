import { createHash, createHmac } from 'node:crypto';

/** A request as received. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path as received, still encoded. */
  readonly path: string;
  /** Query as received, without `?`. */
  readonly query: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** The secret part of an access key; temporary keys have a security token too. */
export interface SecretKey {
  readonly secretKey: string;
  readonly securityToken: string | undefined;
}

export type SignatureVerdict =
  | { readonly valid: true; readonly accessKey: string }
  | { readonly valid: false; readonly reason: string };

const ALGORITHM = 'SDK-HMAC-SHA256';
const ACCEPTED_SKEW = 15 * 60;
const SIGNED_WHEN_SENT = ['x-project-id', 'x-security-token'] as const;

const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex');

const encode = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** The order of strings in Go, used by the vendor's clients. */
const compare = (left: string, right: string): number =>
  Buffer.compare(Buffer.from(left), Buffer.from(right));

/** The query with its decoded pairs sorted by name, then value, and encoded again. */
export const canonicalQuery = (query: string): string =>
  [...new URLSearchParams(query)]
    .sort(([leftName, left], [rightName, right]) => compare(leftName, rightName) || compare(left, right))
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join('&');

const canonicalRequest = (request: ReceivedRequest, signedHeaders: readonly string[]): string =>
  [
    request.method,
    request.path.endsWith('/') ? request.path : `${request.path}/`,
    canonicalQuery(request.query),
    ...signedHeaders.map((name) => `${name}:${(request.headers[name] ?? '').trim()}`),
    '',
    signedHeaders.join(';'),
    sha256(request.body),
  ].join('\n');

/** Reads `20060102T150405Z` as Unix seconds. */
const signingTime = (text: string): number | undefined => {
  const match = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const milliseconds = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
};

interface Authorization {
  readonly accessKey: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const parseAuthorization = (text: string): Authorization | undefined => {
  const match = /^SDK-HMAC-SHA256 Access=([^,\s]+), SignedHeaders=([^,\s]+), Signature=([0-9a-f]{64})$/.exec(
    text,
  );
  const [, accessKey, signedHeaders, signature] = match ?? [];
  return accessKey === undefined || signedHeaders === undefined || signature === undefined
    ? undefined
    : { accessKey, signedHeaders: signedHeaders.split(';'), signature };
};

const problemWithSignedHeaders = (
  { signedHeaders }: Authorization,
  { headers }: ReceivedRequest,
): string | undefined => {
  if (!signedHeaders.includes('x-sdk-date')) return 'x-sdk-date is not signed';
  const unsigned = SIGNED_WHEN_SENT.find(
    (name) => headers[name] !== undefined && !signedHeaders.includes(name),
  );
  if (unsigned !== undefined) {
    return `${unsigned} is sent and not signed`;
  }
  const missing = signedHeaders.find((name) => headers[name] === undefined);
  if (missing !== undefined) {
    return `${missing} is signed and not sent`;
  }
  const sorted = [...new Set(signedHeaders)].sort(compare).join(';');
  return sorted === signedHeaders.join(';') ? undefined : 'SignedHeaders is not in order';
};

/**
 * Recomputes a signature from the received request and compares it. `now` is the cloud's clock in Unix seconds;
 * `secretOf` looks up a valid access key. Steps: section "Access keys" of the vendor's
 * signing guide (SDK-HMAC-SHA256).
 */
export const checkSignature = (
  request: ReceivedRequest,
  now: number,
  secretOf: (accessKey: string) => SecretKey | undefined,
): SignatureVerdict => {
  const refuse = (reason: string): SignatureVerdict => ({ valid: false, reason });
  const authorization = parseAuthorization(request.headers['authorization'] ?? '');
  if (!authorization) return refuse('the Authorization header cannot be read');
  const problem = problemWithSignedHeaders(authorization, request);
  if (problem !== undefined) return refuse(problem);
  const date = request.headers['x-sdk-date'] ?? '';
  const signedAt = signingTime(date);
  if (signedAt === undefined || Math.abs(signedAt - now) > ACCEPTED_SKEW) {
    return refuse('the signature has expired or X-Sdk-Date is wrong');
  }
  const secret = secretOf(authorization.accessKey);
  if (!secret) return refuse('the access key is not known');
  if (request.headers['x-security-token'] !== secret.securityToken) {
    return refuse('the security token does not belong to the access key');
  }
  const toSign = [ALGORITHM, date, sha256(canonicalRequest(request, authorization.signedHeaders))].join('\n');
  const expected = createHmac('sha256', secret.secretKey).update(toSign).digest('hex');
  return expected === authorization.signature
    ? { valid: true, accessKey: authorization.accessKey }
    : refuse('the signature does not match');
};
