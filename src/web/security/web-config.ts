import { dirname, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { evenWithMistakes, keyRule, reportAt, withRules } from '../../config/cross-checks.ts';
import { durationText } from '../../config/duration.ts';
import { parseFile } from '../../config/parse-file.ts';
import type { SettingPath } from '../../config/problem.ts';
import { filePath, integer, noted } from '../../config/setting.ts';
import type { Seconds } from '../../domain/quantities.ts';
import { CIPHER_SUITES, CLIENT_AUTHENTICATIONS, CURVES, isOfTls13, TLS_VERSIONS } from './tls-names.ts';

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
  /** `burst` requests at once, and one more after each interval. */
  readonly rateLimit: { readonly interval: Seconds; readonly burst: number } | undefined;
}

/** An invalid web configuration file. Each problem is one line with file and line. */
export class WebConfigError extends Error {
  override readonly name = 'WebConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

const isBlank = (given: unknown): boolean => given === null || given === '' || isDeepStrictEqual(given, {});

const blankIsMissing = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((given) => (isBlank(given) ? undefined : given), schema);

/** A setting or section that may be missing or empty, as in Go. */
const optional = <Schema extends z.ZodType>(schema: Schema) => blankIsMissing(schema.optional());

// Prometheus and its exporters use YAML 1.1, which has more booleans.
const YES_OR_NO = { truthy: ['true', 'yes', 'on', 'y'], falsy: ['false', 'no', 'off', 'n'] };
const yesOrNo = z.stringbool({ ...YES_OR_NO, error: 'is neither true nor false' });

const flag = (byDefault: boolean) =>
  blankIsMissing(noted(yesOrNo, 'boolean', 'true or false').default(byDefault));

const choice = <Value>(table: Readonly<Record<string, Value>>) =>
  z.enum(Object.keys(table)).transform((name) => table[name] as Value);

/** An empty list is the same as none. */
const choices = (table: Readonly<Record<string, string>>) =>
  optional(z.array(choice(table)).transform((list) => (list.length === 0 ? undefined : list)));

const pem = optional(noted(z.string(), 'string', 'a certificate or key in PEM', 'nothing'));

// The last is an older name, still in use.
const clientAuthentication = z
  .enum([...CLIENT_AUTHENTICATIONS, 'RequireClientCert'])
  .transform((name) => (name === 'RequireClientCert' ? 'RequireAnyClientCert' : name));

const tlsSection = withRules(
  z.strictObject({
    cert: pem,
    cert_file: optional(filePath),
    key: pem,
    key_file: optional(filePath),
    client_auth_type: blankIsMissing(clientAuthentication.default('NoClientCert')),
    client_ca: pem,
    client_ca_file: optional(filePath),
    client_allowed_sans: optional(z.array(noted(z.string(), 'string', 'a name in the certificate'))),
    cipher_suites: choices(CIPHER_SUITES),
    curve_preferences: choices(CURVES),
    min_version: blankIsMissing(choice(TLS_VERSIONS).default('TLSv1.2')),
    max_version: blankIsMissing(choice(TLS_VERSIONS).default('TLSv1.3')),
    prefer_server_cipher_suites: flag(true),
  }),
  keyRule('exactly one', 'cert', 'cert_file'),
  keyRule('exactly one', 'key', 'key_file'),
  keyRule('at most one', 'client_ca', 'client_ca_file'),
).superRefine((tls, context) => {
  const authority = tls.client_ca_file === undefined ? 'client_ca' : 'client_ca_file';
  if (tls[authority] !== undefined && tls.client_auth_type === 'NoClientCert') {
    const expected = 'client_auth_type: RequireAndVerifyClientCert';
    reportAt(context, [authority], 'is not used without client_auth_type', expected);
  }
  if (tls.client_allowed_sans !== undefined && !tls.client_auth_type.startsWith('Require')) {
    const wrong = 'clients without a certificate are accepted regardless';
    const expected = 'client_auth_type: RequireAndVerifyClientCert or RequireAnyClientCert';
    reportAt(context, ['client_allowed_sans'], wrong, expected);
  }
  if (tls.min_version > tls.max_version) {
    reportAt(context, ['max_version'], 'is older than min_version', 'the same or newer');
  }
  if (tls.max_version !== 'TLSv1.3' && tls.cipher_suites?.every(isOfTls13)) {
    const wrong = 'all suites are for TLS 1.3, which max_version excludes';
    reportAt(context, ['cipher_suites'], wrong, 'at least one TLS 1.2 suite');
  }
});

// As `validateHeaderValue` of Node.js.
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

const header = optional(
  noted(z.string().regex(HEADER_VALUE, 'cannot be sent'), 'string', 'one line of Latin-1 characters'),
);

const headers = z.strictObject({
  'Content-Security-Policy': header,
  'Strict-Transport-Security': header,
  'X-Content-Type-Options': optional(z.enum(['nosniff'])),
  'X-Frame-Options': optional(z.enum(['deny', 'sameorigin'])),
  'X-XSS-Protection': header,
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
    else if (Number(cost) < CHEAPEST_HASH || Number(cost) > DEAREST_HASH)
      context.addIssue(`is a hash with cost ${Number(cost)}`);
  }),
  'string',
  `a bcrypt hash with cost ${CHEAPEST_HASH} to ${DEAREST_HASH}, as printed by \`htpasswd -nBC 10 "" | tr -d ':\\n'\``,
  'nothing',
);

