import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalQuery, encodeComponent, encodePath } from '../../src/cloud/encoding.ts';
import { authorizationHeader, sdkDate } from '../../src/cloud/signature.ts';
import { unixSeconds } from '../../src/domain/quantities.ts';
import { checkSignature } from '../../src/simulated-cloud/signature-check.ts';

const KEY = { accessKey: 'AccessKey', secretKey: 'SecretKey' };
const HOST = 'service.endpoint.myhuaweicloud.com';
const ID = '0123456789abcdef0123456789abcdef';

describe('a signature', () => {
  it.each([
    {
      name: 'GET without a body, date only',
      request: {
        method: 'GET',
        path: '/path',
        query: 'limit=1',
        headers: { 'x-sdk-date': '20060102T150405Z' },
        body: '',
      },
      names: 'x-sdk-date',
      signature: '5a2ce64c865e0e6046321c6f3d5a77ba8413eeaf355c3166c03d58d02ac79624',
    },
    {
      name: 'POST with a body that ends in a line feed',
      request: {
        method: 'POST',
        path: '/path',
        query: 'key=value',
        headers: { 'x-sdk-date': '20060102T150405Z' },
        body: '{"Name":"test","Id":1}\n',
      },
      names: 'x-sdk-date',
      signature: 'cecc2af119b18ab70b4d094c0750f3b42c02f254903179a0fc2cc72fc9db4f59',
    },
    {
      name: 'GET with the host',
      request: {
        method: 'GET',
        path: '/resources',
        query: 'size=1',
        headers: { host: HOST, 'x-sdk-date': '20200608T023900Z' },
        body: '',
      },
      names: 'host;x-sdk-date',
      signature: 'cfb4171acec81de07d50e53d57eb77edd537414d66ddb1d7d780f128e12cd842',
    },
    {
      name: 'POST with the host',
      request: {
        method: 'POST',
        path: '/resources',
        query: 'size=1',
        headers: { 'X-Sdk-Date': '20200608T023900Z', Host: HOST },
        body: '{"name":"test","id":1}',
      },
      names: 'host;x-sdk-date',
      signature: '436b1ac0a1ae03705934bb70ef2f2e09f7bfed2117d731a38235053199323a1f',
    },
    {
      name: 'GET of the backups with project and security token',
      request: {
        method: 'GET',
        path: `/v2/${ID}/graphs/backups`,
        query: canonicalQuery([
          ['offset', '0'],
          ['limit', '100'],
        ]),
        headers: {
          'x-security-token': 'tok',
          host: 'ges.cn-north-4.myhuaweicloud.com',
          'x-project-id': ID,
          'x-sdk-date': '20240104T000000Z',
        },
        body: '',
      },
      names: 'host;x-project-id;x-sdk-date;x-security-token',
      signature: 'd75bcfe1dafbe499f1e8ca5a5c1adb72ff38eb4e2f6b49fb5691cce812e51982',
    },
  ])('matches the published signature: $name', ({ request, names, signature }) => {
    expect(authorizationHeader(request, KEY)).toBe(
      `SDK-HMAC-SHA256 Access=AccessKey, SignedHeaders=${names}, Signature=${signature}`,
    );
  });

  it('dates a request in UTC without punctuation or fraction', () => {
    expect(sdkDate(unixSeconds(1_704_326_400.75))).toBe('20240104T000000Z');
  });
});

describe('a query', () => {
  it('matches the published encoding and order', () => {
    const entries: [string, string][] = [
      ['test', '一 (&=?!#%.*)'],
      ['path', '/tmp/123'],
      ['multi', '3'],
      ['multi', '1'],
      ['multi', '2'],
      ['limit', '1'],
      ['enable', 'true'],
    ];

    const query = canonicalQuery(entries);

    expect(query).toBe(
      'enable=true&limit=1&multi=1&multi=2&multi=3&path=%2Ftmp%2F123&test=%E4%B8%80%20%28%26%3D%3F%21%23%25.%2A%29',
    );
  });

  it.each([
    [['a~', '一', 'aa', 'a b', 'Z'], 'Z=&a%20b=&aa=&a~=&%E4%B8%80='],
    [['\u{1f600}', '\uffee'], '%EF%BF%AE=&%F0%9F%98%80='],
  ])('is sorted before it is encoded, by bytes: %j', (names, query) => {
    expect(canonicalQuery(names.map((name) => [name, '']))).toBe(query);
  });

  it('sorts the values of one name in the same way', () => {
    expect(
      canonicalQuery([
        ['a', '~'],
        ['a', '/'],
        ['a', 'é'],
      ]),
    ).toBe('a=%2F&a=~&a=%C3%A9');
  });

  it('sends a plus as %2B', () => {
    expect(canonicalQuery([['begin_time', '2018-08-06T12:34:52+0800']])).toBe(
      'begin_time=2018-08-06T12%3A34%3A52%2B0800',
    );
  });

  it('is empty for no entries', () => {
    expect(canonicalQuery([])).toBe('');
  });
});

describe('any signed request', () => {
  it('is accepted by the independent check of the simulated cloud', () => {
    const now = 1_704_067_200;
    const entries = fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })));
    const texts = fc.string({ unit: 'grapheme' });

    fc.assert(
      fc.property(entries, fc.array(texts), texts, (query, segments, body) => {
        const request = {
          method: 'POST',
          path: encodePath(`/${segments.map(encodeComponent).join('/')}`),
          query: canonicalQuery(query),
          headers: { host: HOST, 'x-project-id': ID, 'x-sdk-date': sdkDate(unixSeconds(now)) },
          body,
        };
        const authorization = authorizationHeader(request, KEY);

        const verdict = checkSignature(
          { ...request, headers: { ...request.headers, authorization }, body: Buffer.from(body) },
          now,
          () => ({ secretKey: KEY.secretKey, securityToken: undefined }),
        );

        expect(verdict).toEqual({ valid: true, accessKey: KEY.accessKey });
      }),
      { numRuns: 500 },
    );
  });
});

describe('a path', () => {
  it.each([
    ['/v2/a b/c', '/v2/a%20b/c'],
    ["/v2/a!'()*~b", '/v2/a%21%27%28%29%2A~b'],
    ['/v2/a%20b', '/v2/a%20b'],
    ['/v2/a%2Fb', '/v2/a%2Fb'],
    ['/v2/100%', '/v2/100%25'],
    ['/v2/一', '/v2/%E4%B8%80'],
    ['/v2/\ud800', '/v2/%EF%BF%BD'],
  ])('%j is encoded once: %s', (path, encoded) => {
    expect(encodePath(path)).toBe(encoded);
  });
});
