import { machineFiles } from '../../config/text-file.ts';
import type { Log } from '../../log/log.ts';
import { type FileStamps, sameStamps, stampFiles } from './file-stamps.ts';
import { readTls, type TlsInForce, tlsFiles } from './tls-material.ts';
import { PLAIN_WEB_CONFIG, readWebConfig, type WebConfig, type WebConfigReading } from './web-config.ts';

/** The rules by which clients are let in. Replaced, never changed: another object means other rules. */
export interface RulesInForce {
  readonly config: WebConfig;
  /** Undefined: plain HTTP. */
  readonly tls: TlsInForce | undefined;
}

/** The rules of the web configuration file, kept up to date. */
export interface Doors {
  /** Whether the server speaks TLS. Does not change. */
  readonly isSecure: boolean;
  /** The rules that hold now. Looks at the files first, at most once a second. Never rejects. */
  readonly rules: () => Promise<RulesInForce>;
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
const LOOK_EVERY_MILLISECONDS = 1000;

const PLAIN_RULES: RulesInForce = { config: PLAIN_WEB_CONFIG, tls: undefined };

/** What an attempt to make rules came to, with the stamps of the files as they were before they were read. */
type Attempt = { readonly stamps: FileStamps } & (
  | { readonly ok: true; readonly rules: RulesInForce }
  | { readonly ok: false; readonly problems: readonly string[] }
);

const readConfig = async (file: string): Promise<WebConfigReading> => {
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

const refuseChangeOfTls = (attempt: Attempt, isSecure: boolean, file: string): Attempt => {
  if (!attempt.ok || (attempt.rules.tls !== undefined) === isSecure) return attempt;
  const change = isSecure ? 'off' : 'on';
  const problem = `${file}: tls_server_config: TLS cannot be turned ${change} while the exporter runs; restart it`;
  return { ok: false, problems: [problem], stamps: attempt.stamps };
};

const announce = ({ config }: RulesInForce, file: string, log: Log): void => {
  const fields = { file, tls: config.tls !== undefined, users: config.users.size };
  const note = config.wantsHttp2 ? '; http2 is accepted, and answers go over HTTP/1.1' : '';
  log.info(fields, `web configuration read${note}`);
};

/**
 * Reads a web configuration file and keeps its rules up to date. Without a file: plain HTTP without passwords.
 * A file that becomes unusable later leaves what was in force and is logged once. `now` counts milliseconds
 * and never goes back. Rejects with a {@link WebConfigError}.
 */
export const openDoors = async (
  file: string | undefined,
  { log, now }: { readonly log: Log; readonly now: () => number },
): Promise<Doors> => {
  if (file === undefined) return { isSecure: false, rules: () => Promise.resolve(PLAIN_RULES) };

  const first = await readRules(file);
  if (!first.ok) throw new WebConfigError(first.problems);
  let { rules, stamps } = first;
  const isSecure = rules.tls !== undefined;
  let looked = now();
  let logged = '';
  let look: Promise<RulesInForce> | undefined;
  announce(rules, file, log);

  const complain = (problems: readonly string[]): void => {
    const reason = problems.join('\n');
    if (reason === logged) return;
    logged = reason;
    for (const problem of problems) {
      log.error({ problem }, 'web configuration cannot be used, the one before stays in force');
    }
  };

  const reread = async (): Promise<void> => {
    const attempt = refuseChangeOfTls(await readRules(file), isSecure, file);
    if (attempt.ok) {
      ({ rules, stamps } = attempt);
      logged = '';
      announce(rules, file, log);
      return;
    }
    complain(attempt.problems);
    // Certificates go on being renewed while the configuration file itself is broken.
    const renewed = await makeRules(rules.config, file);
    if (renewed.ok) ({ rules } = renewed);
    stamps = new Map([...attempt.stamps, ...renewed.stamps]);
  };

  const lookAgain = async (): Promise<RulesInForce> => {
    if (!sameStamps(await stampFiles(stamps.keys()), stamps)) await reread();
    looked = now();
    look = undefined;
    return rules;
  };

  return {
    isSecure,
    rules: () => {
      if (look !== undefined) return look;
      if (now() - looked < LOOK_EVERY_MILLISECONDS) return Promise.resolve(rules);
      look = lookAgain();
      return look;
    },
  };
};
