import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { TlsOptions } from 'node:tls';
import { errorCode, errorMessage } from '../../errors.ts';
import { readText } from '../../files/read-text.ts';
import type { Log } from '../../log/log.ts';
import { readWebConfig, type WebConfig, WebConfigError } from './web-config.ts';

/** The rules for clients. Immutable: a different object means different rules. */
export interface SecurityRules {
  readonly config: WebConfig;
  /** For a TLS server. It rejects only a missing or untrusted certificate, if one is required. Undefined: plain HTTP. */
  readonly tls: TlsOptions | undefined;
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

/** Differs between versions of a file. */
const stampOf = (path: string): Promise<string> =>
  stat(path, { bigint: true }).then(
    ({ mtimeNs, size, ino, dev }) => [mtimeNs, size, ino, dev].join(' '),
    (error: unknown) => errorCode(error) ?? 'unknown error',
  );

const readConfig = async (file: string): Promise<WebConfig> => {
  const text = await readText(file, MAX_CONFIG_BYTES, `${resolve(file)}:`).catch((error: unknown) => {
    throw new WebConfigError([`${errorMessage(error)}; check the path (--web.config.file)`]);
  });
  return readWebConfig(text, file);
};

/** Whether a client needs a certificate. */
const isMutual = ({ tls }: WebConfig): boolean =>
  tls !== undefined && /^Require/.test(tls.clientAuthentication);

/** How a changed file would remove protection, if it would: it may be empty for only a moment. */
const openingBy = (before: WebConfig, after: WebConfig): string | undefined => {
  if (before.tls !== undefined && after.tls === undefined)
    return 'tls_server_config: TLS cannot be turned off';
  if (before.tls === undefined && after.tls !== undefined)
    return 'tls_server_config: TLS cannot be turned on';
  if (isMutual(before) && !isMutual(after))
    return 'client_auth_type: client certificates cannot be made optional';
  if (before.users.size > 0 && after.users.size === 0)
    return 'basic_auth_users: passwords cannot be turned off';
  return undefined;
};

/**
 * Reads a web configuration file. Without one: plain HTTP without passwords. If the file later becomes invalid, or
 * would remove protection, the current rules stay and the problem is logged once. Rejects with a {@link
 * WebConfigError}.
 */
export const openWebSecurity = async (file: string | undefined, log: Log): Promise<WebSecurity> => {
  if (file === undefined) {
    const plain: SecurityRules = { config: readWebConfig('', ''), tls: undefined };
    return { isSecure: false, rules: () => plain, refresh: undefined };
  }
  const stamps = new Map<string, string>();

  // Stamped before reading, so that no change is missed.
  const rulesOf = async (config: WebConfig): Promise<SecurityRules> => {
    if (config.tls === undefined) return { config, tls: undefined };
    const { readTls, tlsFiles } = await import('./tls-material.ts');
    for (const path of tlsFiles(config.tls)) stamps.set(path, await stampOf(path));
    return { config, tls: await readTls(config.tls) };
  };
  const read = async (before?: WebConfig): Promise<SecurityRules> => {
    stamps.clear();
    stamps.set(file, await stampOf(file));
    const config = await readConfig(file);
    const opening = before && openingBy(before, config);
    if (opening !== undefined)
      throw new WebConfigError([`${file}: ${opening} while the exporter runs; restart it`]);
    const made = await rulesOf(config);
    const note = config.wantsHttp2 ? '; http2 is accepted, but responses use HTTP/1.1' : '';
    const fields = { file, tls: config.tls !== undefined, users: config.users.size };
    log.info(fields, `web configuration read${note}`);
    return made;
  };

  let rules = await read();
  let logged = '';

  const refresh = async (): Promise<void> => {
    const isCurrent = async ([path, stamp]: readonly [string, string]) => (await stampOf(path)) === stamp;
    const current = await Promise.all(Array.from(stamps, isCurrent));
    if (!current.includes(false)) return;
    try {
      rules = await read(rules.config);
      logged = '';
    } catch (error) {
      const problems = errorMessage(error);
      for (const problem of problems === logged ? [] : problems.split('\n'))
        log.error({ problem }, 'web configuration not applied, keeping the previous one');
      logged = problems;
      // Certificates are still renewed while the configuration file itself is invalid.
      rules = await rulesOf(rules.config).catch(() => rules);
    }
  };

  let refreshing: Promise<void> | undefined;
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
