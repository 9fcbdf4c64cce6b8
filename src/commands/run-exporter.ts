import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { findConfigFile, loadConfiguration } from '../config/find.ts';
import type { ConfigResult } from '../config/load.ts';
import { showConfig } from '../config/show.ts';
import { milliseconds, systemClock } from '../domain/quantities.ts';
import { errorMessage } from '../errors.ts';
import { createExporter, type Exporter } from '../exporter.ts';
import type { Log } from '../log/log.ts';
import { createPinoLog, type LogFormat, type LogLevel } from '../log/pino-log.ts';
import { databaseStore } from '../state-file/database-client.ts';
import { NO_STATE_FILE, openStateFile, type StateFile } from '../state-file/state-file.ts';
import { StateFileError } from '../state-file/store.ts';
import { ifKnown } from '../status/humanize.ts';
import type { PageOptions } from '../status/page.ts';
import { createWebApp } from '../web/app.ts';
import { parseListenAddress } from '../web/security/listen-address.ts';
import { WebConfigError } from '../web/security/web-config.ts';
import { WEB_LIMITS } from '../web/security/web-limits.ts';
import { openWebSecurity } from '../web/security/web-security.ts';
import { createWebServer, type Listening } from '../web/security/web-server.ts';
import { statusRoutes } from '../web/status-routes.ts';
import { projectClientFactory } from './clients.ts';
import { CommandError, ConfigurationError, EXIT } from './command-error.ts';
import { npmAdvice, PROGRAM_NAME, programCommand, readBuildInfo } from './program.ts';
import { createReloader } from './reload.ts';
import { sleep, type Terminal } from './terminal.ts';

export interface ServeFlags {
  readonly 'config.file'?: string;
  readonly 'web.listenAddress': string;
  readonly 'web.telemetryPath': string;
  readonly 'web.config.file'?: string;
  readonly 'web.enableLifecycle'?: true;
  readonly 'web.externalDashboardUrl'?: string;
  readonly commandPrefix?: string;
  readonly 'state.file'?: string;
  readonly shard: number;
  readonly totalShards: number;
  readonly 'log.level': LogLevel;
  readonly 'log.format': LogFormat;
}

export interface ExporterProcess {
  readonly flags: ServeFlags;
  readonly terminal: Terminal;
  readonly log: Log;
  /** Where the configuration comes from: a file, or `environment`. */
  readonly source: string;
  /** The file to name in commands; undefined: the environment. */
  readonly configFile: string | undefined;
  readonly loadConfig: () => Promise<ConfigResult>;
  readonly onListening?: (url: string) => void;
}

/** Serves what is configured until a signal ends it; resolves with the exit code. */
export async function serve(flags: ServeFlags, terminal: Terminal): Promise<number> {
  const { environment } = terminal;
  const configFile = await findConfigFile(flags['config.file'], environment);
  return await runExporter({
    flags,
    terminal,
    log: logOf(flags, terminal),
    source: configFile ?? 'environment',
    configFile,
    loadConfig: () => loadConfiguration(flags['config.file'], environment),
  });
}

export const logOf = (flags: ServeFlags, terminal: Terminal): Log =>
  createPinoLog({ level: flags['log.level'], format: flags['log.format'] }, terminal.writeError);

// Shutdown takes less than two seconds: pending responses have this long.
const GRACE_MILLISECONDS = 1500;

