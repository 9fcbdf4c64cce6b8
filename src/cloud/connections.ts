import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { SecureContext } from 'node:tls';
import { Agent, buildConnector, type Dispatcher, Pool, ProxyAgent } from 'undici';
import type { ProjectConfig } from '../config/config.ts';
import { errorCode } from '../errors.ts';
import { withoutContinue } from './continue.ts';
import { type ChosenProxy, chooseProxy } from './proxy.ts';

export interface Connections {
  readonly isProxied: (endpoint: URL) => boolean;
  /** Rejects with a one-line Error if the proxy's URL or the CA file cannot be used. */
  readonly to: (endpoint: URL) => Promise<Dispatcher>;
  /** Reads the CA file again for the next request, as after a certificate was not trusted. */
  readonly reload: () => void;
  readonly close: () => Promise<void>;
}

export interface ConnectionOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Connections per host. */
  readonly perHost: number;
  readonly timeoutMs: number;
}

// A token is a header of 5 to 9 KB, and may grow; the default limit is 16 KiB.
const MAX_HEADER_BYTES = 64 * 1024;
const LONGEST_CONNECT_MS = 10_000;

const BEGIN_CERTIFICATE = /(?=-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----)/;

/** Reads the certificates of a PEM file. Node silently skips those it cannot parse. */
async function readAuthorities(path: string): Promise<readonly string[]> {
  const problem = (what: string): Error => new Error(`ca_file ${path} ${what}`);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw problem(`cannot be read (${errorCode(error)}); check the path and its permissions`);
  });
  const certificates = text.split(BEGIN_CERTIFICATE).filter((part) => part.startsWith('-----BEGIN'));
  if (certificates.length === 0) throw problem('contains no certificate in PEM format; convert it');
  for (const [index, certificate] of certificates.entries()) {
    try {
      new X509Certificate(certificate);
    } catch {
      throw problem(
        `is damaged: certificate ${index + 1} of ${certificates.length} cannot be read; replace it`,
      );
    }
  }
  return certificates;
}

type Connector = buildConnector.connector;

const skippingContinue =
  (connect: Connector): Connector =>
  (options, callback) =>
    connect(options, (...[error, socket]) => {
      if (error === null) callback(null, withoutContinue(socket));
      else callback(error, null);
    });

/** Trusts these authorities as well. Loads TLS only now, as not to delay the start. */
const trusting = (authorities: readonly string[]): SecureContext => {
  const { createSecureContext, getCACertificates } = process.getBuiltinModule('node:tls');
  return createSecureContext({ ca: [...getCACertificates('default'), ...authorities] });
};

type Dispatchers = ReturnType<typeof openDispatchers>;

function openDispatchers(
  proxy: ChosenProxy | undefined,
  { timeoutMs, perHost }: ConnectionOptions,
  authorities: readonly string[],
) {
  const tls = {
    timeout: Math.min(LONGEST_CONNECT_MS, timeoutMs),
    // Explicit, so that NODE_TLS_REJECT_UNAUTHORIZED cannot turn it off.
    rejectUnauthorized: true,
    ...(authorities.length > 0 && { secureContext: trusting(authorities) }),
  };
  // Each request has its own timeout, from its first byte to its last.
  const limits = { allowH2: false, maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: 0, bodyTimeout: 0 };
  const pool = { ...limits, connections: perHost };
  return {
    authorities,
    direct: new Agent({ ...pool, connect: skippingContinue(buildConnector({ ...tls, allowH2: false })) }),
    proxied:
      proxy &&
      new ProxyAgent({
        ...pool,
        uri: proxyUrlOf(proxy),
        requestTls: tls,
        proxyTls: tls,
        // Undici uses its own defaults for connections to the proxy.
        clientFactory: (origin, given) => new Pool(origin, { ...limits, ...given }),
        factory: (origin, given) => {
          const { connect } = given as { readonly connect: Connector };
          return new Pool(origin, { ...given, connect: skippingContinue(connect) });
        },
      }),
  };
}

/** The URL of a proxy if it is valid. The error does not contain it, as it may include a password. */
function proxyUrlOf({ url, origin }: ChosenProxy): string {
  try {
    const { protocol, username, password } = new URL(url);
    decodeURIComponent(username + password);
    if (protocol === 'http:' || protocol === 'https:') return url;
  } catch {
    // Reported below.
  }
  throw new Error(
    `the URL of the proxy (${origin}) cannot be used; it must be http://HOST:PORT or https://HOST:PORT`,
  );
}

/** The connections of a project; nothing is read or connected before the first request. */
export function createConnections(
  { caFile, proxyUrl }: ProjectConfig,
  options: ConnectionOptions,
): Connections {
  const proxy = chooseProxy(proxyUrl, options.environment);
  let last: Dispatchers | undefined;
  let current: Promise<Dispatchers> | undefined;

  const isProxied = (endpoint: URL): boolean => proxy?.isFor(endpoint) ?? false;

  const open = async (): Promise<Dispatchers> => {
    const authorities = caFile === undefined ? [] : await readAuthorities(caFile);
    if (last?.authorities.join() === authorities.join()) return last;
    // Pending requests end by themselves; a failure to close does not matter.
    Promise.all([last?.direct.close(), last?.proxied?.close()]).catch(() => undefined);
    last = openDispatchers(proxy, options, authorities);
    return last;
  };

  return {
    isProxied,
    to: async (endpoint) => {
      current ??= open();
      const opening = current;
      const { direct, proxied } = await opening.catch((error: unknown) => {
        if (current === opening) current = undefined;
        throw error;
      });
      return (isProxied(endpoint) ? proxied : undefined) ?? direct;
    },
    reload: () => {
      if (caFile !== undefined) current = undefined;
    },
    close: async () => {
      await current?.catch(() => undefined);
      await Promise.all([last?.direct.destroy(), last?.proxied?.destroy()]);
    },
  };
}
