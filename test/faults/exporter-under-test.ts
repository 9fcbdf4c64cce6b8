import type { RequestObservation } from '../../src/cloud/client.ts';
import { createSignInGuard } from '../../src/cloud/credentials/sign-in-guard.ts';
import { createProjectClient } from '../../src/cloud/project-client.ts';
import type { Config } from '../../src/config/config.ts';
import { parseConfig } from '../../src/config/load.ts';
import { type Seconds, type UnixSeconds, unixSeconds } from '../../src/domain/quantities.ts';
import { createExporter, type Exporter } from '../../src/exporter.ts';
import type { Log, LogFields } from '../../src/log/log.ts';
import { NO_STATE_FILE, type StateFile } from '../../src/state-file/state-file.ts';
import { readSamples, type Sample } from '../support/exporter-process.ts';
import { plainText } from '../support/published.ts';

/** A log line before it is formatted. */
export interface LogLine {
  readonly level: string;
  readonly fields: LogFields;
  readonly message: string;
}

/** A clock that only the test advances. */
export interface TestClock {
  readonly now: () => UnixSeconds;
  readonly advance: (duration: number) => void;
}

/** A clock that starts at 2024-01-04T00:00:00Z by default. */
export function createTestClock(start = 1_704_326_400): TestClock {
  let current = start;
  return {
    now: () => unixSeconds(current),
    advance: (duration) => {
      current += duration;
    },
  };
}

export interface ExporterUnderTestOptions {
  readonly clock?: TestClock;
  readonly stateFile?: StateFile;
  /** Milliseconds of real time after which a poll is aborted. */
  readonly deadline?: () => number;
  readonly environment?: Readonly<Record<string, string>>;
  readonly metadataOrigin?: string;
}

/** The exporter with its real client over the real network; the test starts its polls. */
export interface ExporterUnderTest {
  readonly exporter: Exporter;
  readonly clock: TestClock;
  /** Applies the text of a configuration file and waits until every poller is idle. */
  readonly apply: (configuration: string) => Promise<void>;
  /** Polls every service once, and resolves when all polls have ended. */
  readonly poll: () => Promise<void>;
  readonly lines: readonly LogLine[];
  /** The pauses between attempts; they take no real time. */
  readonly pauses: readonly Seconds[];
  readonly observations: readonly (RequestObservation & { readonly project: string })[];
  readonly samples: () => Promise<readonly Sample[]>;
  /** The resource series of a project as exposition lines, sorted. */
  readonly resourceSeries: (project: string) => readonly string[];
  readonly clear: () => void;
  readonly stop: () => Promise<void>;
}

/** Parses a configuration; throws if it is invalid. */
export function configOf(text: string): Config {
  const result = parseConfig(text, 'test.yml');
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return result.config;
}

/** An exporter without a configuration. */
export function createExporterUnderTest(options: ExporterUnderTestOptions = {}): ExporterUnderTest {
  const clock = options.clock ?? createTestClock();
  const lines: LogLine[] = [];
  const pauses: Seconds[] = [];
  const observations: (RequestObservation & { readonly project: string })[] = [];
  const signInGuard = createSignInGuard(clock.now);
  const pollGate = createPollGate();
  let services = 0;

  const write =
    (level: string) =>
    (fields: LogFields, message: string): void => {
      lines.push({ level, fields, message });
    };
  const log: Log = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };

  const exporter = createExporter({
    build: { version: '0.0.0', revision: 'test', nodeVersion: process.version },
    clock: clock.now,
    log,
    stateFile: options.stateFile ?? NO_STATE_FILE,
    sleep: pollGate.wait,
    deadline: () => AbortSignal.timeout(options.deadline?.() ?? 60_000),
    createClient: (project, poll, observe) => {
      return createProjectClient(project, {
        requestTimeout: poll.requestTimeout,
        concurrency: poll.concurrency,
        clock: clock.now,
        sleep: async (duration) => {
          pauses.push(duration);
        },
        random: () => 0.5,
        log,
        observe: (observation) => {
          observations.push({ ...observation, project: project.name });
          observe(observation);
        },
        userAgent: 'huaweicloud-backup-exporter/0.0.0',
        environment: options.environment ?? {},
        metadataOrigin: options.metadataOrigin,
        signInGuard,
      });
    },
  });

  return {
    exporter,
    clock,
    apply: async (configuration) => {
      const config = configOf(configuration);
      services = config.projects.flatMap((project) => project.services).length;
      await exporter.apply(config);
      await pollGate.untilWaiting(services);
    },
    poll: async () => {
      await pollGate.untilWaiting(services);
      pollGate.begin();
      await pollGate.untilWaiting(services);
    },
    lines,
    pauses,
    observations,
    samples: async () => readSamples(await fullExposition(exporter)),
    resourceSeries: (project) =>
      resourceText(exporter)
        .split('\n')
        .filter((line) => line.includes('resource_id=') && line.includes(`project="${project}"`))
        .sort(),
    clear: () => {
      lines.length = 0;
      pauses.length = 0;
      observations.length = 0;
    },
    stop: exporter.stop,
  };
}

const resourceText = (exporter: Exporter): string => plainText(exporter.publication(), 'text');

async function fullExposition(exporter: Exporter): Promise<string> {
  const own = await exporter.renderOwnMetrics('text');
  return resourceText(exporter) + own;
}

/** Holds pollers until a test releases all of them. */
function createPollGate() {
  const waiting = new Set<() => void>();
  const watchers = new Set<() => void>();
  const changed = (): void => {
    for (const watcher of [...watchers]) watcher();
  };
  return {
    wait: (_duration: Seconds, signal: AbortSignal): Promise<void> =>
      new Promise((resolve, reject) => {
        const begin = (): void => {
          waiting.delete(begin);
          signal.removeEventListener('abort', abort);
          resolve();
        };
        const abort = (): void => {
          waiting.delete(begin);
          reject(new Error('aborted'));
        };
        if (signal.aborted) {
          abort();
          return;
        }
        signal.addEventListener('abort', abort, { once: true });
        waiting.add(begin);
        changed();
      }),
    begin: (): void => {
      for (const begin of [...waiting]) begin();
    },
    untilWaiting: (count: number): Promise<void> =>
      new Promise((resolve) => {
        const check = (): void => {
          if (waiting.size < count) return;
          watchers.delete(check);
          resolve();
        };
        watchers.add(check);
        check();
      }),
  };
}
