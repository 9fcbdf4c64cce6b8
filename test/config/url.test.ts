import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { endpointUrl, proxyUrl } from '../../src/config/url.ts';

const reasons = (schema: z.ZodType, text: string): readonly string[] =>
  schema.safeParse(text).error?.issues.map(({ message }) => message) ?? [];

describe('the URL of an endpoint', () => {
  it.each([
    ['https://ges.example.com', 'https://ges.example.com'],
    ['https://ges.example.com/', 'https://ges.example.com'],
    ['https://ges.example.com///', 'https://ges.example.com'],
    ['https://GES.example.com:443', 'https://ges.example.com'],
    ['https://ges.example.com:8443/cloud/ges/', 'https://ges.example.com:8443/cloud/ges'],
    ['https://[2001:db8::1]:8443', 'https://[2001:db8::1]:8443'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['http://127.255.0.9', 'http://127.255.0.9'],
    ['http://127.1', 'http://127.0.0.1'],
    ['http://localhost:1/x/', 'http://localhost:1/x'],
    ['http://[::1]:9', 'http://[::1]:9'],
    ['http://localhost.:9', 'http://localhost.:9'],
    ['http://[::ffff:127.0.0.1]', 'http://[::ffff:7f00:1]'],
  ])('may be %s', (text, expected) => {
    expect(endpointUrl.parse(text)).toBe(expected);
  });

  it.each([
    ['http://ges.example.com', 'uses plain http to another machine'],
    ['http://10.0.0.1', 'uses plain http to another machine'],
    ['http://128.0.0.1', 'uses plain http to another machine'],
    ['http://127.0.0.1.example.com', 'uses plain http to another machine'],
    ['http://localhost.example.com', 'uses plain http to another machine'],
    ['http://[::ffff:10.0.0.1]', 'uses plain http to another machine'],
    ['http://[::2]', 'uses plain http to another machine'],
    ['http://0.0.0.0', 'uses plain http to another machine'],
    ['http://127.0.0.1@example.com', 'contains a user name or a password'],
    ['https://user@ges.example.com', 'contains a user name or a password'],
    ['https://:secret@ges.example.com', 'contains a user name or a password'],
    ['https://ges.example.com?a=1', 'has a query'],
    ['https://ges.example.com?', 'has a query'],
    ['https://ges.example.com#top', 'has a fragment'],
    ['https://ges.example.com#', 'has a fragment'],
    ['ftp://ges.example.com', 'is not an http:// or https:// URL'],
    ['ges.example.com', 'is not an http:// or https:// URL'],
    ['ges.example.com:443', 'is not an http:// or https:// URL'],
    ['//ges.example.com', 'is not an http:// or https:// URL'],
    ['https://', 'is not an http:// or https:// URL'],
    ['https://ges.example.com:99999', 'is not an http:// or https:// URL'],
    [' https://ges.example.com', 'contains white space'],
    ['https://ges.example\n.com', 'contains white space'],
    ['', 'is not an http:// or https:// URL'],
  ])('may not be %j: it %s', (text, wrong) => {
    expect(reasons(endpointUrl, text)).toEqual([wrong]);
  });
});

describe('the URL of a proxy', () => {
  it.each(['http://proxy.example.com:3128', 'https://user:secret@proxy.example.com/'])(
    'may be %s',
    (text) => {
      expect(proxyUrl.parse(text)).toBe(text);
    },
  );

  it.each([
    ['socks5://proxy.example.com', 'is not an http:// or https:// URL'],
    ['proxy.example.com:3128', 'is not an http:// or https:// URL'],
    ['http://proxy.example.com/path', 'has a path'],
    ['http://proxy.example.com?x', 'has a query'],
  ])('may not be %s: it %s', (text, wrong) => {
    expect(reasons(proxyUrl, text)).toEqual([wrong]);
  });
});
