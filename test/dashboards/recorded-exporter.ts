import type { Config } from '../../src/config/config.ts';
import { type Clock, type Seconds, unixSeconds } from '../../src/domain/quantities.ts';
import { createExporter, type ExporterOptions } from '../../src/exporter.ts';
import type { Log } from '../../src/log/log.ts';
import { NO_STATE_FILE } from '../../src/state-file/state-file.ts';
import { plainText } from '../support/published.ts';

/** Time that passes when it is told to. Whoever sleeps by it wakes in the order of the moments waited for. */
export interface HandTime {
  readonly clock: Clock;
  readonly sleep: ExporterOptions['sleep'];
  /** Lets time pass: wakes each sleeper that is due at its moment, and waits until it sleeps again. */
  readonly advance: (to: number) => Promise<void>;
}

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

/** Time that stands at a moment, in Unix seconds. */
export function createHandTime(start: number): HandTime {
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

/** The exporter as it runs, scraped by hand. */
export interface RecordedExporter {
  /** What a scrape answers now, as OpenMetrics. */
  readonly scrape: () => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** A log that nobody reads. */
export const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** Starts the exporter under a time of the test's. It polls while that time passes. */
export async function startRecordedExporter(
  config: Config,
  time: HandTime,
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
  // The process is the test's own, which starts long after the history.
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

/** Adds the labels of a target and the moment of the scrape to each sample of a scrape. */
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
