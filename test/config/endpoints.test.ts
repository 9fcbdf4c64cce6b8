import { describe, expect, it } from 'vitest';
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
