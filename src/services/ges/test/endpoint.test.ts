import { expect, it } from 'vitest';
import { defaultEndpoint } from '../../host.ts';
import { ges } from '../index.ts';

it.each<[string, string | undefined, string]>([
  ['cn-north-4', undefined, 'ges.cn-north-4.myhuaweicloud.com'],
  ['eu-west-101', undefined, 'ges.eu-west-101.myhuaweicloud.eu'],
  ['r1', 'cloud.example.com', 'ges.r1.cloud.example.com'],
])('the endpoint in the region %s of the cloud %s is %s', (region, cloud, host) => {
  expect(defaultEndpoint(ges, region, cloud)).toBe(`https://${host}`);
});
