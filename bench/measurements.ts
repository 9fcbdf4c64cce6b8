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
  measureGrowth,
  measurePublishing,
  measureScrapes,
  type PublishingCost,
  type ScrapeRounds,
  type Stage,
  setStage,
} from './measure/scrapes.ts';
import { measureStart, type StartTimes } from './measure/start.ts';
import { type AskedPages, summarizePages } from './pages.ts';

/** All that was measured in one run. Times are in milliseconds, sizes in bytes. */
export interface Measurements {
  readonly machine: Machine;
  /** By the number of resource series. */
  readonly scrapes: readonly { readonly series: number; readonly rounds: ScrapeRounds }[];
  readonly growth: { readonly small: ScrapeRounds; readonly large: ScrapeRounds };
  readonly publishing: PublishingCost;
  readonly stalls: readonly PollStall[];
  readonly pages: AskedPages;
  readonly reading: ReadingCost;
  /** First polls, by the number of backups of 5,000 graphs. */
  readonly polls: readonly { readonly backups: number; readonly costs: readonly PollCost[] }[];
  /** The most memory above idle of several polls of 100,000 backups in one process. */
  readonly repeatedPeak: number;
  readonly idle: IdleCost;
  readonly start: StartTimes;
  readonly projects: ProjectPolls;
}

/** How much is measured. */
export interface Extent {
  /** Numbers of resource series, the largest last. */
  readonly sizes: readonly number[];
  readonly backups: number;
  /** Of the largest size; of the others half as many. */
  readonly rounds: number;
}

const GRAPHS = 5000;
const POLLS_EACH = 3;
const REPEATED_POLLS = 4;
const STALL_PROCESSES = 2;
const STALL_POLLS = 3;
const READ_BACKUPS = { graphs: 500, backupsPerGraph: 20, leftOut: 0 };
const READING_ROUNDS = 15;
const STARTS = 11;
const PROJECTS = 200;
const PROJECTS_INTERVAL_SECONDS = 20;

/** Measures everything, one after the other; `tell` is told what is about to be measured. */
export async function measureAll(
  bench: Bench,
  machine: Machine,
  { sizes, backups, rounds }: Extent,
  tell: (what: string) => void,
): Promise<Measurements> {
  const { scrapes, growth, publishing } = await measureStages(bench, { sizes, backups, rounds }, tell);
  tell(`polls of ${backups} backups: stalls of the event loop`);
  const stalls: PollStall[] = [];
  let pages: AskedPages = summarizePages([]);
  for (let count = 0; count < STALL_PROCESSES; count += 1) {
    const measured = await measureStalls(bench, estateOfGraphs(backups), STALL_POLLS);
    stalls.push(...measured.stalls);
    pages = summarizePages(measured.pages);
  }
  const polls: { backups: number; costs: readonly PollCost[] }[] = [];
  for (const count of [backups, 2 * backups]) {
    tell(`polls of ${count} backups: memory`);
    polls.push({ backups: count, costs: await measurePolls(bench, estateOfGraphs(count), POLLS_EACH) });
  }
  tell(`polls of ${backups} backups, one after the other: memory`);
  const repeatedPeak = await measureRepeatedPolls(bench, estateOfGraphs(backups), REPEATED_POLLS);
  tell('reading 10000 backups beside JSON.parse');
  const reading = await measureReading(READ_BACKUPS, READING_ROUNDS);
  tell('starts');
  const start = await measureStart(bench, STARTS);
  tell(`polls of ${PROJECTS} projects, and exporters that are idle`);
  // Both take most of a minute and little CPU.
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
  leftOut: 0,
});

async function measureStages(
  bench: Bench,
  { sizes, backups, rounds }: Extent,
  tell: (what: string) => void,
): Promise<Pick<Measurements, 'scrapes' | 'growth' | 'publishing'>> {
  const scrapes: { series: number; rounds: ScrapeRounds }[] = [];
  const stages: Stage[] = [];
  try {
    for (const series of sizes) {
      tell(`scrapes of ${series} resource series`);
      const stage = await setStage(bench, series, backups);
      stages.push(stage);
      const isLargest = series === sizes.at(-1);
      scrapes.push({
        series,
        rounds: await measureScrapes(stage, isLargest ? rounds : Math.ceil(rounds / 2)),
      });
    }
    const [smallest] = stages;
    const largest = stages.at(-1);
    if (smallest === undefined || largest === undefined) throw new RangeError('no sizes');
    tell(`scrapes of ${smallest.series} and ${largest.series} resource series in the same rounds`);
    const growth = await measureGrowth(smallest, largest, rounds);
    tell(`publishing ${largest.series} resource series`);
    const publishing = await measurePublishing(largest, rounds);
    return { scrapes, growth, publishing };
  } finally {
    await Promise.all(stages.map((stage) => stage.stop()));
  }
}
