import { describe, expect, it } from 'vitest';
import { readEndpoint, readProxyUrl } from '../../src/config/endpoints.ts';
import { defaultEndpoint } from '../../src/services/host.ts';
import { serviceOf } from '../../src/services/index.ts';

describe('the endpoint of a service by region', () => {
  it.each<[string, string, string | undefined, string]>([
    ['iam', 'cn-north-4', undefined, 'iam.cn-north-4.myhuaweicloud.com'],
    ['ges', 'cn-north-4', undefined, 'ges.cn-north-4.myhuaweicloud.com'],
    ['iam', 'eu-west-101', undefined, 'iam.eu-west-101.myhuaweicloud.eu'],
    ['ges', 'eu-west-101', undefined, 'ges.eu-west-101.myhuaweicloud.eu'],
    ['ges', 'eu-west-0', undefined, 'ges.eu-west-0.myhuaweicloud.com'],
    ['ges', 'eu-west-101', 'myhuaweicloud.com', 'ges.eu-west-101.myhuaweicloud.com'],
    ...['cn-north-2', 'cn-north-4', 'cn-north-9', 'cn-east-3', 'cn-south-1', 'cn-south-4', 'cn-southwest-2']
      .concat(['ap-southeast-3', 'ap-southeast-4', 'sa-brazil-1', 'ru-northwest-2', 'xx-unheard-of-1'])
      .map((region): [string, string, undefined, string] => [
        'gaussdb-mysql',
        region,
        undefined,
        `gaussdb.${region}.myhuaweicloud.com`,
      ]),
    ...['ap-southeast-1', 'ap-southeast-2', 'tr-west-1', 'me-east-1', 'cn-north-11'].map(
      (region): [string, string, undefined, string] => [
        'gaussdb-mysql',
        region,
        undefined,
        `gaussdbformysql.${region}.myhuaweicloud.com`,
      ],
    ),
    ...['af-south-1', 'cn-east-5', 'la-north-2', 'cn-southwest-3'].map(
      (region): [string, string, undefined, string] => [
        'gaussdb-mysql',
        region,
        undefined,
        `gaussdb-mysql.${region}.myhuaweicloud.com`,
      ],
    ),
    ['gaussdb-mysql', 'eu-de', 'otc.t-systems.com', 'gaussdb-mysql.eu-de.otc.t-systems.com'],
    ['iam', 'eu-de', 'otc.t-systems.com', 'iam.eu-de.otc.t-systems.com'],
    ['gaussdb-mysql', 'eu-ch2', 'sc.otc.t-systems.com', 'gaussdb-mysql.eu-ch2.sc.otc.t-systems.com'],
    ['gaussdb-mysql', 'eu-de', 'notc.t-systems.com', 'gaussdb.eu-de.notc.t-systems.com'],
    ['ges', 'r1', 'cloud.example.com', 'ges.r1.cloud.example.com'],
  ])('finds %s of %s in the cloud %s at %s', (service, region, cloud, host) => {
    const definition = service === 'iam' ? { host: () => ({ label: 'iam' }) } : serviceOf(service);

    expect(defaultEndpoint(definition, region, cloud)).toBe(`https://${host}`);
  });
});

describe('the endpoint of GaussDB(for MySQL)', () => {
  it.each(['af-north-1', 'ap-southeast-5', 'cn-east-2', 'cn-east-4', 'cn-north-12'])(
    'in %s is not the host of GaussDB (openGauss)',
    (region) => {
      expect(defaultEndpoint(serviceOf('gaussdb-mysql'), region, undefined)).not.toContain('//gaussdb.');
    },
  );
});

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
  ])('may be %s', (text, expected) => {
    expect(readEndpoint(text)).toEqual({ ok: true, value: expected });
  });

  it.each([
    ['http://ges.example.com', 'is http to another machine'],
    ['http://10.0.0.1', 'is http to another machine'],
    ['http://128.0.0.1', 'is http to another machine'],
    ['http://127.0.0.1.example.com', 'is http to another machine'],
    ['http://localhost.example.com', 'is http to another machine'],
    ['http://[::2]', 'is http to another machine'],
    ['http://0.0.0.0', 'is http to another machine'],
    ['http://127.0.0.1@example.com', 'contains a user name or a password'],
    ['https://user@ges.example.com', 'contains a user name or a password'],
    ['https://:secret@ges.example.com', 'contains a user name or a password'],
    ['https://ges.example.com?a=1', 'has a query'],
    ['https://ges.example.com?', 'has a query'],
    ['https://ges.example.com#top', 'has a fragment'],
    ['https://ges.example.com#', 'has a fragment'],
    ['ftp://ges.example.com', 'is not an http or https URL'],
    ['ges.example.com', 'is not a URL'],
    ['ges.example.com:443', 'is not a URL'],
    ['//ges.example.com', 'is not a URL'],
    ['https://', 'is not a URL'],
    ['https://ges.example.com:99999', 'is not a URL'],
    [' https://ges.example.com', 'contains white space'],
    ['https://ges.example\n.com', 'contains white space'],
    ['', 'is not a URL'],
  ])('may not be %j: it %s', (text, wrong) => {
    expect(readEndpoint(text)).toEqual({ ok: false, wrong });
  });
});

describe('the URL of a proxy', () => {
  it.each(['http://proxy.example.com:3128', 'https://user:secret@proxy.example.com/'])(
    'may be %s',
    (text) => {
      expect(readProxyUrl(text)).toEqual({ ok: true, value: text });
    },
  );

  it.each([
    ['socks5://proxy.example.com', 'is not an http or https URL'],
    ['proxy.example.com:3128', 'is not a URL'],
    ['http://proxy.example.com/path', 'has a path'],
    ['http://proxy.example.com?x', 'has a query'],
  ])('may not be %s: it %s', (text, wrong) => {
    expect(readProxyUrl(text)).toEqual({ ok: false, wrong });
  });
});
