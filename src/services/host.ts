import type { CloudService } from './service.ts';

const DEFAULT_CLOUD = 'myhuaweicloud.com';
const EUROPEAN_CLOUD = 'myhuaweicloud.eu';
const OPEN_TELEKOM_CLOUD = 'otc.t-systems.com';

/** Whether a domain belongs to Open Telekom Cloud, where some hosts have other names. */
export const isOpenTelekomCloud = (cloud: string): boolean =>
  cloud === OPEN_TELEKOM_CLOUD || cloud.endsWith(`.${OPEN_TELEKOM_CLOUD}`);

/** The endpoint of a service: `https://ges.cn-north-4.myhuaweicloud.com`. `cloud` replaces the domain of the region. */
export function defaultEndpoint(
  { host }: Pick<CloudService, 'host'>,
  region: string,
  cloud: string | undefined,
): string {
  const domain = cloud ?? (region.startsWith('eu-west-1') ? EUROPEAN_CLOUD : DEFAULT_CLOUD);
  const { label, cloud: exception } = host(region, domain);
  return `https://${label}.${region}.${cloud ?? exception ?? domain}`;
}
