import type { Registry } from 'prom-client';
import { Gauge } from './prom-client.ts';

// Each look wakes an idle process.
const FIRST_LOOK_MILLISECONDS = 20;
const LOOK_EVERY_MILLISECONDS = 5000;
const LOOKS_KEPT = 60;

/** The gauges of the lag, by prom-client's own names. */
const HELP = {
  nodejs_eventloop_lag_seconds: 'Lag of event loop in seconds.',
  nodejs_eventloop_lag_min_seconds: 'The minimum recorded event loop delay.',
  nodejs_eventloop_lag_max_seconds: 'The maximum recorded event loop delay.',
  nodejs_eventloop_lag_mean_seconds: 'The mean of the recorded event loop delays.',
  nodejs_eventloop_lag_stddev_seconds: 'The standard deviation of the recorded event loop delays.',
  nodejs_eventloop_lag_p50_seconds: 'The 50th percentile of the recorded event loop delays.',
  nodejs_eventloop_lag_p90_seconds: 'The 90th percentile of the recorded event loop delays.',
  nodejs_eventloop_lag_p99_seconds: 'The 99th percentile of the recorded event loop delays.',
} as const;

type LagName = keyof typeof HELP;

const LAG_NAMES = Object.keys(HELP) as LagName[];

/**
 * Serves how late the event loop was in the last five minutes; nothing before the first look. prom-client's own gauges
 * of these names count the time between two looks as lag, start anew at each scrape, whoever made it, and cost a
 * scrape more than all else in it.
 */
export function collectEventLoopLag(registry: Registry): void {
  const lags: number[] = [];
  let looked = performance.now();
  const look = (awaited: number): void => {
    const now = performance.now();
    lags.push(Math.max(0, now - looked - awaited) / 1000);
    if (lags.length > LOOKS_KEPT) lags.shift();
    looked = now;
  };
  setTimeout(() => {
    look(FIRST_LOOK_MILLISECONDS);
    setInterval(look, LOOK_EVERY_MILLISECONDS, LOOK_EVERY_MILLISECONDS).unref();
  }, FIRST_LOOK_MILLISECONDS).unref();

  const gauges = new Map<LagName, InstanceType<typeof Gauge>>();
  const collect = (): void => {
    const readings = readingsOf(lags);
    for (const [name, gauge] of gauges) {
      if (readings === undefined) gauge.remove();
      else gauge.set(readings[name]);
    }
  };
  for (const name of LAG_NAMES) {
    const collects = name === 'nodejs_eventloop_lag_seconds' && { collect };
    gauges.set(name, new Gauge({ name, help: HELP[name], registers: [registry], ...collects }));
  }
}

function readingsOf(lags: readonly number[]): Readonly<Record<LagName, number>> | undefined {
  const last = lags.at(-1);
  if (last === undefined) return undefined;
  const sorted = lags.toSorted((one, other) => one - other);
  // The nearest rank, so that each is a lag that there was.
  const percentile = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? last;
  const mean = sorted.reduce((sum, lag) => sum + lag, 0) / sorted.length;
  const variance = sorted.reduce((sum, lag) => sum + (lag - mean) ** 2, 0) / sorted.length;
  return {
    nodejs_eventloop_lag_seconds: last,
    nodejs_eventloop_lag_min_seconds: sorted[0] ?? last,
    nodejs_eventloop_lag_max_seconds: percentile(1),
    nodejs_eventloop_lag_mean_seconds: mean,
    nodejs_eventloop_lag_stddev_seconds: Math.sqrt(variance),
    nodejs_eventloop_lag_p50_seconds: percentile(0.5),
    nodejs_eventloop_lag_p90_seconds: percentile(0.9),
    nodejs_eventloop_lag_p99_seconds: percentile(0.99),
  };
}
