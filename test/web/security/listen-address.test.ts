import { describe, expect, it } from 'vitest';
import { formatAddress, parseListenAddress } from '../../../src/web/security/listen-address.ts';

describe('a listen address', () => {
  it.each([
    [':10045', undefined, 10_045],
    [':0', undefined, 0],
    ['0.0.0.0:65535', '0.0.0.0', 65_535],
    ['127.0.0.1:10045', '127.0.0.1', 10_045],
    ['localhost:80', 'localhost', 80],
    ['exporter-1.example.com:443', 'exporter-1.example.com', 443],
    ['[::1]:10045', '::1', 10_045],
    ['[::]:0', '::', 0],
    ['[fe80::1%eth0]:10045', 'fe80::1%eth0', 10_045],
  ])('%s is parsed as host %s and port %s and formatted the same way', (text, host, port) => {
    const address = parseListenAddress(text);

    expect(address).toEqual({ host, port });
    expect(formatAddress(address)).toBe(text);
  });

  it.each([
    ['', 'is empty'],
    ['10045', 'has no port'],
    ['localhost', 'has no port'],
    ['localhost:', 'has no port'],
    ['[::1]', 'has no port'],
    ['[::1]10045', 'has too many colons'],
    ['::1', 'is an IPv6 address without brackets'],
    ['::1:10045', 'has too many colons'],
    ['a:b:10045', 'has too many colons'],
    ['[localhost]:10045', 'has no IPv6 address between the brackets'],
    ['[]:10045', 'has no IPv6 address between the brackets'],
    ['300.1.1.1:10045', 'has no valid host'],
    ['1.2.3:10045', 'has no valid host'],
    ['http://localhost:10045', 'has too many colons'],
    ['ex porter:10045', 'has no valid host'],
    ['*:10045', 'has no valid host'],
    [':65536', 'needs a port from 0 to 65535'],
    [':-1', 'needs a port from 0 to 65535'],
    [':http', 'needs a port from 0 to 65535'],
    [': 80', 'needs a port from 0 to 65535'],
    [':1e4', 'needs a port from 0 to 65535'],
  ])('%j is rejected because it %s', (text, reason) => {
    const parse = () => parseListenAddress(text);

    expect(parse).toThrow(reason);
    expect(parse).toThrow(/^listen address .*; write ":10045", "host:10045" or "\[::1\]:10045"$/);
  });
});
