import { describe, expect, it } from 'vitest';
import { configFromEnvironment } from '../../../config/environment.ts';
import { defaultEndpoint } from '../../host.ts';
import { gaussdbMysql } from '../index.ts';

describe('the endpoint by region', () => {
  it.each<[string, string | undefined, string]>([
    ...['cn-north-2', 'cn-north-4', 'cn-north-9', 'cn-east-3', 'cn-south-1', 'cn-south-4', 'cn-southwest-2']
      .concat(['ap-southeast-3', 'ap-southeast-4', 'sa-brazil-1', 'ru-northwest-2', 'xx-unheard-of-1'])
      .map((region): [string, undefined, string] => [
        region,
        undefined,
        `gaussdb.${region}.myhuaweicloud.com`,
      ]),
    ...['ap-southeast-1', 'ap-southeast-2', 'tr-west-1', 'me-east-1', 'cn-north-11'].map(
      (region): [string, undefined, string] => [
        region,
        undefined,
        `gaussdbformysql.${region}.myhuaweicloud.com`,
      ],
    ),
    ...['af-south-1', 'cn-east-5', 'la-north-2', 'cn-southwest-3'].map(
      (region): [string, undefined, string] => [
        region,
        undefined,
        `gaussdb-mysql.${region}.myhuaweicloud.com`,
      ],
    ),
    ['eu-de', 'otc.t-systems.com', 'gaussdb-mysql.eu-de.otc.t-systems.com'],
    ['eu-ch2', 'sc.otc.t-systems.com', 'gaussdb-mysql.eu-ch2.sc.otc.t-systems.com'],
    ['eu-de', 'notc.t-systems.com', 'gaussdb.eu-de.notc.t-systems.com'],
  ])('of %s in the cloud %s is %s', (region, cloud, host) => {
    expect(defaultEndpoint(gaussdbMysql, region, cloud)).toBe(`https://${host}`);
  });

  it.each(['af-north-1', 'ap-southeast-5', 'cn-east-2', 'cn-east-4', 'cn-north-12'])(
    'in %s differs from that of GaussDB (openGauss)',
    (region) => {
      expect(defaultEndpoint(gaussdbMysql, region, undefined)).not.toContain('//gaussdb.');
    },
  );
});

it('the endpoint may come from an environment variable', () => {
  const result = configFromEnvironment({
    HW_REGION_NAME: 'cn-north-4',
    HW_ACCESS_KEY: 'AK',
    HW_SECRET_KEY: 'SK',
    HUAWEICLOUD_BACKUP_SERVICES: 'gaussdb-mysql',
    HUAWEICLOUD_BACKUP_GAUSSDB_MYSQL_ENDPOINT: 'https://db.example.com',
  });

  expect(result.ok && result.config.projects[0]?.services[0]?.endpoint).toBe('https://db.example.com');
});
