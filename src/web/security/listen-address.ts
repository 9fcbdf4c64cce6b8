import { isIP, isIPv6 } from 'node:net';

/** Without a host: all addresses of the machine. Port 0: a free port. */
export interface ListenAddress {
  readonly host: string | undefined;
  readonly port: number;
}

const HOST_NAME = /^(?!-)[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?$/;
const DOTTED_NUMBERS = /^[0-9.]+$/;
const BRACKETED = /^\[(?<host>[^\]]*)\](?::(?<port>.*))?$/;
const FORMS = 'write ":10045", "host:10045" or "[::1]:10045"';

const refusal = (text: string, reason: string): Error =>
  new Error(`listen address ${JSON.stringify(text)} ${reason}; ${FORMS}`);

const split = (text: string): { host: string; port: string | undefined; bracketed: boolean } => {
  const bracketed = BRACKETED.exec(text)?.groups;
  if (bracketed !== undefined) {
    return { host: bracketed['host'] ?? '', port: bracketed['port'], bracketed: true };
  }
  const colon = text.lastIndexOf(':');
  return colon === -1
    ? { host: text, port: undefined, bracketed: false }
    : { host: text.slice(0, colon), port: text.slice(colon + 1), bracketed: false };
};

const checkHost = (text: string, host: string, bracketed: boolean): void => {
  if (bracketed) {
    if (!isIPv6(host)) throw refusal(text, 'has no IPv6 address between the brackets');
    return;
  }
  if (host.includes(':')) {
    throw refusal(
      text,
      isIP(text) === 0 ? 'has too many colons' : 'is an IPv6 address without brackets and port',
    );
  }
  const plausible = DOTTED_NUMBERS.test(host) ? isIP(host) === 4 : HOST_NAME.test(host);
  if (host !== '' && !plausible) throw refusal(text, 'has no valid host');
};

/** Parses `:10045`, `host:10045`, `[::1]:10045` or `:0`. Throws a one-line Error for anything else. */
export const parseListenAddress = (text: string): ListenAddress => {
  const { host, port, bracketed } = split(text);
  if (text === '') throw refusal(text, 'is empty');
  if (port === undefined || port === '') throw refusal(text, 'has no port');
  checkHost(text, host, bracketed);
  if (!/^[0-9]{1,5}$/.test(port) || Number(port) > 65_535) {
    throw refusal(text, 'has a port that is not a number from 0 to 65535');
  }
  return { host: host === '' ? undefined : host, port: Number(port) };
};

/** Formats an address for {@link parseListenAddress}: `127.0.0.1:10045`, `[::]:10045`, `:10045`. */
export const formatAddress = ({ host, port }: ListenAddress): string => {
  if (host === undefined) return `:${port}`;
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
};
