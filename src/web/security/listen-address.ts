import { isIP, isIPv6 } from 'node:net';

/** Without a host: all addresses of the machine. Port 0: a free port. */
export interface ListenAddress {
  readonly host: string | undefined;
  readonly port: number;
}

const ADDRESS = /^(?:\[(?<ipv6>[^\]]*)\]|(?<name>.*?))(?::(?<port>[^:]*))?$/s;
const HOST_NAME = /^(?!-)[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?$/;
const DOTTED_NUMBERS = /^[0-9.]+$/;

const isHost = (name: string): boolean =>
  DOTTED_NUMBERS.test(name) ? isIP(name) === 4 : HOST_NAME.test(name);

const isPort = (port: string): boolean => /^[0-9]{1,5}$/.test(port) && Number(port) <= 65_535;

const whyNot = (text: string, ipv6: string | undefined, name: string, port: string): string | undefined => {
  if (text === '') return 'is empty';
  if (port === '') return 'has no port';
  if (ipv6 !== undefined && !isIPv6(ipv6)) return 'has no IPv6 address between the brackets';
  if (name.includes(':'))
    return isIP(text) === 0 ? 'has too many colons' : 'is an IPv6 address without brackets and port';
  if (name !== '' && !isHost(name)) return 'has no valid host';
  return isPort(port) ? undefined : 'needs a port from 0 to 65535';
};

/** Parses `:10045`, `host:10045`, `[::1]:10045` or `:0`. Throws a one-line Error for anything else. */
export const parseListenAddress = (text: string): ListenAddress => {
  const { ipv6, name = '', port = '' } = ADDRESS.exec(text)?.groups ?? {};
  const reason = whyNot(text, ipv6, name, port);
  if (reason === undefined) return { host: ipv6 ?? (name || undefined), port: Number(port) };
  const forms = 'write ":10045", "host:10045" or "[::1]:10045"';
  throw new Error(`listen address ${JSON.stringify(text)} ${reason}; ${forms}`);
};

/** Formats an address for {@link parseListenAddress}: `127.0.0.1:10045`, `[::]:10045`, `:10045`. */
export const formatAddress = ({ host, port }: ListenAddress): string => {
  if (host === undefined) return `:${port}`;
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
};
