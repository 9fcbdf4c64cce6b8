import { stat } from 'node:fs/promises';
import { errorCode, errorMessage } from '../../errors.ts';
import { readText } from '../../files/read-text.ts';
import type { Log } from '../../log/log.ts';
import { readTls, type TlsInForce, tlsFiles, WebConfigError } from './tls-material.ts';
import { PLAIN_WEB_CONFIG, readWebConfig, type WebConfig } from './web-config.ts';

/** The rules for clients. Immutable: a different object means different rules. */
export interface SecurityRules {
  readonly config: WebConfig;
  /** Undefined: plain HTTP. */
  readonly tls: TlsInForce | undefined;
}

/** The rules of the web configuration file. */
export interface WebSecurity {
  /** Whether the server uses TLS. Does not change. */
  readonly isSecure: boolean;
  /** The current rules. */
  readonly rules: () => SecurityRules;
  /** Reloads the files if they have changed; undefined without a file. Never rejects. */
  readonly refresh: (() => Promise<void>) | undefined;
}

const MAX_CONFIG_BYTES = 1024 * 1024;

const PLAIN_RULES: SecurityRules = { config: PLAIN_WEB_CONFIG, tls: undefined };

/** Differs between versions of a file. */
const stampOf = async (path: string): Promise<string> => {
  try {
    const { mtimeNs, size, ino, dev } = await stat(path, { bigint: true });
    return [mtimeNs, size, ino, dev].join(' ');
  } catch (error) {
    return errorCode(error) ?? 'unknown error';
  }
};

const readConfig = async (file: string): Promise<WebConfig> => {
  const text = await readText(file, MAX_CONFIG_BYTES, `${file}:`).catch((error: unknown) => {
    throw new WebConfigError([errorMessage(error)], { cause: error });
  });
  const result = readWebConfig(text, file);
  if (!result.ok) throw new WebConfigError(result.problems);
  return result.config;
};

/** Whether a client needs a certificate. */
const isMutual = ({ tls }: WebConfig): boolean =>
  tls !== undefined && /^Require/.test(tls.clientAuthentication);

/** Throws if a changed file would remove protection: it may be empty for only a moment. */
const refuseOpening = (before: WebConfig, after: WebConfig, file: string): void => {
  const refuse = (change: string): never => {
    throw new WebConfigError([`${file}: ${change} while the exporter runs; restart it`]);
  };
  if (before.tls !== undefined && after.tls === undefined)
    refuse('tls_server_config: TLS cannot be turned off');
  if (before.tls === undefined && after.tls !== undefined)
    refuse('tls_server_config: TLS cannot be turned on');
  if (isMutual(before) && !isMutual(after))
    refuse('client_auth_type: certificates of clients cannot be made optional');
  if (before.users.size > 0 && after.users.size === 0)
    refuse('basic_auth_users: passwords cannot be turned off');
};

/**
 * Reads a web configuration file. Without one: plain HTTP without passwords. If the file later becomes invalid, or
 * would remove protection, the current rules stay and the problem is logged once. Rejects with a {@link
 * WebConfigError}.
 */
export const openWebSecurity = async (file: string | undefined, log: Log): Promise<WebSecurity> => {
  if (file === undefined) return { isSecure: false, rules: () => PLAIN_RULES, refresh: undefined };
  const stamps = new Map<string, string>();
  let logged = '';
  let refreshing: Promise<void> | undefined;

  // Stamped before reading, so that no change is missed.
  const rulesOf = async (config: WebConfig): Promise<SecurityRules> => {
    for (const path of tlsFiles(config.tls)) stamps.set(path, await stampOf(path));
    return { config, tls: config.tls && (await readTls(config.tls, file)) };
  };
  const read = async (before?: WebConfig): Promise<SecurityRules> => {
    stamps.clear();
    stamps.set(file, await stampOf(file));
    const config = await readConfig(file);
    if (before !== undefined) refuseOpening(before, config, file);
    const made = await rulesOf(config);
    const note = config.wantsHttp2 ? '; http2 is accepted, but responses use HTTP/1.1' : '';
    log.info(
      { file, tls: config.tls !== undefined, users: config.users.size },
      `web configuration read${note}`,
    );
    return made;
  };

  let rules = await read();

  const reread = async (): Promise<void> => {
    try {
      rules = await read(rules.config);
      logged = '';
    } catch (error) {
      const problems = error instanceof WebConfigError ? error.problems : [errorMessage(error)];
      const isNew = problems.join('\n') !== logged;
      logged = problems.join('\n');
      for (const problem of isNew ? problems : [])
        log.error({ problem }, 'web configuration not applied, keeping the previous one');
      // Certificates are still renewed while the configuration file itself is invalid.
      rules = await rulesOf(rules.config).catch(() => rules);
    }
  };
  const refresh = async (): Promise<void> => {
    const current = await Promise.all(
      Array.from(stamps, async ([path, stamp]) => (await stampOf(path)) === stamp),
    );
    if (current.includes(false)) await reread();
  };

  return {
    isSecure: rules.tls !== undefined,
    rules: () => rules,
    refresh: () => {
      refreshing ??= refresh().finally(() => {
        refreshing = undefined;
      });
      return refreshing;
    },
  };
};
