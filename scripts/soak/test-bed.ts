import { getEventListeners } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { createSignInGuard } from '../../src/cloud/credentials/sign-in-guard.ts';
import { createProjectClient } from '../../src/cloud/project-client.ts';
import { createReloader, type Reload } from '../../src/commands/reload.ts';
import { parseConfig } from '../../src/config/load.ts';
import { unixSeconds } from '../../src/domain/quantities.ts';
import { createExporter, type Exporter } from '../../src/exporter.ts';
import type { Log } from '../../src/log/log.ts';
import { type SimulatedCloud, startSimulatedCloud } from '../../src/services/simulated-cloud.ts';
import { databaseStore } from '../../src/state-file/database-client.ts';
import { openStateFile } from '../../src/state-file/state-file.ts';
import { createWebApp } from '../../src/web/app.ts';
import { WEB_LIMITS } from '../../src/web/security/web-limits.ts';
import { openWebSecurity } from '../../src/web/security/web-security.ts';
import { createWebServer } from '../../src/web/security/web-server.ts';
import { statusRoutes } from '../../src/web/status-routes.ts';

/** The complete exporter in this process, with a simulated cloud and a clock that advances with each poll. */
export interface TestBed {
  readonly cloud: SimulatedCloud;
  readonly exporter: Exporter;
  /** The origin of the exporter's pages. */
  readonly origin: string;
  /** Sets the text of the configuration file. */
  readonly configure: (text: string) => void;
  readonly reload: Reload;
  /** Polls so far. */
  readonly polls: () => number;
  /** The maximum number of listeners on the signal that ends the polls of a configuration. */
  readonly mostListeners: () => number;
  /** Pauses polls once those in progress have ended, or resumes them. */
  readonly setResting: (resting: boolean) => void;
  /** Resolves when this number of pollers are waiting. */
  readonly allWait: (pollers: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** How far each poll advances the clock. */
const SECONDS_PER_POLL = 50;
const POLL_TIMEOUT_MILLISECONDS = 1000;
const START = 1_704_326_400;

/** Starts everything, with nothing to poll. */
export async function startTestBed(): Promise<TestBed> {
  let now = START;
  let polls = 0;
  let mostListeners = 0;
  const clock = () => unixSeconds(now);
  const cloud = await startSimulatedCloud({
    clock,
    requestLog: 10,
  });
  const directory = await mkdtemp(join(tmpdir(), 'soak-'));
  const gate = createGate();
  const signInGuard = createSignInGuard(clock);
  const path = join(directory, 'state');
  const stateFile = await openStateFile({
    path,
    store: databaseStore(path),
    log: SILENT,
    now: () => performance.now(),
    wait: (milliseconds) => setTimeout(milliseconds, undefined, { ref: false }),
  });
  const exporter = createExporter({
    build: { version: '0.0.0', revision: 'soak', nodeVersion: process.version },
    clock,
    log: SILENT,
    stateFile,
    sleep: async (_, signal) => {
      mostListeners = Math.max(mostListeners, getEventListeners(signal, 'abort').length);
      now += SECONDS_PER_POLL;
      await gate.pass(signal);
      polls += 1;
    },
    deadline: () => AbortSignal.timeout(POLL_TIMEOUT_MILLISECONDS),
    createClient: (project, poll, observe) => {
      return createProjectClient(project, {
        requestTimeout: poll.requestTimeout,
        concurrency: poll.concurrency,
        clock,
        sleep: () => setImmediate(),
        random: Math.random,
        log: SILENT,
        observe,
        userAgent: 'huaweicloud-backup-exporter/0.0.0',
        environment: {},
        metadataOrigin: cloud.origin,
        signInGuard,
      });
    },
  });
  let text = '';
  const reload = createReloader({ exporter, log: SILENT, loadConfig: async () => parseConfig(text, 'soak') });
  const server = createWebServer({
    listener: createWebApp({
      telemetryPath: '/metrics',
      metrics: exporter,
      isReady: () => true,
      status: statusRoutes({ status: exporter.status, configuration: () => '' }),
      reload: undefined,
      log: SILENT,
    }),
    security: await openWebSecurity(undefined, SILENT),
    limits: WEB_LIMITS,
    log: SILENT,
    now: () => performance.now(),
    passwords: undefined,
  });
  const { address } = await server.listen({ host: '127.0.0.1', port: 0 });
  return {
    cloud,
    exporter,
    origin: `http://${address}`,
    configure: (configuration) => {
      text = configuration;
    },
    reload,
    polls: () => polls,
    mostListeners: () => mostListeners,
    setResting: gate.setClosed,
    allWait: gate.allWait,
    stop: async () => {
      await Promise.all([exporter.stop(), server.close(0)]);
      await stateFile.close();
      await cloud.stop();
      await rm(directory, { recursive: true });
    },
  };
}

const nothing = (): void => undefined;

const SILENT: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** A gate that pollers pass while it is open; they wait while it is closed. */
function createGate() {
  const waiting = new Set<() => void>();
  let closed = false;
  return {
    pass: async (signal: AbortSignal): Promise<void> => {
      await setImmediate();
      if (!closed || signal.aborted) return;
      await new Promise<void>((resolve) => {
        const leave = (): void => {
          waiting.delete(leave);
          signal.removeEventListener('abort', leave);
          resolve();
        };
        signal.addEventListener('abort', leave, { once: true });
        waiting.add(leave);
      });
    },
    setClosed: (next: boolean): void => {
      closed = next;
      if (!closed) for (const leave of [...waiting]) leave();
    },
    allWait: async (count: number): Promise<void> => {
      while (waiting.size < count) await setImmediate();
    },
  };
}
