import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import type { ConfigResult } from '../config/load.ts';
import { formatProblem } from '../config/problem.ts';
import { showConfig } from '../config/show.ts';
import { milliseconds, systemClock } from '../domain/quantities.ts';
import { errorMessage } from '../errors.ts';
import { createExporter, type Exporter } from '../exporter.ts';
import type { Log } from '../log/log.ts';
import type { Shard } from '../shard.ts';
import { databaseStore } from '../state-file/database-client.ts';
import { NO_STATE_FILE, openStateFile, type StateFile } from '../state-file/state-file.ts';
import { StateFileError } from '../state-file/store.ts';
import type { PageOptions } from '../status/page.ts';
import { createWebApp } from '../web/app.ts';
import { parseListenAddress } from '../web/security/listen-address.ts';
import { WebConfigError } from '../web/security/tls-material.ts';
import { WEB_LIMITS } from '../web/security/web-limits.ts';
import { openWebSecurity, type WebSecurity } from '../web/security/web-security.ts';
import { createWebServer, type Listening, type WebServer } from '../web/security/web-server.ts';
import { type StatusSource, statusRoutes } from '../web/status-routes.ts';
import { PROGRAM_NAME, readBuildInfo } from './build.ts';
import { projectClientFactory, sleep } from './client-factory.ts';
import { CommandError } from './command-error.ts';
import { EXIT } from './exit-codes.ts';
import type { ServeFlags } from './flags.ts';
import { npmAdvice, programCommand } from './npm.ts';
import { createReloader } from './reload.ts';
import type { Terminal } from './terminal.ts';

export interface ExporterProcess {
  readonly flags: ServeFlags;
  readonly terminal: Terminal;
  readonly log: Log;
  /** Where the configuration comes from: a file, or `environment`. */
  readonly source: string;
  /** The file to name in commands; undefined: the environment. */
  readonly configFile: string | undefined;
  /** Loads the configuration, at startup and at each reload. */
  readonly loadConfig: () => Promise<ConfigResult>;
  /** Called once with the URL of the status page. */
  readonly onListening?: (url: string) => void;
}

// Shutdown takes less than two seconds: pending responses have this long.
const GRACE_MILLISECONDS = 1500;

/** Polls and serves until SIGTERM or SIGINT; resolves with the exit code. */
export async function runExporter(options: ExporterProcess): Promise<number> {
  const { flags, terminal, log, loadConfig } = options;
  const shard = { ordinal: flags.shard, total: flags.totalShards };
  if (shard.ordinal >= shard.total) {
    throw new CommandError(
      `--shard ${shard.ordinal}: expected less than --total-shards, which is ${shard.total}; the first shard is 0`,
      EXIT.usage,
    );
  }
  terminal.onUncaught((error) => {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    log.debug({ stack }, 'stack trace of the unexpected error');
    log.error({ error: message }, 'unexpected error, exiting');
    terminal.exit(EXIT.failed);
  });
  terminal.onWarning(({ name, message }) => log.warn({ name, warning: message }, 'Node.js warning'));
  const ended = new Promise<string>((resolve) => {
    terminal.onSignal(['SIGTERM', 'SIGINT'], resolve);
  });
  // Without a handler this signal ends the process, so it is handled until the end, and acted on once everything runs.
  const started = Promise.withResolvers<void>();
  terminal.onSignal(['SIGHUP'], () => void started.promise.then(() => reload()));

  const [loaded, security] = await Promise.all([loadConfig(), openWebSecurityOf(flags, log)]);
  const problems = [...(loaded.ok ? [] : loaded.problems.map(formatProblem)), ...security.problems];
  if (!loaded.ok || security.opened === undefined) {
    for (const problem of problems) terminal.writeError(`${problem}\n`);
    return EXIT.usage;
  }
  log.info(startFields(options, loaded.config), `starting ${PROGRAM_NAME}`);
  for (const warning of loaded.warnings) log.warn({}, formatProblem(warning));

  const stateFile = await Promise.race([openStateFileOf(flags, log), ended.then(() => undefined)]);
  if (stateFile === undefined) return EXIT.done;
  const exporter = exporterOfThisProcess(terminal, log, stateFile, shard);
  const reload = createReloader({ exporter, loadConfig, log });
  const app = createWebApp({
    telemetryPath: flags['web.telemetryPath'],
    metrics: exporter,
    isReady: exporter.isReady,
    status: statusRoutes(statusSource(exporter), pageOptions(options)),
    reload: flags['web.enableLifecycle'] ? reload : undefined,
    log,
  });
  const server = createWebServer({
    listener: app,
    security: security.opened,
    limits: WEB_LIMITS,
    log,
    now: () => performance.now(),
    passwords: undefined,
  });
  const listening = await server
    .listen(parseListenAddress(flags['web.listenAddress']))
    .catch((error: unknown) => {
      const advice = npmAdvice(terminal.environment, '--web.listen-address :10047');
      throw new CommandError(errorMessage(error) + advice);
    });
  const url = pageUrl(listening);
  log.info({ address: listening.address, url, telemetry_path: flags['web.telemetryPath'] }, 'listening');
  exporter.recordReload([]);
  await exporter.apply(loaded.config);
  started.resolve();
  options.onListening?.(url);

  log.info({ signal: await ended }, 'shutting down');
  await end(server, exporter);
  await stateFile.close();
  return EXIT.done;
}

