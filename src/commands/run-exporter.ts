import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import express from 'express';
import { createSignInGuard, type SignInGuard } from '../cloud/credentials/sign-in-guard.ts';
import { createProjectClient } from '../cloud/project-client.ts';
import type { ConfigResult } from '../config/interpret.ts';
import { formatProblem } from '../config/problem.ts';
import { systemClock } from '../domain/quantities.ts';
import { createExporter, type Exporter } from '../exporter.ts';
import type { Log } from '../log/log.ts';
import { createWebApp } from '../web/app.ts';
import { formatAddress, parseListenAddress } from '../web/doors/listen-address.ts';
import { PROGRAM_NAME, readBuildInfo } from './build.ts';
import { EXIT } from './exit-codes.ts';
import type { ServeFlags } from './flags.ts';
import type { Terminal } from './terminal.ts';

/** What an exporter process runs with. */
export interface ExporterProcess {
  readonly flags: ServeFlags;
  readonly terminal: Terminal;
  readonly log: Log;
  /** Loads the configuration, at the start and at each reload. */
  readonly loadConfig: () => Promise<ConfigResult>;
}

/** Polls and serves until SIGTERM or SIGINT; resolves with the exit code. */
export async function runExporter({ flags, terminal, log, loadConfig }: ExporterProcess): Promise<number> {
  terminal.onUncaught((error) => {
    log.error(
      { error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
      'unexpected error, ending',
    );
    terminal.exit(EXIT.failed);
  });
  const loaded = await loadConfig();
  if (!loaded.ok) {
    for (const problem of loaded.problems) terminal.writeError(`${formatProblem(problem)}\n`);
    return EXIT.usage;
  }
  for (const warning of loaded.warnings) log.warn({}, formatProblem(warning));

  const exporter = exporterOfThisProcess(terminal, log);
  const app = createWebApp({
    telemetryPath: flags['web.telemetryPath'],
    metrics: exporter,
    isReady: exporter.isReady,
    status: express.Router(),
    reload: undefined,
    log,
  });
  const server = createServer(app);
  const address = parseListenAddress(flags['web.listenAddress']);
  await new Promise<void>((resolve) => server.listen(address.port, address.host, resolve));
  const bound = server.address();
  if (typeof bound === 'object' && bound)
    log.info({ address: formatAddress({ host: bound.address, port: bound.port }) }, 'listening');
  exporter.recordReload(true);
  await exporter.apply(loaded.config);
  await new Promise<void>((resolve) => {
    terminal.onSignal(['SIGTERM', 'SIGINT'], () => resolve());
  });
  await Promise.all([exporter.stop(), new Promise((resolve) => server.close(resolve))]);
  return EXIT.done;
}

function exporterOfThisProcess(terminal: Terminal, log: Log): Exporter {
  const build = readBuildInfo(terminal.environment);
  const guards = new Map<string, SignInGuard>();
  const guardOf = (project: string): SignInGuard => {
    const guard = guards.get(project) ?? createSignInGuard(systemClock);
    guards.set(project, guard);
    return guard;
  };
  const sleep = (duration: number, signal: AbortSignal): Promise<void> =>
    wait(duration * 1000, undefined, { signal });
  return createExporter({
    build,
    clock: systemClock,
    log,
    sleep,
    deadline: (after) => AbortSignal.timeout(after * 1000),
    createClient: (project, poll, observe) =>
      createProjectClient(project, {
        requestTimeout: poll.requestTimeout,
        concurrency: poll.concurrency,
        clock: systemClock,
        sleep,
        random: Math.random,
        log,
        observe,
        userAgent: `${PROGRAM_NAME}/${build.version}`,
        environment: terminal.environment,
        signInGuard: guardOf(project.name),
      }),
  });
}
