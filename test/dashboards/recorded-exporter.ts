import type { Config } from '../../src/config/config.ts';
import { type Clock, type Seconds, unixSeconds } from '../../src/domain/quantities.ts';
import { createExporter, type ExporterOptions } from '../../src/exporter.ts';
import type { Log } from '../../src/log/log.ts';
import { NO_STATE_FILE } from '../../src/state-file/state-file.ts';
import { plainText } from '../support/published.ts';

/** Time that the test advances. Sleepers wake in the order of their times. */
export interface ManualTime {
  readonly clock: Clock;
  readonly sleep: ExporterOptions['sleep'];
  /** Advances time: wakes each sleeper at its time, and waits until it sleeps again. */
  readonly advance: (to: number) => Promise<void>;
}

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

/** Manual time that starts at `start`, in Unix seconds. */
export function createManualTime(start: number): ManualTime {
  let now = start;
  let sleepers: readonly Sleeper[] = [];
  let fellAsleep: () => void = () => undefined;
  const sleep = (duration: Seconds, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const sleeper: Sleeper = { due: now + duration, wake: resolve };
      sleepers = [...sleepers, sleeper];
      signal.addEventListener('abort', () => {
        sleepers = sleepers.filter((each) => each !== sleeper);
        reject(signal.reason);
      });
      fellAsleep();
    });
  return {
    clock: () => unixSeconds(now),
    sleep,
    advance: async (to) => {
      for (;;) {
        const [next] = sleepers.filter(({ due }) => due <= to).toSorted((a, b) => a.due - b.due);
        if (next === undefined) break;
        now = Math.max(now, next.due);
        sleepers = sleepers.filter((each) => each !== next);
        const asleep = new Promise<void>((resolve) => {
          fellAsleep = resolve;
        });
        next.wake();
        await asleep;
      }
      now = to;
    },
  };
}

/** A running exporter, scraped by the test. */
export interface RecordedExporter {
  /** The exposition now, as OpenMetrics. */
  readonly scrape: () => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** A log that discards its lines. */
export const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** Starts the exporter on manual time; it polls as that advances. */
export async function startRecordedExporter(
  config: Config,
  time: ManualTime,
  createClient: ExporterOptions['createClient'],
): Promise<RecordedExporter> {
  const exporter = createExporter({
    build: { version: '0.1.0', revision: 'abcdef0', nodeVersion: process.version },
    clock: time.clock,
    log: silent,
    stateFile: NO_STATE_FILE,
    sleep: time.sleep,
    deadline: () => new AbortController().signal,
    createClient,
  });
  await exporter.apply(config);
  exporter.recordReload([]);
  // The process is that of the test, which starts long after the history.
  const started = `process_start_time_seconds ${time.clock()}`;
  return {
    scrape: async () => {
      const published = plainText(exporter.publication(), 'openmetrics');
      const own = await exporter.renderOwnMetrics('openmetrics');
      return published + own.replace(/^process_start_time_seconds .*$/m, started);
    },
    stop: exporter.stop,
  };
}

/** Adds the labels of a target and the time of the scrape to each sample. */
export function timedSamples(scrape: string, target: Readonly<Record<string, string>>, at: number): string {
  const labels = Object.entries(target)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',');
  let text = '';
  for (const line of scrape.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const close = line.lastIndexOf('}');
    const sample =
      close < 0 ? line.replace(' ', `{${labels}} `) : `${line.slice(0, close)},${labels}${line.slice(close)}`;
    text += `${sample} ${at}\n`;
  }
  return text;
}