function statusSource({ status, config }: Exporter): StatusSource {
  return {
    status,
    configuration: () => {
      const current = config();
      return current === undefined ? '' : showConfig(current);
    },
  };
}

function pageOptions({ flags, terminal, configFile }: ExporterProcess): Partial<PageOptions> {
  const { commandPrefix } = flags;
  return {
    telemetryPath: flags['web.telemetryPath'],
    dashboardUrl: flags['web.externalDashboardUrl'],
    program:
      commandPrefix === undefined
        ? programCommand(terminal.environment, PROGRAM_NAME)
        : `${commandPrefix} ${PROGRAM_NAME}`,
    configFile: configFile === undefined ? undefined : resolve(configFile),
  };
}

async function end(server: WebServer, exporter: Exporter): Promise<void> {
  await Promise.all([server.close(GRACE_MILLISECONDS), exporter.stop()]);
}

async function openWebSecurityOf(
  flags: ServeFlags,
  log: Log,
): Promise<{ readonly opened: WebSecurity | undefined; readonly problems: readonly string[] }> {
  try {
    const opened = await openWebSecurity(flags['web.config.file'], log);
    return { opened, problems: [] };
  } catch (error) {
    if (error instanceof WebConfigError) return { opened: undefined, problems: error.problems };
    throw error;
  }
}

async function openStateFileOf(flags: ServeFlags, log: Log): Promise<StateFile> {
  const path = flags['state.file'];
  if (path === undefined) return NO_STATE_FILE;
  try {
    return await openStateFile({
      path,
      store: databaseStore(path),
      log,
      now: () => performance.now(),
      wait: (milliseconds) => setTimeout(milliseconds, undefined, { ref: false }),
    });
  } catch (error) {
    if (!(error instanceof StateFileError)) throw error;
    throw new CommandError(error.message, error.kind === 'not a state file' ? EXIT.usage : EXIT.failed);
  }
}

function exporterOfThisProcess(terminal: Terminal, log: Log, stateFile: StateFile, shard: Shard): Exporter {
  return createExporter({
    shard,
    build: readBuildInfo(terminal.environment),
    clock: systemClock,
    log,
    stateFile,
    sleep,
    deadline: (after) => AbortSignal.timeout(milliseconds(after)),
    createClient: projectClientFactory(terminal.environment, log),
  });
}

function startFields({ terminal, source }: ExporterProcess, { projects }: Config) {
  const { version, revision, nodeVersion } = readBuildInfo(terminal.environment);
  const services = projects.flatMap((project) => project.services).length;
  return { version, revision, node: nodeVersion, config: source, projects: projects.length, services };
}

/** The URL of the status page for a browser on this machine. */
function pageUrl({ scheme, host, port }: Listening): string {
  const isAny = host === '::' || host === '0.0.0.0';
  const name = host.includes(':') ? `[${host}]` : host;
  return `${scheme}://${isAny ? 'localhost' : name}:${port}/`;
}
