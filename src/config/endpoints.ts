import type { ServiceType } from '../domain/service.ts';
import { type Reading, read, unreadable } from './reading.ts';

/** The services that a project talks to: those that are polled, and the one that signs in. */
export type EndpointService = ServiceType | 'iam';

const DEFAULT_CLOUD = 'myhuaweicloud.com';
const EUROPEAN_CLOUD = 'myhuaweicloud.eu';
const OPEN_TELEKOM_CLOUD = 'otc.t-systems.com';

/** First label of the host of GaussDB(for MySQL) where it is not `gaussdb`; from the vendor's SDKs. */
const GAUSSDB_MYSQL_LABELS: Readonly<Record<string, readonly string[]>> = {
  gaussdbformysql: ['ap-southeast-1', 'ap-southeast-2', 'tr-west-1', 'me-east-1', 'cn-north-11'],
  'gaussdb-mysql': ['af-south-1', 'cn-east-5', 'la-north-2'],
};

const isOpenTelekomCloud = (cloud: string): boolean =>
  cloud === OPEN_TELEKOM_CLOUD || cloud.endsWith(`.${OPEN_TELEKOM_CLOUD}`);

const gaussdbMysqlLabel = (region: string, cloud: string): string => {
  if (isOpenTelekomCloud(cloud)) return 'gaussdb-mysql';
  const [label] = Object.entries(GAUSSDB_MYSQL_LABELS).find(([, regions]) => regions.includes(region)) ?? [];
  return label ?? 'gaussdb';
};

const hostLabel = (service: EndpointService, region: string, cloud: string): string => {
  switch (service) {
    case 'iam':
    case 'ges':
      return service;
    case 'gaussdb-mysql':
      return gaussdbMysqlLabel(region, cloud);
    default:
      return service satisfies never;
  }
};

/** The domain of a region's endpoints when none is configured. */
const defaultCloud = (region: string): string =>
  region.startsWith('eu-west-1') ? EUROPEAN_CLOUD : DEFAULT_CLOUD;

/** Where a service of a region is found: `https://ges.cn-north-4.myhuaweicloud.com`. `cloud` replaces the region's own domain. */
export const defaultEndpoint = (
  service: EndpointService,
  region: string,
  cloud: string | undefined,
): string => {
  const domain = cloud ?? defaultCloud(region);
  return `https://${hostLabel(service, region, domain)}.${region}.${domain}`;
};

/** Whether a URL's host name can be nothing but this machine. The URL parser has already unfolded forms such as 127.1. */
const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);

const WHITE_SPACE_OR_CONTROL = /[\s\p{Cc}]/u;

const readUrl = (text: string): Reading<URL> => {
  // The URL parser drops white space without a word.
  if (WHITE_SPACE_OR_CONTROL.test(text)) return unreadable('contains white space');
  if (!URL.canParse(text)) return unreadable('is not a URL');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    // host:port is a URL of the scheme `host:` to the parser.
    return unreadable(text.includes('://') ? 'is not an http or https URL' : 'is not a URL');
  }
  if (url.search !== '' || text.includes('?')) return unreadable('has a query');
  if (url.hash !== '' || text.includes('#')) return unreadable('has a fragment');
  return read(url);
};

/** Reads the URL of an endpoint: https, or http to this machine, with or without a path. Trailing slashes are dropped. */
export const readEndpoint = (text: string): Reading<string> => {
  const reading = readUrl(text);
  if (!reading.ok) return reading;
  const url = reading.value;
  if (url.username !== '' || url.password !== '') return unreadable('contains a user name or a password');
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    return unreadable('is http to another machine');
  }
  return read(url.origin + url.pathname.replace(/\/+$/, ''));
};

/** Reads the URL of a proxy: http or https, with or without a user name and password. */
export const readProxyUrl = (text: string): Reading<string> => {
  const reading = readUrl(text);
  if (!reading.ok) return reading;
  return reading.value.pathname === '/' ? read(text) : unreadable('has a path');
};
