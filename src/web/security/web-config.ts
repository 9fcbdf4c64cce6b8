import { validateHeaderValue } from 'node:http';
import { dirname, resolve } from 'node:path';
import type { SecureVersion } from 'node:tls';
import { z } from 'zod';
import { evenWithMistakes, keyRule, reportAt, withRules } from '../../config/cross-checks.ts';
import { durationText } from '../../config/duration.ts';
import { parseFile } from '../../config/parse-file.ts';
import { formatProblem, pathText, type SettingPath } from '../../config/problem.ts';
import { filePath, noted, wholeNumber } from '../../config/setting.ts';
import type { Seconds } from '../../domain/quantities.ts';

import {
  CIPHER_SUITES,
  CLIENT_AUTHENTICATIONS,
  type ClientAuthentication,
  CURVES,
  isOfTls13,
  TLS_VERSIONS,
} from './tls-names.ts';

/** The source of a certificate or key in PEM. Line and setting are for messages. */
export type PemSource = { readonly line: number; readonly setting: string } & (
  | { readonly kind: 'inline'; readonly pem: string }
  | { readonly kind: 'file'; readonly path: string }
);

export interface TlsSettings {
  readonly line: number;
  readonly certificate: PemSource;
  readonly key: PemSource;
  readonly clientAuthentication: ClientAuthentication;
  /** Undefined: the authorities of the system. */
  readonly clientAuthorities: PemSource | undefined;
  /** One of these names must be in the client's certificate; undefined: any certificate. */
  readonly clientNames: readonly string[] | undefined;
  /** OpenSSL's names; undefined: the default. */
  readonly cipherSuites: readonly string[] | undefined;
  /** OpenSSL's names, best first; undefined: the default. */
  readonly curves: readonly string[] | undefined;
  readonly minVersion: SecureVersion;
  readonly maxVersion: SecureVersion;
  readonly preferServerOrder: boolean;
}

/** This many requests at once, and one more after each interval. */
export interface RateLimitSettings {
  readonly interval: Seconds;
  readonly burst: number;
}

/** A validated web configuration. */
export interface WebConfig {
  /** Undefined: plain HTTP. */
  readonly tls: TlsSettings | undefined;
  /** Whether the file enables HTTP/2, which is accepted but not served. */
  readonly wantsHttp2: boolean;
  /** Headers for every response. */
  readonly headers: ReadonlyMap<string, string>;
  /** bcrypt hashes by user; none: no password required. */
  readonly users: ReadonlyMap<string, string>;
  readonly rateLimit: RateLimitSettings | undefined;
}

/** A web configuration, or all its mistakes, each as one line with file and line. */
export type WebConfigResult =
  | { readonly ok: true; readonly config: WebConfig }
  | { readonly ok: false; readonly problems: readonly string[] };

export const PLAIN_WEB_CONFIG: WebConfig = {
  tls: undefined,
  wantsHttp2: false,
  headers: new Map(),
  users: new Map(),
  rateLimit: undefined,
};

const isBlank = (given: unknown): boolean => {
  if (typeof given !== 'object' || given === null) return given === '' || given === null;
  return !Array.isArray(given) && Object.keys(given).length === 0;
};

/** A setting or section that may be missing or empty, as in Go. */
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((given) => (isBlank(given) ? undefined : given), schema.optional());

// Prometheus and its exporters use YAML 1.1, which has more booleans.
const YES_OR_NO = { truthy: ['true', 'yes', 'on', 'y'], falsy: ['false', 'no', 'off', 'n'] };

const flag = () =>
  optional(
    noted(
      z.stringbool({ ...YES_OR_NO, error: 'is neither true nor false' }),
      'true or false',
      'true or false',
    ),
  );

const choice = <Value>(table: Readonly<Record<string, Value>>) =>
  z.enum(Object.keys(table)).transform((name) => table[name] as Value);