const users = z.record(z.string(), hash).superRefine((hashes, context) => {
  const wrong = Object.keys(hashes).some((name) => name === '' || name.includes(':'));
  if (wrong) reportAt(context, [], 'a user name is empty or has a colon', 'neither');
}, evenWithMistakes);

const rateLimit = z
  .strictObject({
    interval: optional(noted(durationText, 'duration', 'a duration such as 100ms or 1s, or 0 for no limit')),
    burst: optional(integer(0)),
  })
  .superRefine(({ interval, burst }, context) => {
    if (!interval || (burst ?? 0) > 0) return;
    const wrong = burst === undefined ? 'missing' : 'allows no request';
    reportAt(context, ['burst'], wrong, 'an integer from 1');
  });

const webSchema = optional(
  z.strictObject({
    tls_server_config: optional(tlsSection),
    http_server_config: optional(z.strictObject({ http2: flag(false), headers: optional(headers) })),
    basic_auth_users: optional(users),
    rate_limit: optional(rateLimit),
  }),
);

/** A certificate or key in PEM: the text itself or a file. */
export interface PemSource {
  /** Its place, for messages: `web.yml:3: tls_server_config.cert`. */
  readonly at: string;
  readonly text: string | undefined;
  readonly file: string | undefined;
}

/** Cipher suites, curves and versions have OpenSSL's names. */
export type TlsSettings = ReturnType<typeof tlsSettings>;

const tlsSettings = (
  tls: z.output<typeof tlsSection>,
  file: string,
  placeOf: (path: SettingPath) => string,
) => {
  const source = (key: 'cert' | 'key' | 'client_ca'): PemSource => {
    const { [key]: text, [`${key}_file` as const]: pemFile } = tls;
    const at = placeOf(['tls_server_config', pemFile === undefined ? key : `${key}_file`]);
    return { at, text, file: pemFile && resolve(dirname(file), pemFile) };
  };
  return {
    at: placeOf(['tls_server_config']),
    certificate: source('cert'),
    key: source('key'),
    clientAuthentication: tls.client_auth_type,
    /** Neither text nor file: the system CA store. */
    clientAuthorities: source('client_ca'),
    /** One of these names must be in the client's certificate; undefined: any certificate. */
    clientNames: tls.client_allowed_sans,
    cipherSuites: tls.cipher_suites,
    curves: tls.curve_preferences,
    minVersion: tls.min_version,
    maxVersion: tls.max_version,
    preferServerOrder: tls.prefer_server_cipher_suites,
  };
};

/**
 * Parses a web configuration file in the format of the Prometheus exporter-toolkit. Paths are relative to `file`. An
 * empty text means plain HTTP without passwords. Throws a {@link WebConfigError} with all mistakes.
 */
export const readWebConfig = (text: string, file: string): WebConfig => {
  const parsed = parseFile(text, file, webSchema);
  if (!parsed.ok) throw new WebConfigError(parsed.problems);
  const { tls_server_config: tls, http_server_config: http, ...rest } = parsed.value ?? {};
  const { interval, burst = 1 } = rest.rate_limit ?? {};
  const headers = Object.entries(http?.headers ?? {});
  return {
    tls: tls && tlsSettings(tls, file, parsed.placeOf),
    wantsHttp2: http?.http2 ?? false,
    headers: new Map(headers.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
    users: new Map(Object.entries(rest.basic_auth_users ?? {})),
    rateLimit: interval ? { interval, burst } : undefined,
  };
};
