import { BlockList, isIP } from 'node:net';
import { isLoopback } from '../config/url.ts';

/** The proxy of a project; never used for this machine. */
export interface ChosenProxy {
  readonly url: string;
  /** The setting or variable it comes from. */
  readonly origin: 'proxy_url' | 'HTTPS_PROXY';
  readonly isFor: (endpoint: URL) => boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

const fromEnvironment = (environment: Environment, name: string): string =>
  [environment[name.toLowerCase()], environment[name]].find((value) => value !== undefined && value !== '') ??
  '';

/** The URL, with `http://` added if it has no scheme, as is common in the environment. */
const withScheme = (url: string): string => (/^[a-z][a-z\d+.-]*:\/\//i.test(url) ? url : `http://${url}`);

// Plain http is only used for this machine and its metadata service.
const isRemote = ({ protocol, hostname }: URL): boolean => protocol === 'https:' && !isLoopback(hostname);

/** Chooses the proxy: the configured one, else HTTPS_PROXY with the exceptions of NO_PROXY. */
export function chooseProxy(
  configured: string | undefined,
  environment: Environment,
): ChosenProxy | undefined {
  if (configured !== undefined) return { url: configured, origin: 'proxy_url', isFor: isRemote };
  const url = fromEnvironment(environment, 'HTTPS_PROXY').trim();
  if (url === '') return undefined;
  const exceptions = fromEnvironment(environment, 'NO_PROXY')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((exception) => exception !== '');
  return {
    url: withScheme(url),
    origin: 'HTTPS_PROXY',
    isFor: (endpoint) =>
      isRemote(endpoint) && !exceptions.some((exception) => isException(exception, endpoint)),
  };
}

/** Whether one entry of NO_PROXY (`*`, a name, an address or a network, all but the last with an optional port) matches. */
function isException(exception: string, { hostname, port }: URL): boolean {
  if (exception === '*') return true;
  const host = hostname.replace(/^\[|\]$/g, '');
  const [network = '', length] = exception.split('/');
  if (isIP(network) !== 0) return isInNetwork(host, network, length);
  const [, name = '', onlyPort] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(exception) ?? [];
  if (onlyPort !== undefined && onlyPort !== (port === '' ? '443' : port)) return false;
  const domain = name.replace(/^\*?\.?/, '');
  return host === domain || (isIP(host) === 0 && host.endsWith(`.${domain}`));
}

/** Whether a host is an address in a network with this prefix length; without one, the address itself. */
function isInNetwork(host: string, network: string, length: string | undefined): boolean {
  const family = isIP(host);
  const bits = family === 6 ? 128 : 32;
  const prefix = Number(length ?? bits);
  if (family === 0 || family !== isIP(network) || !(prefix <= bits)) return false;
  const name = family === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  list.addSubnet(network, prefix, name);
  return list.check(host, name);
}
