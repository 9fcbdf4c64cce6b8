import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bench, openBench } from '../../bench/bench.ts';
import { growthOf } from '../../bench/goals.ts';
import { type IdleCost, measureIdle } from '../../bench/measure/idle.ts';
import { measurePolls, measureStalls } from '../../bench/measure/polls.ts';
import { measureProjects, type ProjectPolls } from '../../bench/measure/projects.ts';
import { measureReading } from '../../bench/measure/reading.ts';
import {
  type Comparison,
  measureGrowth,
  measurePublishing,
  measureScrapes,
  roundsOf,
  type ScrapeRounds,
  startComparison,
} from '../../bench/measure/scrapes.ts';
import { measureStart } from '../../bench/measure/start.ts';
import { summarizePages } from '../../bench/pages.ts';
import type { Encoding } from '../../bench/scraper.ts';
import type { ServerName } from '../../bench/servers.ts';
import { median, medianRatio } from '../../bench/statistics.ts';

// A small version of the bench. The limits are several times worse than the results in docs/PERFORMANCE.md, so that a busy
// machine passes and a regression by an order of magnitude does not.

const SERIES = 10_000;
const BACKUPS = 10_000;
const GRAPHS = { graphs: 500, backupsPerGraph: 20, excluded: 0 };
const ROUNDS = 3;
const SETUP_TIMEOUT = 60_000;
const MEBIBYTE = 2 ** 20;

let bench: Bench;
beforeAll(() => {
  bench = openBench(fileURLToPath(new URL('../../src/main.ts', import.meta.url)));
});
afterAll(() => bench.close());

describe('a scrape of 10,000 series', () => {
  let small: Comparison;
  let comparison: Comparison;
  let rounds: ScrapeRounds;
  beforeAll(async () => {
    small = await startComparison(bench, 10, BACKUPS);
    comparison = await startComparison(bench, SERIES, BACKUPS);
    rounds = await measureScrapes(comparison, ROUNDS);
  }, SETUP_TIMEOUT);
  afterAll(() => Promise.all([small.stop(), comparison.stop()]));

  const ratio = (other: ServerName, encoding: Encoding, what: 'milliseconds' | 'cpu'): number => {
    const costs = (name: ServerName) => (rounds[roundsOf(name, encoding)] ?? []).map((cost) => cost[what]);
    return medianRatio(costs('exporter'), costs(other));
  };

  it.each([
    ['client_golang', 'gzip', 'milliseconds', 1 / 12],
    ['client_golang', 'gzip', 'cpu', 1 / 12],
    ['client_golang', 'identity', 'cpu', 1 / 6],
    ['prom-client', 'gzip', 'milliseconds', 1 / 12],
    ['prom-client', 'gzip', 'cpu', 1 / 12],
    ['floor', 'identity', 'milliseconds', 6],
  ] as const)('compared with %s, %s, %s, costs at most %f', (other, encoding, what, most) => {
    expect(ratio(other, encoding, what)).toBeLessThan(most);
  });

  it('costs about as much as one of ten series, excluding the copy of the body', async () => {
    const growth = await measureGrowth(small, comparison, ROUNDS);

    expect(growthOf(growth, 'gzip')).toBeLessThan(4);
  });

  it('is rendered once per poll for less than one scrape of client_golang', async () => {
    const { publish, clientGolang } = await measurePublishing(comparison, ROUNDS);

    expect(medianRatio(publish, clientGolang)).toBeLessThan(1);
  });
});

describe('a poll of 10,000 backups', () => {
  it('costs a few times as much as parsing their JSON', async () => {
    const { read, parse } = await measureReading(GRAPHS, 3 * ROUNDS);

    expect(medianRatio(read, parse)).toBeLessThan(8);
  });

  it('does not block the event loop, and requests each page once', async () => {
    const { stalls, pages } = await measureStalls(bench, GRAPHS, 2);

    expect(median(stalls.map(({ cpu }) => cpu))).toBeLessThan(60);
    expect(summarizePages(pages)).toEqual({ requested: expect.any(Number), repeated: 0, small: 0 });
    const ofBackups = pages.map((poll) => poll.filter(({ path }) => path.endsWith('/graphs/backups')));
    // A page of 120 rows begins with the last row of the previous page.
    expect(ofBackups.map(({ length }) => length)).toEqual([85, 85]);
  });
});

describe('a poll of 50,000 backups', () => {
  it('needs little memory, and little more for twice the backups of each graph', async () => {
    const peakOf = async (backupsPerGraph: number): Promise<number> => {
      const costs = await measurePolls(bench, { ...GRAPHS, backupsPerGraph }, ROUNDS);
      // The minimum, as the amount of garbage varies.
      return Math.min(...costs.map(({ peak, idle }) => peak - idle));
    };

    const once = await peakOf(100);
    const twice = await peakOf(200);

    process.stdout.write(`${Math.round(once / MEBIBYTE)} and ${Math.round(twice / MEBIBYTE)} MiB\n`);
    expect(once).toBeLessThan(150 * MEBIBYTE);
    // Rows kept as objects would take more.
    expect(twice - once).toBeLessThan(50 * MEBIBYTE);
  });
});

describe('an exporter', () => {
  let idle: IdleCost;
  let projects: ProjectPolls;
  beforeAll(async () => {
    [idle, projects] = await Promise.all([
      measureIdle(bench, { processes: 1, intervals: 1, seconds: 4 }),
      measureProjects(bench, 20, 3),
    ]);
  }, SETUP_TIMEOUT);

  it('is nearly idle between polls and scrapes, with little memory', () => {
    expect(median(idle.cpu)).toBeLessThan(25);
    expect(medianRatio(idle.resident, idle.residentOfExpress)).toBeLessThan(3);
  });

  it('spreads the polls of many projects and limits concurrent requests', () => {
    expect(projects.firstPollsWithin).toBeLessThan(10);
    expect(projects.busiestSecond).toBeLessThan(3);
    expect(projects.maxConcurrent).toBeGreaterThan(1);
    expect(projects.maxConcurrent).toBeLessThanOrEqual(projects.concurrency);
  });

  it('starts quickly, even from its source', async () => {
    const { exporter, bareHttp } = await measureStart(bench, 2);

    expect(medianRatio(exporter, bareHttp)).toBeLessThan(40);
  });
});
