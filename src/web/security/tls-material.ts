import { constants, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext, getCACertificates, type TlsOptions } from 'node:tls';
import { formatProblem } from '../../config/problem.ts';
import { errorCode, errorMessage } from '../../errors.ts';
import { readText } from '../../files/read-text.ts';
import type { ClientPolicy } from './client-certificate.ts';
import { CIPHER_SUITES, isOfTls13, TLS13_SUITES } from './tls-names.ts';
import type { PemSource, TlsSettings } from './web-config.ts';

/** Options for a TLS server. */
export interface TlsInForce {
  /** For `tls.createServer`. Rejects only a missing or untrusted certificate, if one is required. */
  readonly options: TlsOptions;
  readonly clients: ClientPolicy;
}

/** An invalid web configuration file. Each problem is one line with file and line. */
export class WebConfigError extends Error {
  override readonly name = 'WebConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(problems.join('\n'), options);
    this.problems = problems;
  }
}

const MAX_PEM_BYTES = 4 * 1024 * 1024;
const CERTIFICATE = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]*-----END[^-]*-----/g;

/** A mistake in a setting; the message follows its path. */
class SettingError extends Error {
  readonly at: { readonly line: number; readonly setting: string };

  constructor(at: SettingError['at'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.at = at;
  }
}

const nameOf = (source: PemSource): string => (source.kind === 'file' ? source.path : 'the text');

const readPem = async (source: PemSource): Promise<string> => {
  if (source.kind === 'inline') return source.pem;
  try {
    return await readText(source.path, MAX_PEM_BYTES, source.path);
  } catch (error) {
    throw new SettingError(source, errorMessage(error), { cause: error });
  }
};

const parseCertificates = (source: PemSource, pem: string): readonly X509Certificate[] => {
  const blocks = pem.match(CERTIFICATE) ?? [];
  if (blocks.length === 0) {
    throw new SettingError(source, `${nameOf(source)} contains no certificate; expected PEM certificates`);
  }
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch (error) {
    const message = `${nameOf(source)} contains an unreadable certificate; expected PEM certificates`;
    throw new SettingError(source, message, { cause: error });
  }
};

const parseKey = (source: PemSource, pem: string): KeyObject => {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    const message = `${nameOf(source)} contains no readable private key; expected a PEM key without a passphrase`;
    throw new SettingError(source, message, { cause: error });
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
  const { clientAuthentication, clientAuthorities } = settings;
  if (clientAuthorities !== undefined) {
    const pem = await readPem(clientAuthorities);
    return parseCertificates(clientAuthorities, pem).map((certificate) => certificate.toString());
  }
  const verifies = clientAuthentication.includes('Verify');
  return verifies ? getCACertificates('system') : undefined;
};

const optionsOf = async (settings: TlsSettings): Promise<TlsOptions> => {
  const { certificate, key, clientAuthentication, curves } = settings;
  const certificatePem = await readPem(certificate);
  const keyPem = await readPem(key);
  const [leaf] = parseCertificates(certificate, certificatePem);
  if (leaf?.checkPrivateKey(parseKey(key, keyPem)) !== true) {
    throw new SettingError(
      key,
      `${nameOf(key)} is not the key of the certificate in ${nameOf(certificate)}; expected the key that belongs to it`,
    );
  }
  const ca = await readAuthorities(settings);
  return {
    cert: certificatePem,
    key: keyPem,
    ...(ca && { ca }),
    ciphers: cipherList(settings),
    ...(curves && { ecdhCurve: curves.join(':') }),
    minVersion: settings.minVersion,
    maxVersion: settings.maxVersion,
    honorCipherOrder: settings.preferServerOrder,
    requestCert: clientAuthentication !== 'NoClientCert',
    rejectUnauthorized: clientAuthentication === 'RequireAndVerifyClientCert',
    ALPNProtocols: ['http/1.1'],
    // A resumed session would follow the rules and authorities of an earlier handshake.
    secureOptions: constants.SSL_OP_NO_TICKET,
  };
};

/**
 * Reads the configured files and checks that they match. `file` is for messages. Rejects with a {@link WebConfigError}.
 */
export const readTls = async (settings: TlsSettings, file: string): Promise<TlsInForce> => {
  try {
    const options = await optionsOf(settings);
    createSecureContext(options);
    const clients = { authentication: settings.clientAuthentication, names: settings.clientNames };
    return { options, clients };
  } catch (error) {
    const [{ line, setting: path }, message] =
      error instanceof SettingError
        ? [error.at, error.message]
        : [
            { line: settings.line, setting: 'tls_server_config' },
            `the settings do not work together (${errorCode(error)}); expected a key of 2048 bits or more, suites and curves that fit it`,
          ];
    throw new WebConfigError([formatProblem({ file, line, path, message: `${path}: ${message}` })], {
      cause: error,
    });
  }
};

export const tlsFiles = (settings: TlsSettings | undefined): readonly string[] =>
  [settings?.certificate, settings?.key, settings?.clientAuthorities].flatMap((source) =>
    source?.kind === 'file' ? [source.path] : [],
  );