/** Polls and serves until SIGTERM or SIGINT; resolves with the exit code. */
export async function runExporter(options: ExporterProcess): Promise<number> {
  const { flags, terminal, log, loadConfig } = options;
  if (flags.shard >= flags.totalShards) {
    throw new CommandError(
      `--shard ${flags.shard}: expected less than --total-shards, which is ${flags.totalShards}; the first shard is 0`,
      EXIT.usage,
    );
  }
  terminal.onUncaught((error) => {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    log.debug({ stack }, 'stack trace of the unexpected error');
    log.error({ reason: message }, 'unexpected error, exiting');
    terminal.exit(EXIT.failed);
  });
  terminal.onWarning(({ name, message }) => log.warn({ name, warning: message }, 'Node.js warning'));
  const ended = new Promise<string>((resolveSignal) => {
    terminal.onSignal(['SIGTERM', 'SIGINT'], resolveSignal);
  });
  // Without a handler this signal ends the process, so it is handled until the end, and acted on once everything runs.
  const started = Promise.withResolvers<void>();
  terminal.onSignal(['SIGHUP'], () => void started.promise.then(() => reload()));

  const [loaded, security] = await Promise.all([
    loadConfig(),
    openWebSecurity(flags['web.config.file'], log).catch((error: unknown) => {
      if (error instanceof WebConfigError) return error;
      throw error;
    }),
  ]);
  if (!loaded.ok || security instanceof WebConfigError) {
    const ofConfig = loaded.ok ? [] : loaded.problems;
    const ofWebConfig = security instanceof WebConfigError ? security.problems : [];
    throw new ConfigurationError([...ofConfig, ...ofWebConfig].join('\n'));
  }
  const { projects } = loaded.config;
  const { version, revision, nodeVersion: node } = readBuildInfo(terminal.environment);
  const services = projects.flatMap((project) => project.services).length;
  const about = { version, revision, node, config: options.source, projects: projects.length, services };
  log.info(about, `starting ${PROGRAM_NAME}`);
  for (const warning of loaded.warnings) log.warn({}, warning);

  const stateFile = await Promise.race([openStateFileOf(flags, log), ended.then(() => undefined)]);
  if (stateFile === undefined) return EXIT.done;
  const exporter = exporterOfThisProcess(options, stateFile);
  const reload = createReloader({ exporter, loadConfig, log });
  const statusSource = {
    status: exporter.status,
    configuration: () => ifKnown(exporter.config(), showConfig) ?? '',
  };
  const server = createWebServer({
    listener: createWebApp({
      telemetryPath: flags['web.telemetryPath'],
      metrics: exporter,
      isReady: exporter.isReady,
      status: statusRoutes(statusSource, pageOptions(options)),
      reload: flags['web.enableLifecycle'] ? reload : undefined,
      log,
    }),
    security,
    limits: WEB_LIMITS,
    log,
    now: () => performance.now(),
    passwords: undefined,
  });
  const address = parseListenAddress(flags['web.listenAddress']);
  const listening = await server.listen(address).catch((error: unknown) => {
    throw new CommandError(errorMessage(error) + npmAdvice(terminal.environment));
  });
  const url = pageUrl(listening);
  log.info({ address: listening.address, url, telemetry_path: flags['web.telemetryPath'] }, 'listening');
  exporter.recordReload([]);
  await exporter.apply(loaded.config);
  started.resolve();
  options.onListening?.(url);

  log.info({ signal: await ended }, 'shutting down');
  await Promise.all([server.close(GRACE_MILLISECONDS), exporter.stop()]);
  await stateFile.close();
  return EXIT.done;
}

function pageOptions({ flags, terminal, configFile }: ExporterProcess): Partial<PageOptions> {
  const prefixed = ifKnown(flags.commandPrefix, (prefix) => `${prefix} ${PROGRAM_NAME}`);
  return {
    telemetryPath: flags['web.telemetryPath'],
    dashboardUrl: flags['web.externalDashboardUrl'],
    program: prefixed ?? programCommand(terminal.environment),
    configFile: ifKnown(configFile, resolve),
  };
}

async function openStateFileOf(flags: ServeFlags, log: Log): Promise<StateFile> {
  const path = flags['state.file'];
  if (path === undefined) return NO_STATE_FILE;
  return await openStateFile({
    path,
    store: databaseStore(path),
    log,
    now: () => performance.now(),
    wait: (milliseconds) => setTimeout(milliseconds, undefined, { ref: false }),
  }).catch((error: unknown) => {
    if (!(error instanceof StateFileError)) throw error;
    throw new CommandError(error.message, error.kind === 'not a state file' ? EXIT.usage : EXIT.failed);
  });
}

function exporterOfThisProcess({ flags, terminal, log }: ExporterProcess, stateFile: StateFile): Exporter {
  const createClient = projectClientFactory(terminal, log);
  return createExporter({
    clock: systemClock,
    sleep,
    shard: { ordinal: flags.shard, total: flags.totalShards },
    build: readBuildInfo(terminal.environment),
    log,
    stateFile,
    deadline: (after) => AbortSignal.timeout(milliseconds(after)),
    createClient: (project, poll, observe) => createClient(project, poll, { observe }),
  });
}

/** The URL of the status page for a browser on this machine. */
function pageUrl({ scheme, host, port }: Listening): string {
  const isAny = host === '::' || host === '0.0.0.0';
  const name = host.includes(':') ? `[${host}]` : host;
  return `${scheme}://${isAny ? 'localhost' : name}:${port}/`;
}
