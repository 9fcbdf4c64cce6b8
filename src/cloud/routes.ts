import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import type { Dispatcher } from 'undici';
// All of undici brings fetch, WebSocket, caches and mocks along: a tenth of the time to start, and 3 MB for as long as
// the process lives. Only a proxy needs more than this part of it.
import Agent from 'undici/lib/dispatcher/agent.js';
import { chooseProxy, type ProxyChoice } from './proxy.ts';

/** Which way a request takes: to the cloud, or to the metadata service of the machine, never through a proxy. */
export type Route = 'cloud' | 'metadata';

/** The connections of one project. */
export interface Routes {
  /** Whether requests to the cloud may go through a proxy. */
  readonly proxied: boolean;
  /** Rejects with a one-line Error when the proxy's URL or the file of certificate authorities cannot be used. */
  readonly dispatcher: (route: Route) => Promise<Dispatcher>;
  /** To be called when a certificate was not trusted: the file is read anew for the next request. */
  readonly distrusted: () => void;
  readonly close: () => Promise<void>;
}

/** What the connections of a project depend on. */
export interface RouteOptions {
  readonly caFile: string | undefined;
  readonly proxyUrl: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Connections at once to one host. */
  readonly connections: number;
  readonly requestTimeoutMs: number;
}

// A token comes in a header of 5 to 9 KB, and may grow; the default limit is 16 KiB.
const MAX_HEADER_BYTES = 64 * 1024;
const LONGEST_CONNECT_MS = 10_000;

async function readAuthorities(path: string): Promise<string> {
  const problem = (what: string): Error => new Error(`ca_file ${path} ${what}`);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw problem(`cannot be read (${error instanceof Error && 'code' in error ? error.code : 'unknown'})`);
  });
  try {
    new X509Certificate(text);
  } catch {
    throw problem('holds no certificate in PEM form');
  }
  return text;
}

const trusting = (authorities: string | undefined): SecureContext | undefined =>
  authorities === undefined
    ? undefined
    : createSecureContext({ ca: [...getCACertificates('default'), authorities] });

async function openDispatcher(
  proxy: ProxyChoice,
  options: RouteOptions,
  authorities: string | undefined,
): Promise<Dispatcher> {
  const secureContext = trusting(authorities);
  const connect = {
    timeout: Math.min(LONGEST_CONNECT_MS, options.requestTimeoutMs),
    ...(secureContext === undefined ? {} : { secureContext }),
  };
  const limits = {
    allowH2: false,
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: options.requestTimeoutMs,
    bodyTimeout: options.requestTimeoutMs,
  };
  const direct = { ...limits, connections: options.connections, connect };
  if (proxy.use === 'none') return new Agent(direct);

  const { EnvHttpProxyAgent, Pool, ProxyAgent } = await import('undici');
  const common = {
    ...direct,
    requestTls: connect,
    proxyTls: connect,
    // Undici gives its own defaults to the connections between here and the proxy.
    clientFactory: (origin: URL, given: object) => new Pool(origin, { ...limits, ...given }),
    factory: (origin: string | URL, given: object) => new Pool(origin, { ...limits, ...given }),
  };
  switch (proxy.use) {
    case 'always':
      return new ProxyAgent({ ...common, uri: proxy.url });
    case 'https':
      // Empty texts keep undici from looking into the environment itself.
      return new EnvHttpProxyAgent({
        ...common,
        httpProxy: '',
        httpsProxy: proxy.url,
        noProxy: proxy.except,
      });
    default:
      return proxy satisfies never;
  }
}

async function createDispatcher(
  proxy: ProxyChoice,
  options: RouteOptions,
  authorities: string | undefined,
): Promise<Dispatcher> {
  try {
    return await openDispatcher(proxy, options, authorities);
  } catch {
    // The error of a URL that cannot be used may hold the password in it.
    throw new Error(
      `the URL of the proxy (${proxy.use === 'always' ? 'proxy_url' : 'HTTPS_PROXY'}) cannot be used`,
    );
  }
}

/** Opens the ways of a project; nothing is read or connected before the first request. */
export function createRoutes(options: RouteOptions): Routes {
  const proxy = chooseProxy(options.proxyUrl, options.environment);
  let cloud: { readonly authorities: string | undefined; readonly dispatcher: Dispatcher } | undefined;
  let metadata: Promise<Dispatcher> | undefined;
  let reading: Promise<Dispatcher> | undefined;
  let trusted = false;

  const openCloud = async (): Promise<Dispatcher> => {
    const authorities = options.caFile === undefined ? undefined : await readAuthorities(options.caFile);
    if (cloud !== undefined && cloud.authorities !== authorities) {
      // Requests under way end by themselves; a failure to close concerns nobody.
      cloud.dispatcher.close().catch(() => undefined);
      cloud = undefined;
    }
    cloud ??= { authorities, dispatcher: await createDispatcher(proxy, options, authorities) };
    trusted = true;
    return cloud.dispatcher;
  };

  return {
    proxied: proxy.use !== 'none',
    dispatcher: (route) => {
      if (route === 'metadata') {
        metadata ??= createDispatcher({ use: 'none' }, options, undefined);
        return metadata;
      }
      if (trusted && cloud !== undefined) return Promise.resolve(cloud.dispatcher);
      reading ??= openCloud().finally(() => {
        reading = undefined;
      });
      return reading;
    },
    distrusted: () => {
      if (options.caFile !== undefined) trusted = false;
    },
    close: async () => {
      await reading?.catch(() => undefined);
      await Promise.all([cloud?.dispatcher.destroy(), (await metadata)?.destroy()]);
    },
  };
}
