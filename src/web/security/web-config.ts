import { validateHeaderValue } from 'node:http';
import { dirname, resolve } from 'node:path';
import type { SecureVersion } from 'node:tls';
import { readDuration } from '../../config/duration.ts';
import { nearest } from '../../config/suggestion.ts';
import type { Seconds } from '../../domain/quantities.ts';

import {
  CIPHER_SUITES,
  CLIENT_AUTHENTICATIONS,
  type ClientAuthentication,
  CURVES,
  isOfTls13,
  TLS_VERSIONS,
} from './tls-names.ts';
import {
  collectProblems,
  type Located,
  type Mapping,
  nameInPath,
  type Problems,
  readMapping,
} from './yaml-mapping.ts';

/** Where a certificate or key in PEM comes from. Line and setting are for messages. */
export type PemSource = { readonly line: number; readonly setting: string } & (
  | { readonly kind: 'inline'; readonly pem: string }
  | { readonly kind: 'file'; readonly path: string }
);

/** How the server speaks TLS. */
export interface TlsSettings {
  readonly line: number;
  readonly certificate: PemSource;
  readonly key: PemSource;
  readonly clientAuthentication: ClientAuthentication;
  /** Undefined: the authorities that the system trusts. */
  readonly clientAuthorities: PemSource | undefined;
  /** One of these names must stand in the client's certificate; undefined: any will do. */
  readonly clientNames: readonly string[] | undefined;
  /** OpenSSL's names; undefined: the default. */
  readonly cipherSuites: readonly string[] | undefined;
  /** OpenSSL's names, best first; undefined: the default. */
  readonly curves: readonly string[] | undefined;
  readonly minVersion: SecureVersion;
  readonly maxVersion: SecureVersion;
  readonly preferServerOrder: boolean;
}

/** So many requests at once, and one more after each interval. */
export interface RateLimitSettings {
  readonly interval: Seconds;
  readonly burst: number;
}

/** What a web configuration file says, checked. */
export interface WebConfig {
  /** Undefined: plain HTTP. */
  readonly tls: TlsSettings | undefined;
  /** Whether the file asks for HTTP/2, which is accepted and not served. */
  readonly wantsHttp2: boolean;
  /** Headers for every answer. */
  readonly headers: ReadonlyMap<string, string>;
  /** Hashes of bcrypt by user; none: nobody is asked for a password. */
  readonly users: ReadonlyMap<string, string>;
  readonly rateLimit: RateLimitSettings | undefined;
}

/** What reading a web configuration file came to. */
export type WebConfigReading =
  | { readonly ok: true; readonly config: WebConfig }
  /** Each problem is one line with file and line. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** What holds without a file. */
export const PLAIN_WEB_CONFIG: WebConfig = {
  tls: undefined,
  wantsHttp2: false,
  headers: new Map(),
  users: new Map(),
  rateLimit: undefined,
};

const SECTIONS = ['tls_server_config', 'http_server_config', 'basic_auth_users', 'rate_limit'];
const TLS_KEYS = [
  'cert',
  'cert_file',
  'key',
  'key_file',
  'client_auth_type',
  'client_ca',
  'client_ca_file',
  'client_allowed_sans',
  'cipher_suites',
  'curve_preferences',
  'min_version',
  'max_version',
  'prefer_server_cipher_suites',
];
/** The headers that can be set, with their only values where there are such. */
const HEADERS: Readonly<Record<string, readonly string[]>> = {
  'Content-Security-Policy': [],
  'Strict-Transport-Security': [],
  'X-Content-Type-Options': ['nosniff'],
  'X-Frame-Options': ['deny', 'sameorigin'],
  'X-XSS-Protection': [],
};
const BCRYPT = /^\$2[aby]\$(?<cost>\d\d)\$[./A-Za-z0-9]{53}$/;
const CHEAPEST_HASH = 4;
/** Each step doubles the time; at 18 a comparison takes some 20 seconds. */
const DEAREST_HASH = 18;

