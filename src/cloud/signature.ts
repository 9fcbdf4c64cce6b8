import { createHash, createHmac } from 'node:crypto';
import type { UnixSeconds } from '../domain/quantities.ts';

/** What a signature covers. All headers given are signed; the case of names does not matter. */
export interface SignableRequest {
  readonly method: string;
  /** The encoded path. */
  readonly path: string;
  /** The query as written by `canonicalQuery`. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty for none. */
  readonly body: string;
}

/** The two halves of an access key. */
export interface AccessKey {
  readonly accessKey: string;
  readonly secretKey: string;
}

const ALGORITHM = 'SDK-HMAC-SHA256';

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** A time in the format of the header `X-Sdk-Date`: `20240104T000000Z`. */
export const sdkDate = (time: UnixSeconds): string =>
  new Date(time * 1000).toISOString().replace(/[-:]|\.\d+/g, '');

/**
 * The `Authorization` header that signs a request with SDK-HMAC-SHA256; `headers` must contain `x-sdk-date`. The
 * algorithm is not published; this follows the vendor's SDKs and their test vectors.
 */
export function authorizationHeader(request: SignableRequest, key: AccessKey): string {
  const headers = Object.entries(request.headers)
    .map(([name, value]) => [name.toLowerCase(), value.trim()] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  const names = headers.map(([name]) => name).join(';');
  const date = headers.find(([name]) => name === 'x-sdk-date')?.[1] ?? '';
  const canonicalRequest = [
    request.method,
    // The trailing slash is only signed, not part of the URL.
    request.path.endsWith('/') ? request.path : `${request.path}/`,
    request.query,
    headers.map(([name, value]) => `${name}:${value}\n`).join(''),
    names,
    sha256(request.body),
  ].join('\n');
  const stringToSign = `${ALGORITHM}\n${date}\n${sha256(canonicalRequest)}`;
  const signature = createHmac('sha256', key.secretKey).update(stringToSign, 'utf8').digest('hex');
  return `${ALGORITHM} Access=${key.accessKey}, SignedHeaders=${names}, Signature=${signature}`;
}