/** An empty list is the same as none. */
const choices = (table: Readonly<Record<string, string>>) =>
  optional(z.array(choice(table)).transform((list) => (list.length === 0 ? undefined : list)));

const pem = () => optional(noted(z.string(), 'text', 'a certificate or key in PEM', 'nothing'));

const CLIENT_AUTHENTICATION: Readonly<Record<string, ClientAuthentication>> = {
  ...Object.fromEntries(CLIENT_AUTHENTICATIONS.map((name) => [name, name])),
  // An older name, still in use.
  RequireClientCert: 'RequireAnyClientCert',
};

const tlsSection = withRules(
  z.strictObject({
    cert: pem(),
    cert_file: optional(filePath),
    key: pem(),
    key_file: optional(filePath),
    client_auth_type: optional(choice(CLIENT_AUTHENTICATION)),
    client_ca: pem(),
    client_ca_file: optional(filePath),
    client_allowed_sans: optional(z.array(noted(z.string(), 'text', 'a name in the certificate'))),
    cipher_suites: choices(CIPHER_SUITES),
    curve_preferences: choices(CURVES),
    min_version: optional(choice(TLS_VERSIONS)),
    max_version: optional(choice(TLS_VERSIONS)),
    prefer_server_cipher_suites: flag(),
  }),
  keyRule('exactly one', 'cert', 'cert_file'),
  keyRule('exactly one', 'key', 'key_file'),
  keyRule('at most one', 'client_ca', 'client_ca_file'),
).superRefine((tls, context) => {
  const authentication = tls.client_auth_type ?? 'NoClientCert';
  const authority = tls.client_ca_file === undefined ? 'client_ca' : 'client_ca_file';
  if (tls[authority] !== undefined && authentication === 'NoClientCert') {
    const expected = 'client_auth_type: RequireAndVerifyClientCert';
    reportAt(context, [authority], 'is not used without client_auth_type', { expected });
  }
  if (tls.client_allowed_sans !== undefined && !authentication.startsWith('Require')) {
    const expected = 'client_auth_type: RequireAndVerifyClientCert or RequireAnyClientCert';
    reportAt(context, ['client_allowed_sans'], 'clients without a certificate are accepted regardless', {
      expected,
    });
  }
  const { min_version: min = 'TLSv1.2', max_version: max = 'TLSv1.3' } = tls;
  if (min > max) {
    reportAt(context, ['max_version'], 'is older than min_version', { expected: 'the same or newer' });
  }
  if (max !== 'TLSv1.3' && tls.cipher_suites?.every(isOfTls13)) {
    const wrong = 'all suites are for TLS 1.3, which max_version excludes';
    reportAt(context, ['cipher_suites'], wrong, { expected: 'at least one TLS 1.2 suite' });
  }
});

const isHeaderValue = (value: string): boolean => {
  try {
    validateHeaderValue('Name', value);
    return true;
  } catch {
    return false;
  }
};

const header = () =>
  optional(
    noted(
      z.string().refine(isHeaderValue, { error: 'cannot be sent' }),
      'text',
      'one line of Latin-1 characters',
    ),
  );

const headers = z.strictObject({
  'Content-Security-Policy': header(),
  'Strict-Transport-Security': header(),
  'X-Content-Type-Options': optional(z.enum(['nosniff'])),
  'X-Frame-Options': optional(z.enum(['deny', 'sameorigin'])),
  'X-XSS-Protection': header(),
});

const BCRYPT = /^\$2[aby]\$(?<cost>\d\d)\$[./A-Za-z0-9]{53}$/;
const CHEAPEST_HASH = 4;
/** Each step doubles the time; at 18 a comparison takes about 20 seconds. */
const DEAREST_HASH = 18;

