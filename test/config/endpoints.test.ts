import { expect, it } from 'vitest';
import { defaultEndpoint } from '../../src/services/host.ts';

it.each<[string, string | undefined, string]>([
  ['cn-north-4', undefined, 'iam.cn-north-4.myhuaweicloud.com'],
  ['eu-west-101', undefined, 'iam.eu-west-101.myhuaweicloud.eu'],
  ['eu-west-0', undefined, 'iam.eu-west-0.myhuaweicloud.com'],
  ['eu-west-101', 'myhuaweicloud.com', 'iam.eu-west-101.myhuaweicloud.com'],
  ['eu-de', 'otc.t-systems.com', 'iam.eu-de.otc.t-systems.com'],
  ['r1', 'cloud.example.com', 'iam.r1.cloud.example.com'],
])('the endpoint of IAM of %s in the cloud %s is %s', (region, cloud, host) => {
  expect(defaultEndpoint({ host: () => ({ label: 'iam' }) }, region, cloud)).toBe(`https://${host}`);
});
