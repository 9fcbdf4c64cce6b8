import type { Bench } from './bench.ts';
import type { Machine } from './machine.ts';
import { type IdleCost, measureIdle } from './measure/idle.ts';
import {
  measurePolls,
  measureRepeatedPolls,
  measureStalls,
  type PollCost,
  type PollStall,
} from './measure/polls.ts';
import { measureProjects, type ProjectPolls } from './measure/projects.ts';
import { measureReading, type ReadingCost } from './measure/reading.ts';
import {
  type Comparison,
  measureGrowth,
  measurePublishing,
  measureScrapes,
  type PublishingCost,
  type ScrapeRounds,
  startComparison,
} from './measure/scrapes.ts';
import { measureStart, type StartTimes } from './measure/start.ts';
import { type PageCounts, summarizePages } from './pages.ts';

/** All measurements of one run. Times are in milliseconds, sizes in bytes. */
export interface Measurements {
  readonly machine: Machine;
  /** By the number of resource series. */
  readonly scrapes: readonly { readonly series: number; readonly rounds: ScrapeRounds }[];
  readonly growth: { readonly small: ScrapeRounds; readonly large: ScrapeRounds };
  readonly publishing: PublishingCost;
  readonly stalls: readonly PollStall[];
  readonly pages: PageCounts;
  readonly reading: ReadingCost;
  /** First polls, by the number of backups of 5,000 graphs. */
  readonly polls: readonly { readonly backups: number; readonly costs: readonly PollCost[] }[];
  /** Maximum memory above idle during several polls of 100,000 backups in one process. */
  readonly repeatedPeak: number;
  readonly idle: IdleCost;
  readonly start: StartTimes;
  readonly projects: ProjectPolls;
}

/** The extent of a run. */
export interface Extent {
  /** Numbers of resource series, the largest last. */
  readonly sizes: readonly number[];
  readonly backups: number;
  /** For the largest size; half as many for the others. */
  readonly rounds: number;
}

const GRAPHS = 5000;
const POLLS_EACH = 3;
const REPEATED_POLLS = 4;
const STALL_PROCESSES = 2;
const STALL_POLLS = 3;
const READ_BACKUPS = { graphs: 500, backupsPerGraph: 20, excluded: 0 };
const READING_ROUNDS = 15;
const STARTS = 11;
const PROJECTS = 200;
const PROJECTS_INTERVAL_SECONDS = 20;

/** Runs all measurements in sequence; `report` is called with the name of each before it starts. */
export async function measureAll(
  bench: Bench,
  machine: Machine,
  { sizes, backups, rounds }: Extent,
  report: (what: string) => void,
): Promise<Measurements> {
  const { scrapes, growth, publishing } = await measureComparisons(bench, { sizes, backups, rounds }, report);
  report(`polls of ${backups} backups: stalls of the event loop`);
  const stalls: PollStall[] = [];
  let pages: PageCounts = summarizePages([]);
  for (let count = 0; count < STALL_PROCESSES; count += 1) {
    const measured = await measureStalls(bench, estateOfGraphs(backups), STALL_POLLS);
    stalls.push(...measured.stalls);
    pages = summarizePages(measured.pages);
  }
  const polls: { backups: number; costs: readonly PollCost[] }[] = [];
  for (const count of [backups, 2 * backups]) {
    report(`polls of ${count} backups: memory`);
    polls.push({ backups: count, costs: await measurePolls(bench, estateOfGraphs(count), POLLS_EACH) });
  }
  report(`consecutive polls of ${backups} backups: memory`);
  const repeatedPeak = await measureRepeatedPolls(bench, estateOfGraphs(backups), REPEATED_POLLS);
  report('reading 10000 backups compared with JSON.parse');
  const reading = await measureReading(READ_BACKUPS, READING_ROUNDS);
  report('starts');
  const start = await measureStart(bench, STARTS);
  report(`polls of ${PROJECTS} projects, and idle exporters`);
  // Both take almost a minute and little CPU.
  const [projects, idle] = await Promise.all([
    measureProjects(bench, PROJECTS, PROJECTS_INTERVAL_SECONDS),
    measureIdle(bench, { processes: 3, intervals: 3, seconds: 10 }),
  ]);
  return {
    machine,
    scrapes,
    growth,
    publishing,
    stalls,
    pages,
    reading,
    polls,
    repeatedPeak,
    idle,
    start,
    projects,
  };
}

const estateOfGraphs = (backups: number) => ({
  graphs: GRAPHS,
  backupsPerGraph: backups / GRAPHS,
  excluded: 0,
});

async function measureComparisons(
  bench: Bench,
  { sizes, backups, rounds }: Extent,
  report: (what: string) => void,
): Promise<Pick<Measurements, 'scrapes' | 'growth' | 'publishing'>> {
  const scrapes: { series: number; rounds: ScrapeRounds }[] = [];
  const comparisons: Comparison[] = [];
  try {
    for (const series of sizes) {
      report(`scrapes of ${series} resource series`);
      const comparison = await startComparison(bench, series, backups);
      comparisons.push(comparison);
      const isLargest = series === sizes.at(-1);
      scrapes.push({
        series,
        rounds: await measureScrapes(comparison, isLargest ? rounds : Math.ceil(rounds / 2)),
      });
    }
    const [smallest] = comparisons;
    const largest = comparisons.at(-1);
    if (smallest === undefined || largest === undefined) throw new RangeError('no sizes');
    report(`scrapes of ${smallest.series} and ${largest.series} resource series in the same rounds`);
    const growth = await measureGrowth(smallest, largest, rounds);
    report(`publishing ${largest.series} resource series`);
    const publishing = await measurePublishing(largest, rounds);
    return { scrapes, growth, publishing };
  } finally {
    await Promise.all(comparisons.map((comparison) => comparison.stop()));
  }
}
