import { describe, expect, it } from 'vitest';
import {
  canonicalQuery,
  checkSignature,
  type ReceivedRequest,
} from '../../src/simulated-cloud/signature-check.ts';

const PROJECT = '0123456789abcdef0123456789abcdef';
const SIGNED_IN_2006 = Date.UTC(2006, 0, 2, 15, 4, 5) / 1000;
const SIGNED_IN_2020 = Date.UTC(2020, 5, 8, 2, 39, 0) / 1000;
const SIGNED_IN_2024 = Date.UTC(2024, 0, 4) / 1000;

interface Vector {
  readonly name: string;
  readonly at: number;
  readonly method?: string;
  readonly path: string;
  readonly query: string;
  readonly body?: string;
  readonly headers: Record<string, string>;
  readonly signature: string;
}

const vectors: readonly Vector[] = [
  {
    name: 'a GET that signs only its date',
    at: SIGNED_IN_2006,
    path: '/path',
    query: 'limit=1',
    headers: { 'x-sdk-date': '20060102T150405Z' },
    signature: '5a2ce64c865e0e6046321c6f3d5a77ba8413eeaf355c3166c03d58d02ac79624',
  },
  {
    name: 'a POST with a body',
    at: SIGNED_IN_2006,
    method: 'POST',
    path: '/path',
    query: 'key=value',
    body: '{"Name":"test","Id":1}\n',
    headers: { 'x-sdk-date': '20060102T150405Z' },
    signature: 'cecc2af119b18ab70b4d094c0750f3b42c02f254903179a0fc2cc72fc9db4f59',
  },
  {
    name: 'a GET that signs its host',
    at: SIGNED_IN_2020,
    path: '/resources',
    query: 'size=1',
    headers: { host: 'service.endpoint.myhuaweicloud.com', 'x-sdk-date': '20200608T023900Z' },
    signature: 'cfb4171acec81de07d50e53d57eb77edd537414d66ddb1d7d780f128e12cd842',
  },
  {
    name: 'a POST that signs its host',
    at: SIGNED_IN_2020,
    method: 'POST',
    path: '/resources',
    query: 'size=1',
    body: '{"name":"test","id":1}',
    headers: { host: 'service.endpoint.myhuaweicloud.com', 'x-sdk-date': '20200608T023900Z' },
    signature: '436b1ac0a1ae03705934bb70ef2f2e09f7bfed2117d731a38235053199323a1f',
  },
  {
    name: 'a GET with a temporary key and a project',
    at: SIGNED_IN_2024,
    path: `/v2/${PROJECT}/graphs/backups`,
    query: 'offset=0&limit=100',
    headers: {
      host: 'ges.cn-north-4.myhuaweicloud.com',
      'x-project-id': PROJECT,
      'x-sdk-date': '20240104T000000Z',
      'x-security-token': 'tok',
    },
    signature: 'd75bcfe1dafbe499f1e8ca5a5c1adb72ff38eb4e2f6b49fb5691cce812e51982',
  },
];

const requestOf = (vector: Vector, authorization?: string): ReceivedRequest => ({
  method: vector.method ?? 'GET',
  path: vector.path,
  query: vector.query,
  body: Buffer.from(vector.body ?? ''),
  headers: {
    ...vector.headers,
    authorization:
      authorization ??
      `SDK-HMAC-SHA256 Access=AccessKey, SignedHeaders=${Object.keys(vector.headers).sort().join(';')}, Signature=${vector.signature}`,
  },
});

const secretOf = (vector: Vector) => (accessKey: string) =>
  accessKey === 'AccessKey'
    ? { secretKey: 'SecretKey', securityToken: vector.headers['x-security-token'] }
    : undefined;

const check = (vector: Vector, change: Partial<ReceivedRequest> = {}, now = vector.at) =>
  checkSignature({ ...requestOf(vector), ...change }, now, secretOf(vector));

const full = vectors[4] as Vector;
const withHeaders = (headers: Record<string, string | undefined>): Partial<ReceivedRequest> => ({
  headers: Object.fromEntries(
    Object.entries({ ...requestOf(full).headers, ...headers }).filter(([, value]) => value !== undefined),
  ) as Record<string, string>,
});
const signing = (names: string): Partial<ReceivedRequest> =>
  withHeaders({
    authorization: `SDK-HMAC-SHA256 Access=AccessKey, SignedHeaders=${names}, Signature=${full.signature}`,
  });

describe('the signature check', () => {
  it.each(vectors)('accepts the published signature of $name', (vector) => {
    expect(check(vector)).toEqual({ valid: true, accessKey: 'AccessKey' });
  });

  it('encodes and sorts a query as the vendor does', () => {
    const received =
      'test=%E4%B8%80%20(%26=?!%23%25.*)&path=/tmp/123&multi=3&multi=1&limit=1&enable=true&multi=2';

    const canonical = canonicalQuery(received);

    expect(canonical).toBe(
      'enable=true&limit=1&multi=1&multi=2&multi=3&path=%2Ftmp%2F123&test=%E4%B8%80%20%28%26%3D%3F%21%23%25.%2A%29',
    );
  });

  it.each<[string, Partial<ReceivedRequest>, RegExp]>([
    ['another method', { method: 'POST' }, /does not match/],
    ['another path', { path: '/v2/other/graphs/backups' }, /does not match/],
    ['another query', { query: 'offset=100&limit=100' }, /does not match/],
    ['a body', { body: Buffer.from('{}') }, /does not match/],
    ['another host', withHeaders({ host: 'ges.cn-north-4.myhuaweicloud.com:8443' }), /does not match/],
    ['another project', withHeaders({ 'x-project-id': 'f'.repeat(32) }), /does not match/],
    ['another security token', withHeaders({ 'x-security-token': 'other' }), /security token/],
    ['no security token', withHeaders({ 'x-security-token': undefined }), /signed and not sent/],
    ['no Authorization', withHeaders({ authorization: undefined }), /cannot be read/],
    ['another algorithm', withHeaders({ authorization: 'AWS4-HMAC-SHA256 x' }), /cannot be read/],
    ['another date', withHeaders({ 'x-sdk-date': '20240104T000001Z' }), /does not match/],
    ['an invalid date', withHeaders({ 'x-sdk-date': '20240230T990000Z' }), /X-Sdk-Date/],
    ['no signed date', signing('host;x-project-id;x-security-token'), /x-sdk-date is not signed/],
    ['an unsigned project', signing('host;x-sdk-date;x-security-token'), /x-project-id is sent/],
    ['an unsigned security token', signing('host;x-project-id;x-sdk-date'), /x-security-token is sent/],
    ['unsorted names', signing('x-sdk-date;host;x-project-id;x-security-token'), /not in order/],
  ])('rejects a signed request with %s', (_, change, reason) => {
    const verdict = check(full, change);

    expect(verdict).toEqual({ valid: false, reason: expect.stringMatching(reason) });
  });

  it('rejects an unknown key', () => {
    const verdict = checkSignature(requestOf(full), full.at, () => undefined);

    expect(verdict).toEqual({ valid: false, reason: expect.stringMatching(/access key/) });
  });

  it.each([
    [-900, true],
    [900, true],
    [-901, false],
    [901, false],
  ])('with a clock %i s ahead returns %s', (ahead, valid) => {
    expect(check(full, {}, full.at + ahead).valid).toBe(valid);
  });
});
