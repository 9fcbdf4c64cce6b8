import type { X509Certificate } from 'node:crypto';
import { isIPv6, SocketAddress } from 'node:net';
import type { TlsSettings } from './web-config.ts';

const ALTERNATIVE_NAME = /(?:^|, )(?<type>[A-Za-z ]+):(?<value>"(?:[^"\\]|\\.)*"|[^",]*)/gy;
const COMPARED_TYPES = new Set(['DNS', 'email', 'URI', 'IP Address']);

const unquoted = (value: string): string => (value.startsWith('"') ? String(JSON.parse(value)) : value);

const canonical = (name: string): string =>
  isIPv6(name) ? new SocketAddress({ address: name, family: 'ipv6' }).address : name;

/**
 * The DNS names, mail addresses, URIs and IP addresses in a certificate. Format: Node's
 * `X509Certificate.subjectAltName`, which quotes ambiguous values.
 */
export const alternativeNames = (subjectAltName: string): readonly string[] => {
  const names: string[] = [];
  let read = 0;
  for (const match of subjectAltName.matchAll(ALTERNATIVE_NAME)) {
    read += match[0].length;
    const { type = '', value = '' } = match.groups ?? {};
    if (COMPARED_TYPES.has(type)) names.push(canonical(unquoted(value)));
  }
  // An ambiguous part makes all of them unreliable.
  return read === subjectAltName.length ? names : [];
};

const hasName = (certificate: X509Certificate, allowed: readonly string[]): boolean => {
  const names = alternativeNames(certificate.subjectAltName ?? '');
  return allowed.some((name) => names.includes(canonical(name)));
};

/**
 * Why a client is refused, by the rules of Go's crypto/tls; undefined if it is accepted. `isVerified`: its certificate
 * chains to a trusted authority and is valid now, for a client.
 */
export const whyNotAdmitted = (
  { clientAuthentication, clientNames }: TlsSettings,
  certificate: X509Certificate | undefined,
  isVerified: boolean,
): string | undefined => {
  const missing = certificate === undefined ? 'the client has no certificate' : undefined;
  const unverified = isVerified ? undefined : 'the client certificate is not trusted';
  const isNamed = certificate === undefined || clientNames === undefined || hasName(certificate, clientNames);
  const unnamed = isNamed ? undefined : 'the client certificate has none of the allowed names';
  switch (clientAuthentication) {
    case 'NoClientCert':
    case 'RequestClientCert':
      return undefined;
    case 'RequireAnyClientCert':
      return missing ?? unnamed;
    case 'VerifyClientCertIfGiven':
      return certificate && unverified;
    case 'RequireAndVerifyClientCert':
      return missing ?? unverified ?? unnamed;
    default:
      return clientAuthentication satisfies never;
  }
};
