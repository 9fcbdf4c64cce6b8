import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bench, openBench } from '../../bench/bench.ts';
import type { Contestant } from '../../bench/contestants.ts';
import { growthOf } from '../../bench/goals.ts';
import { type IdleCost, measureIdle } from '../../bench/measure/idle.ts';
import { measurePolls, measureStalls } from '../../bench/measure/polls.ts';
import { measureProjects, type ProjectPolls } from '../../bench/measure/projects.ts';
import { measureReading } from '../../bench/measure/reading.ts';
import {
  measureGrowth,
  measurePublishing,
  measureScrapes,
  roundsOf,
  type ScrapeRounds,
  type Stage,
  setStage,
} from '../../bench/measure/scrapes.ts';
import { measureStart } from '../../bench/measure/start.ts';
import { summarizePages } from '../../bench/pages.ts';
import type { Encoding } from '../../bench/scraper.ts';
import { median, medianRatio } from '../../bench/statistics.ts';

// The bench in small. What is expected is several times worse than what docs/PERFORMANCE.md shows, so that a busy
// machine passes and a change of an order does not.

const SERIES = 10_000;
const BACKUPS = 10_000;
const GRAPHS = { graphs: 500, backupsPerGraph: 20, leftOut: 0 };
const ROUNDS = 3;
const LONGEST_PREPARATION = 60_000;
const MEBIBYTE = 2 ** 20;

let bench: Bench;
beforeAll(() => {
  bench = openBench(fileURLToPath(new URL('../../src/main.ts', import.meta.url)));
});
afterAll(() => bench.close());

describe('a scrape of 10,000 series', () => {
  let small: Stage;
  let stage: Stage;
  let rounds: ScrapeRounds;
  beforeAll(async () => {
    small = await setStage(bench, 10, BACKUPS);
    stage = await setStage(bench, SERIES, BACKUPS);
    rounds = await measureScrapes(stage, ROUNDS);
  }, LONGEST_PREPARATION);
  afterAll(() => Promise.all([small.stop(), stage.stop()]));

  const ratio = (rival: Contestant, encoding: Encoding, what: 'milliseconds' | 'cpu'): number => {
    const costs = (contestant: Contestant) =>
      (rounds[roundsOf(contestant, encoding)] ?? []).map((cost) => cost[what]);
    return medianRatio(costs('exporter'), costs(rival));
  };

  it.each([
    ['client_golang', 'gzip', 'milliseconds', 1 / 12],
    ['client_golang', 'gzip', 'cpu', 1 / 12],
    ['client_golang', 'identity', 'cpu', 1 / 6],
    ['prom-client', 'gzip', 'milliseconds', 1 / 12],
    ['prom-client', 'gzip', 'cpu', 1 / 12],
    ['floor', 'identity', 'milliseconds', 6],
  ] as const)('against %s, %s, %s, costs at most %f', (rival, encoding, what, most) => {
    expect(ratio(rival, encoding, what)).toBeLessThan(most);
  });

  it('costs about what one of ten series does, apart from the copy of the bytes', async () => {
    const growth = await measureGrowth(small, stage, ROUNDS);

    expect(growthOf(growth, 'gzip')).toBeLessThan(4);
  });

  it('is paid for once per poll with less than client_golang takes for one scrape', async () => {
    const { publish, clientGolang } = await measurePublishing(stage, ROUNDS);

    expect(medianRatio(publish, clientGolang)).toBeLessThan(1);
  });
});

describe('a poll of 10,000 backups', () => {
  it('reads them for a few times the cost of parsing their JSON', async () => {
    const { read, parse } = await measureReading(GRAPHS, 3 * ROUNDS);

    expect(medianRatio(read, parse)).toBeLessThan(8);
  });

  it('does not hold the event loop, and asks for each page once', async () => {
    const { stalls, pages } = await measureStalls(bench, GRAPHS, 2);

    expect(median(stalls.map(({ cpu }) => cpu))).toBeLessThan(60);
    expect(summarizePages(pages)).toEqual({ asked: expect.any(Number), repeated: 0, small: 0 });
    const ofBackups = pages.map((poll) => poll.filter(({ path }) => path.endsWith('/graphs/backups')));
    // A page of 120 rows begins with the last row of the page before.
    expect(ofBackups.map(({ length }) => length)).toEqual([85, 85]);
  });
});

describe('a poll of 50,000 backups', () => {
  it('does not take much memory, nor much more for twice the backups of each graph', async () => {
    const peakOf = async (backupsPerGraph: number): Promise<number> => {
      const costs = await measurePolls(bench, { ...GRAPHS, backupsPerGraph }, ROUNDS);
      // What is needed: how much garbage is left lying around varies.
      return Math.min(...costs.map(({ peak, idle }) => peak - idle));
    };

    const once = await peakOf(100);
    const twice = await peakOf(200);

    process.stdout.write(`${Math.round(once / MEBIBYTE)} and ${Math.round(twice / MEBIBYTE)} MiB\n`);
    expect(once).toBeLessThan(150 * MEBIBYTE);
    // As objects, their rows would take more.
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
  }, LONGEST_PREPARATION);

  it('does next to nothing beside its polls and scrapes, in little memory', () => {
    expect(median(idle.cpu)).toBeLessThan(25);
    expect(medianRatio(idle.resident, idle.residentOfExpress)).toBeLessThan(3);
  });

  it('spreads the polls of many projects and keeps to the requests at once', () => {
    expect(projects.firstPollsWithin).toBeLessThan(10);
    expect(projects.busiestSecond).toBeLessThan(3);
    expect(projects.mostAtOnce).toBeGreaterThan(1);
    expect(projects.mostAtOnce).toBeLessThanOrEqual(projects.concurrency);
  });

  it('is soon there, even from its source', async () => {
    const { exporter, bareHttp } = await measureStart(bench, 2);

    expect(medianRatio(exporter, bareHttp)).toBeLessThan(40);
  });
});