// The value is never shown: it may be a password.
const hash = noted(
  z.string().superRefine((text, context) => {
    const cost = BCRYPT.exec(text)?.groups?.['cost'];
    if (cost === undefined) context.addIssue('is not a bcrypt hash');
    else if (Number(cost) < CHEAPEST_HASH || Number(cost) > DEAREST_HASH) {
      context.addIssue(`is a hash with cost ${Number(cost)}`);
    }
  }),
  'text',
  `a bcrypt hash with cost ${CHEAPEST_HASH} to ${DEAREST_HASH}, as printed by \`htpasswd -nBC 10 "" | tr -d ':\\n'\``,
  'nothing',
);

const users = z.record(z.string(), hash).superRefine((hashes, context) => {
  const wrong = Object.keys(hashes).some((name) => name === '' || name.includes(':'));
  if (wrong) reportAt(context, [], 'a user name is empty or has a colon', { expected: 'neither' });
}, evenWithMistakes);

const rateLimit = z
  .strictObject({
    interval: optional(noted(durationText, 'duration', 'a duration such as 100ms or 1s, or 0 for no limit')),
    burst: optional(wholeNumber(0)),
  })
  .superRefine(({ interval, burst }, context) => {
    if (!interval || (burst ?? 0) > 0) return;
    const wrong = burst === undefined ? 'missing' : 'allows no request';
    reportAt(context, ['burst'], wrong, { expected: 'a whole number from 1' });
  });

const webSchema = optional(
  z.strictObject({
    tls_server_config: optional(tlsSection),
    http_server_config: optional(z.strictObject({ http2: flag(), headers: optional(headers) })),
    basic_auth_users: optional(users),
    rate_limit: optional(rateLimit),
  }),
);

type LineOf = (path: SettingPath) => number;

const readTlsSection = (
  tls: z.output<typeof tlsSection>,
  directory: string,
  lineOf: LineOf,
): TlsSettings | undefined => {
  const source = (key: 'cert' | 'key' | 'client_ca'): PemSource | undefined => {
    const { [key]: inline, [`${key}_file` as const]: file } = tls;
    const path = ['tls_server_config', file === undefined ? key : `${key}_file`];
    const at = { line: lineOf(path), setting: pathText(path) };
    if (file !== undefined) return { ...at, kind: 'file', path: resolve(directory, file) };
    return inline === undefined ? undefined : { ...at, kind: 'inline', pem: inline };
  };
  const certificate = source('cert');
  const key = source('key');
  return (
    certificate &&
    key && {
      line: lineOf(['tls_server_config']),
      certificate,
      key,
      clientAuthentication: tls.client_auth_type ?? 'NoClientCert',
      clientAuthorities: source('client_ca'),
      clientNames: tls.client_allowed_sans,
      cipherSuites: tls.cipher_suites,
      curves: tls.curve_preferences,
      minVersion: tls.min_version ?? 'TLSv1.2',
      maxVersion: tls.max_version ?? 'TLSv1.3',
      preferServerOrder: tls.prefer_server_cipher_suites ?? true,
    }
  );
};

const definedEntries = (values: Readonly<Record<string, string | undefined>>): ReadonlyMap<string, string> =>
  new Map(Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

/**
 * Parses a web configuration file in the format of the Prometheus exporter-toolkit and finds all mistakes. Paths are
 * relative to `file`. An empty text means plain HTTP without passwords.
 */
export const readWebConfig = (text: string, file: string): WebConfigResult => {
  const parsed = parseFile(text, file, webSchema);
  if (!parsed.ok) return { ok: false, problems: parsed.problems.map(formatProblem) };
  const { tls_server_config: tls, http_server_config: http, ...rest } = parsed.value ?? {};
  const { interval, burst = 1 } = rest.rate_limit ?? {};
  const config = {
    tls: tls && readTlsSection(tls, dirname(file), parsed.lineOf),
    wantsHttp2: http?.http2 ?? false,
    headers: definedEntries(http?.headers ?? {}),
    users: new Map(Object.entries(rest.basic_auth_users ?? {})),
    rateLimit: interval ? { interval, burst } : undefined,
  };
  return { ok: true, config };
};
