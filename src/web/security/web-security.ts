import { stat } from 'node:fs/promises';
import { machineFiles } from '../../config/text-file.ts';
import type { Log } from '../../log/log.ts';
import { readTls, type TlsInForce, tlsFiles } from './tls-material.ts';
import { PLAIN_WEB_CONFIG, readWebConfig, type WebConfig, type WebConfigResult } from './web-config.ts';

/** The rules by which clients are let in. Replaced, never changed: another object means other rules. */
export interface SecurityRules {
  readonly config: WebConfig;
  /** Undefined: plain HTTP. */
  readonly tls: TlsInForce | undefined;
}

/** The rules of the web configuration file. */
export interface WebSecurity {
  /** Whether the server speaks TLS. Does not change. */
  readonly isSecure: boolean;
  /** The rules that hold now. */
  readonly rules: () => SecurityRules;
  /** Reads the files again if they have changed; undefined without a file. Never rejects. */
  readonly refresh: (() => Promise<void>) | undefined;
}

/** A web configuration file that cannot be used. Each problem is one line with file and line. */
export class WebConfigError extends Error {
  override readonly name = 'WebConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

const MAX_CONFIG_BYTES = 1024 * 1024;

const PLAIN_RULES: SecurityRules = { config: PLAIN_WEB_CONFIG, tls: undefined };

/** What tells one state of each file from the next without reading it. */
type FileStamps = ReadonlyMap<string, string>;

/** What an attempt to make rules came to, with the stamps of the files as they were before they were read. */
type Attempt = { readonly stamps: FileStamps } & (
  | { readonly ok: true; readonly rules: SecurityRules }
  | { readonly ok: false; readonly problems: readonly string[] }
);

const stampOf = async (path: string): Promise<string> => {
  try {
    const { mtimeNs, size, ino, dev } = await stat(path, { bigint: true });
    return [mtimeNs, size, ino, dev].join(' ');
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  }
};

const stampFiles = async (paths: Iterable<string>): Promise<FileStamps> =>
  new Map(await Promise.all(Array.from(paths, async (path) => [path, await stampOf(path)] as const)));

const haveChanged = async (stamps: FileStamps): Promise<boolean> => {
  const current = await stampFiles(stamps.keys());
  return [...stamps].some(([path, stamp]) => current.get(path) !== stamp);
};

const readConfig = async (file: string): Promise<WebConfigResult> => {
  try {
    return readWebConfig(await machineFiles.readText(file, MAX_CONFIG_BYTES), file);
  } catch (error) {
    return { ok: false, problems: [`${file}: ${error instanceof Error ? error.message : 'is unreadable'}`] };
  }
};

const makeRules = async (config: WebConfig, file: string): Promise<Attempt> => {
  const stamps = await stampFiles(tlsFiles(config.tls));
  if (config.tls === undefined) return { ok: true, rules: { config, tls: undefined }, stamps };
  const reading = await readTls(config.tls, file, machineFiles);
  return reading.ok
    ? { ok: true, rules: { config, tls: reading.tls }, stamps }
    : { ok: false, problems: reading.problems, stamps };
};

const readRules = async (file: string): Promise<Attempt> => {
  const stamps = await stampFiles([file]);
  const reading = await readConfig(file);
  if (!reading.ok) return { ok: false, problems: reading.problems, stamps };
  const made = await makeRules(reading.config, file);
  return { ...made, stamps: new Map([...stamps, ...made.stamps]) };
};

/** Why rules cannot replace others while the server runs. A file that is empty for a moment must not open anything. */
const whyNotReplaced = (before: SecurityRules, after: SecurityRules): string | undefined => {
  if (before.tls !== undefined && after.tls === undefined)
    return 'tls_server_config: TLS cannot be turned off';
  if (before.tls === undefined && after.tls !== undefined)
    return 'tls_server_config: TLS cannot be turned on';
  if (before.config.users.size > 0 && after.config.users.size === 0)
    return 'basic_auth_users: passwords cannot be turned off';
  return undefined;
};

/**
 * Reads a web configuration file. Without one: plain HTTP without passwords. A file that becomes unusable later, or
 * that would open what it closed, leaves the rules in force and is logged once. Rejects with a {@link WebConfigError}.
 */
export const openWebSecurity = async (file: string | undefined, log: Log): Promise<WebSecurity> => {
  if (file === undefined) return { isSecure: false, rules: () => PLAIN_RULES, refresh: undefined };
  const first = await readRules(file);
  if (!first.ok) throw new WebConfigError(first.problems);
  let { rules, stamps } = first;
  let logged = '';
  let refreshing: Promise<void> | undefined;

  const announce = ({ config }: SecurityRules): void => {
    const note = config.wantsHttp2 ? '; http2 is accepted, but responses use HTTP/1.1' : '';
    const fields = { file, tls: config.tls !== undefined, users: config.users.size };
    log.info(fields, `web configuration read${note}`);
  };

  const complain = (problems: readonly string[]): void => {
    const reason = problems.join('\n');
    if (reason === logged) return;
    logged = reason;
    for (const problem of problems)
      log.error({ problem }, 'web configuration not applied, keeping the previous one');
  };

  const reread = async (): Promise<void> => {
    const attempt = await readRules(file);
    const refusal = attempt.ok ? whyNotReplaced(rules, attempt.rules) : undefined;
    if (attempt.ok && refusal === undefined) {
      ({ rules, stamps } = attempt);
      logged = '';
      announce(rules);
      return;
    }
    complain(attempt.ok ? [`${file}: ${refusal} while the exporter runs; restart it`] : attempt.problems);
    // Certificates go on being renewed while the configuration file itself is broken.
    const renewed = await makeRules(rules.config, file);
    if (renewed.ok) ({ rules } = renewed);
    stamps = new Map([...attempt.stamps, ...renewed.stamps]);
  };

  announce(rules);
  return {
    isSecure: rules.tls !== undefined,
    rules: () => rules,
    refresh: () => {
      refreshing ??= haveChanged(stamps)
        .then((changed) => (changed ? reread() : undefined))
        .finally(() => {
          refreshing = undefined;
        });
      return refreshing;
    },
  };
};