const known = <Value>(
  problems: Problems,
  { value, line }: Located<string>,
  path: string,
  table: Readonly<Record<string, Value>>,
): Value | undefined => {
  if (Object.hasOwn(table, value)) return table[value];
  const names = Object.keys(table);
  const meant = nearest(value, names);
  const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  const shown = JSON.stringify(value.slice(0, 60));
  problems.report(line, path, `${shown} is unknown${hint}; allowed: ${names.join(', ')}`);
  return undefined;
};

const CLIENT_AUTHENTICATION_TABLE: Readonly<Record<string, ClientAuthentication>> = Object.fromEntries(
  // The older name is what some files still say.
  [...CLIENT_AUTHENTICATIONS.map((name) => [name, name]), ['RequireClientCert', 'RequireAnyClientCert']],
);

const readTls = (section: Mapping, problems: Problems, directory: string): TlsSettings | undefined => {
  const path = (key: string): string => `tls_server_config.${key}`;

  const pem = (key: string): PemSource | undefined => {
    const inline = section.text(key);
    const file = section.text(`${key}_file`);
    if (inline !== undefined && file !== undefined) {
      problems.report(
        file.line,
        path(`${key}_file`),
        `${key} and ${key}_file are both given; allowed: one of them`,
      );
    }
    if (file !== undefined) {
      const setting = path(`${key}_file`);
      return { kind: 'file', path: resolve(directory, file.value), line: file.line, setting };
    }
    return inline && { kind: 'inline', pem: inline.value, line: inline.line, setting: path(key) };
  };
  const needed = (key: string): PemSource | undefined => {
    const source = pem(key);
    if (source === undefined) {
      problems.report(section.line, 'tls_server_config', `${key}_file is missing; allowed: a file in PEM`);
    }
    return source;
  };
  const choice = <Value>(key: string, table: Readonly<Record<string, Value>>, otherwise: Value): Value => {
    const chosen = section.text(key);
    return (chosen && known(problems, chosen, path(key), table)) ?? otherwise;
  };
  const choices = (key: string, table: Readonly<Record<string, string>>): readonly string[] | undefined => {
    const chosen = section.texts(key)?.value;
    if (chosen === undefined || chosen.length === 0) return undefined;
    return chosen.flatMap((item) => known(problems, item, path(key), table) ?? []);
  };

  const certificate = needed('cert');
  const key = needed('key');
  const clientAuthentication = choice<ClientAuthentication>(
    'client_auth_type',
    CLIENT_AUTHENTICATION_TABLE,
    'NoClientCert',
  );
  const clientAuthorities = pem('client_ca');
  const names = section.texts('client_allowed_sans');
  if (clientAuthorities !== undefined && clientAuthentication === 'NoClientCert') {
    problems.report(
      clientAuthorities.line,
      clientAuthorities.setting,
      'without client_auth_type no client is asked for a certificate; allowed: client_auth_type RequireAndVerifyClientCert beside it',
    );
  }
  if (names !== undefined && !clientAuthentication.startsWith('Require')) {
    problems.report(
      names.line,
      path('client_allowed_sans'),
      'a client may come without a certificate; allowed: client_auth_type RequireAndVerifyClientCert or RequireAnyClientCert beside it',
    );
  }
  const minVersion = choice('min_version', TLS_VERSIONS, 'TLSv1.2');
  const maxVersion = choice('max_version', TLS_VERSIONS, 'TLSv1.3');
  if (minVersion > maxVersion) {
    const line = (section.text('max_version') ?? section.text('min_version') ?? section).line;
    problems.report(line, path('max_version'), 'is older than min_version; allowed: the same or newer');
  }
  const cipherSuites = choices('cipher_suites', CIPHER_SUITES);
  if (maxVersion !== 'TLSv1.3' && cipherSuites?.every(isOfTls13)) {
    const line = section.texts('cipher_suites')?.line;
    problems.report(
      line,
      path('cipher_suites'),
      'all suites are of TLS 1.3, which max_version shuts out; allowed: a suite of TLS 1.2 among them',
    );
  }
  const settings = {
    line: section.line,
    clientAuthentication,
    clientAuthorities,
    clientNames: names?.value.map(({ value }) => value),
    cipherSuites,
    curves: choices('curve_preferences', CURVES),
    minVersion,
    maxVersion,
    preferServerOrder: section.flag('prefer_server_cipher_suites')?.value ?? true,
  };
  return certificate && key && { ...settings, certificate, key };
};

