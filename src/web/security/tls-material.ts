import { constants, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext, getCACertificates, type TlsOptions } from 'node:tls';
import { errorCode, errorMessage } from '../../errors.ts';
import { readText } from '../../files/read-text.ts';
import { CIPHER_SUITES, isOfTls13, TLS13_SUITES } from './tls-names.ts';
import { type PemSource, type TlsSettings, WebConfigError } from './web-config.ts';

const MAX_PEM_BYTES = 4 * 1024 * 1024;
const CERTIFICATE = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]*-----END[^-]*-----/g;

const nameOf = ({ file = 'the text' }: PemSource): string => file;

const mistake = (source: PemSource, wrong: string): WebConfigError =>
  new WebConfigError([`${source.at}: ${nameOf(source)} ${wrong}`]);

const readPem = async ({ at, text = '', file }: PemSource): Promise<string> => {
  if (file === undefined) return text;
  return readText(file, MAX_PEM_BYTES, `${at}: ${file}`).catch((error: unknown) => {
    throw new WebConfigError([errorMessage(error)]);
  });
};

const parseCertificates = (source: PemSource, pem: string): readonly X509Certificate[] => {
  const blocks = pem.match(CERTIFICATE) ?? [];
  if (blocks.length === 0) throw mistake(source, 'contains no certificate; expected PEM certificates');
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    throw mistake(source, 'contains an unreadable certificate; expected PEM certificates');
  }
};

const parseKey = (source: PemSource, pem: string): KeyObject => {
  try {
    return createPrivateKey(pem);
  } catch {
    throw mistake(source, 'contains no readable private key; expected a PEM key without a passphrase');
  }
};

const cipherList = ({ cipherSuites, minVersion }: TlsSettings): string => {
  const chosen = cipherSuites ?? Object.values(CIPHER_SUITES);
  const older = chosen.filter((name) => !isOfTls13(name));
  // OpenSSL allows TLS 1.0 and 1.1 only at the lowest security level.
  const level = minVersion < 'TLSv1.2' ? ['@SECLEVEL=0'] : [];
  return [...TLS13_SUITES, ...older, ...level].join(':');
};

const readAuthorities = async (settings: TlsSettings): Promise<string[] | undefined> => {
  const { clientAuthentication, clientAuthorities: source } = settings;
  if (source.text === undefined && source.file === undefined) {
    return clientAuthentication.includes('Verify') ? getCACertificates('system') : undefined;
  }
  return parseCertificates(source, await readPem(source)).map((certificate) => certificate.toString());
};

/** Reads the configured files and checks that they match. Rejects with a {@link WebConfigError}. */
export const readTls = async (settings: TlsSettings): Promise<TlsOptions> => {
  const { certificate, key, clientAuthentication, curves } = settings;
  const certificatePem = await readPem(certificate);
  const keyPem = await readPem(key);
  const [leaf] = parseCertificates(certificate, certificatePem);
  if (leaf?.checkPrivateKey(parseKey(key, keyPem)) !== true) {
    const wrong = `is not the key of the certificate in ${nameOf(certificate)}`;
    throw mistake(key, `${wrong}; expected the key that belongs to it`);
  }
  const ca = await readAuthorities(settings);
  const options: TlsOptions = {
    cert: certificatePem,
    key: keyPem,
    ...(ca && { ca }),
    ciphers: cipherList(settings),
    ...(curves && { ecdhCurve: curves.join(':') }),
    minVersion: settings.minVersion,
    maxVersion: settings.maxVersion,
    honorCipherOrder: settings.preferServerOrder,
    requestCert: clientAuthentication !== 'NoClientCert',
    // Other requirements are checked once the client has connected.
    rejectUnauthorized: clientAuthentication === 'RequireAndVerifyClientCert',
    ALPNProtocols: ['http/1.1'],
    // A resumed session would follow the rules and authorities of an earlier handshake.
    secureOptions: constants.SSL_OP_NO_TICKET,
  };
  try {
    createSecureContext(options);
  } catch (error) {
    const wrong = `the settings do not work together (${errorCode(error)})`;
    const expected = 'a key of 2048 bits or more, suites and curves that fit it';
    throw new WebConfigError([`${settings.at}: ${wrong}; expected ${expected}`]);
  }
  return options;
};

export const tlsFiles = ({ certificate, key, clientAuthorities }: TlsSettings): readonly string[] =>
  [certificate, key, clientAuthorities].flatMap(({ file }) => file ?? []);
