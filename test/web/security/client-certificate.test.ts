import { describe, expect, it } from 'vitest';
import { alternativeNames } from '../../../src/web/security/client-certificate.ts';
import { clientOf } from '../../../src/web/security/connections.ts';

describe('the alternative names of a certificate', () => {
  it.each([
    ['DNS:a.example', ['a.example']],
    ['DNS:a.example, DNS:*.b.example', ['a.example', '*.b.example']],
    ['email:a@b.example, URI:spiffe://c/d', ['a@b.example', 'spiffe://c/d']],
    ['IP Address:10.0.0.1, IP Address:0:0:0:0:0:0:0:1', ['10.0.0.1', '::1']],
    ['DNS:"a.example, DNS:b.example"', ['a.example, DNS:b.example']],
    ['DNS:"quote\\u0022d", DNS:a', ['quote"d', 'a']],
    ['Registered ID:1.2.3.4, DNS:a', ['a']],
    ['', []],
  ])('in %s are %j', (text, names) => {
    expect(alternativeNames(text)).toEqual(names);
  });

  it.each(['DNS:a"b, DNS:c', 'nonsense', 'DNS:a,DNS:b', 'DNS:"open, DNS:a'])(
    'in %s are ambiguous, so none is used',
    (text) => {
      expect(alternativeNames(text)).toEqual([]);
    },
  );
});

describe('the client of an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::9', '2001:db8:1:2'],
    ['2001:db8::9', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['::', '0:0:0:0'],
    [undefined, ''],
  ])('%s is %s', (address, client) => {
    expect(clientOf(address)).toBe(client);
  });
});