const isHeaderValue = (name: string, value: string): boolean => {
  try {
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
};

const readHeaders = (section: Mapping, problems: Problems): ReadonlyMap<string, string> => {
  const names = Object.keys(HEADERS);
  const headers = section.mapping('headers', names);
  const found = new Map<string, string>();
  for (const name of names) {
    const header = headers?.text(name);
    if (header === undefined) continue;
    const path = `http_server_config.headers.${name}`;
    const allowed = HEADERS[name] ?? [];
    if (allowed.length > 0 && !allowed.includes(header.value)) {
      problems.report(header.line, path, `the value is unknown; allowed: ${allowed.join(', ')}`);
    } else if (!isHeaderValue(name, header.value)) {
      problems.report(header.line, path, 'the value cannot be sent; allowed: one line of Latin-1 characters');
    }
    found.set(name, header.value);
  }
  return found;
};

const readUsers = (root: Mapping, problems: Problems): ReadonlyMap<string, string> => {
  const users = new Map<string, string>();
  for (const { name, value, line } of root.textsByName('basic_auth_users')) {
    // What is wrong here is never shown: it may be a password.
    const path = `basic_auth_users.${nameInPath(name)}`;
    const cost = Number(BCRYPT.exec(value)?.groups?.['cost']);
    if (name === '' || name.includes(':')) {
      problems.report(line, 'basic_auth_users', 'a user name is empty or has a colon; allowed: neither');
    } else if (Number.isNaN(cost)) {
      problems.report(
        line,
        path,
        'the value is not a hash of bcrypt; allowed: what `htpasswd -nBC 10 "" | tr -d \':\\n\'` prints',
      );
    } else if (cost < CHEAPEST_HASH || cost > DEAREST_HASH) {
      problems.report(
        line,
        path,
        `the cost of the hash is ${cost}; allowed: ${CHEAPEST_HASH} to ${DEAREST_HASH}, such as 10`,
      );
    }
    users.set(name, value);
  }
  return users;
};

const readRateLimit = (root: Mapping, problems: Problems): RateLimitSettings | undefined => {
  const section = root.mapping('rate_limit', ['interval', 'burst']);
  const interval = section?.word('interval');
  const burst = section?.integer('burst');
  if (section === undefined || interval === undefined) return undefined;
  const reading = readDuration(interval.value);
  if (!reading.ok) {
    problems.report(
      interval.line,
      'rate_limit.interval',
      `${JSON.stringify(interval.value.slice(0, 60))} ${reading.wrong}; allowed: a duration such as 100ms or 1s, 0 for no limit`,
    );
    return undefined;
  }
  if (reading.value === 0) return undefined;
  if (burst === undefined || burst.value < 1) {
    problems.report(
      burst?.line ?? section.line,
      'rate_limit.burst',
      'without it no request at all is let in; allowed: a whole number from 1',
    );
  }
  return { interval: reading.value, burst: burst?.value ?? 1 };
};

/**
 * Reads a web configuration file in the format of the Prometheus exporter-toolkit. All mistakes are found
 * at once. Relative paths begin at the directory of `file`. An empty text is plain HTTP without passwords.
 */
export const readWebConfig = (text: string, file: string): WebConfigReading => {
  const problems = collectProblems(file);
  const root = readMapping(text, SECTIONS, problems);
  let config = PLAIN_WEB_CONFIG;
  if (root !== undefined) {
    const tls = root.mapping('tls_server_config', TLS_KEYS);
    const http = root.mapping('http_server_config', ['http2', 'headers']);
    config = {
      tls: tls?.isEmpty === false ? readTls(tls, problems, dirname(file)) : undefined,
      wantsHttp2: http?.flag('http2')?.value ?? false,
      headers: http === undefined ? new Map() : readHeaders(http, problems),
      users: readUsers(root, problems),
      rateLimit: readRateLimit(root, problems),
    };
  }
  const found = problems.list();
  return found.length === 0 ? { ok: true, config } : { ok: false, problems: found };
};
