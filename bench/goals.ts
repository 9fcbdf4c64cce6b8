import { roundsOf, type ScrapeCost, type ScrapeRounds } from './measure/scrapes.ts';
import type { Measurements } from './measurements.ts';
import type { Encoding } from './scraper.ts';
import type { ServerName } from './servers.ts';
import { median, medianRatio } from './statistics.ts';

/** Whether the goal is reached, or at least the required limit, or neither. */
export type Verdict = 'goal' | 'required' | 'missed';

/** One line of the table. */
export interface Row {
  readonly what: string;
  readonly measured: string;
  readonly required: string;
  readonly goal: string;
  readonly verdict: Verdict;
  /** The checks of the verdict; smaller values are better. */
  readonly checks: readonly Check[];
}

/** A value and its upper limits. */
export interface Check {
  readonly value: number;
  readonly required: number;
  readonly goal: number;
}

const MEBIBYTE = 2 ** 20;
/** Up to this ratio growth counts as flat, as runs differ by as much. */
const FLAT = 1.1;

/** The rows of the table: each measurement with its limits. */
export function rowsOfTable(measured: Measurements): readonly Row[] {
  return [
    ...scrapeRows(measured),
    growthRow(measured),
    stallRow(measured),
    publishingRow(measured),
    readingRow(measured),
    memoryRow(measured),
    ...idleRows(measured),
    startRow(measured),
    pagesRow(measured),
    projectsRow(measured),
  ];
}

/** The verdict on all checks together. NaN, for missing measurements, is missed. */
export function verdictOn(checks: readonly Check[]): Verdict {
  if (checks.every(({ value, goal }) => value <= goal)) return 'goal';
  return checks.every(({ value, required }) => value <= required) ? 'required' : 'missed';
}

const row = (
  what: string,
  measured: string,
  [required, goal]: readonly [string, string],
  ...checks: readonly Check[]
): Row => ({ what, measured, required, goal, verdict: verdictOn(checks), checks });

const limit = (value: number, required: number, goal: number): Check => ({ value, required, goal });

const costs = (
  rounds: ScrapeRounds,
  name: ServerName,
  encoding: Encoding,
  what: Exclude<keyof ScrapeCost, 'bytes'>,
): readonly number[] => (rounds[roundsOf(name, encoding)] ?? []).map((cost) => cost[what]);

function scrapeRows({ scrapes }: Measurements): readonly Row[] {
  const { series = 0, rounds = {} } = scrapes.at(-1) ?? {};
  const ratio = (other: ServerName, encoding: Encoding, what: 'milliseconds' | 'cpu'): number =>
    medianRatio(costs(rounds, 'exporter', encoding, what), costs(rounds, other, encoding, what));
  const exporterTime = median(costs(rounds, 'exporter', 'gzip', 'milliseconds'));
  const exporterCpu = median(costs(rounds, 'exporter', 'gzip', 'cpu'));
  const time = ratio('client_golang', 'gzip', 'milliseconds');
  const timeToFloor = ratio('floor', 'gzip', 'milliseconds');
  const cpu = ratio('client_golang', 'gzip', 'cpu');
  const plain = ratio('floor', 'identity', 'milliseconds');
  return [
    row(
      `gzip scrape at ${count(series)} series, time to last byte`,
      `${inverse(time)} of client_golang, ${times(timeToFloor)} the bare server; ${milliseconds(exporterTime)}`,
      ['1/200 of client_golang', '1/250, and at most 2x a bare `node:net` server sending the same bytes'],
      limit(time, 1 / 200, 1 / 250),
      limit(timeToFloor, Number.POSITIVE_INFINITY, 2),
    ),
    row(
      `plain scrape at ${count(series)} series`,
      `${times(plain)} the bare server; ${milliseconds(median(costs(rounds, 'exporter', 'identity', 'milliseconds')))}`,
      ['1.5x the bare server', '1.2x'],
      limit(plain, 1.5, 1.2),
    ),
    row(
      `CPU of a gzip scrape at ${count(series)} series`,
      `${inverse(cpu)} of client_golang; ${milliseconds(exporterCpu)}`,
      ['1/500 of client_golang', '1/1000'],
      limit(cpu, 1 / 500, 1 / 1000),
    ),
  ];
}

/** The CPU of a scrape minus that of the bare server sending the same bytes; the large size divided by the small. */
export function growthOf({ small, large }: Measurements['growth'], encoding: Encoding): number {
  const beyondFloor = (rounds: ScrapeRounds): readonly number[] => {
    const floor = costs(rounds, 'floor', encoding, 'cpu');
    return costs(rounds, 'exporter', encoding, 'cpu').map((cpu, round) => cpu - (floor[round] ?? Number.NaN));
  };
  return medianRatio(beyondFloor(large), beyondFloor(small));
}

function growthRow({ scrapes, growth }: Measurements): Row {
  const gzip = growthOf(growth, 'gzip');
  const plain = growthOf(growth, 'identity');
  return row(
    `CPU of a scrape at ${count(scrapes.at(-1)?.series ?? 0)} compared with ${count(scrapes[0]?.series ?? 0)} series, excluding the copy of the body`,
    `gzip ${times(gzip)}, plain ${times(plain)}`,
    ['1.5x', 'flat'],
    limit(gzip, 1.5, FLAT),
  );
}

function stallRow({ stalls, polls }: Measurements): Row {
  const wall = median(stalls.map((stall) => stall.wall));
  const worst = Math.max(...stalls.map((stall) => stall.wall));
  const cpu = median(stalls.map((stall) => stall.cpu));
  return row(
    `longest stall of the event loop while a poll of ${count(polls[0]?.backups ?? 0)} backups is read, parsed, rendered and compressed`,
    `${milliseconds(wall)}, worst of ${stalls.length} polls ${milliseconds(worst)}; CPU time ${milliseconds(cpu)}`,
    ['20 ms', '5 ms'],
    limit(wall, 20, 5),
  );
}

function publishingRow({ scrapes, publishing }: Measurements): Row {
  const ratio = medianRatio(publishing.publish, publishing.clientGolang);
  return row(
    `CPU to publish ${count(scrapes.at(-1)?.series ?? 0)} series (render and compress)`,
    `${inverse(ratio)} of one client_golang gzip scrape; ${milliseconds(median(publishing.publish))}`,
    ['1/6 of one client_golang gzip scrape', '1/8'],
    limit(ratio, 1 / 6, 1 / 8),
  );
}

function readingRow({ reading }: Measurements): Row {
  const ratio = medianRatio(reading.read, reading.parse);
  return row(
    'CPU to read and parse 10,000 backups',
    `${times(ratio)} \`JSON.parse\`; ${milliseconds(median(reading.read))}`,
    ['2.5x `JSON.parse` of the same bytes', '1.8x'],
    limit(ratio, 2.5, 1.8),
  );
}

/** Peak memory above idle of each poll, in bytes. */
const peaks = (poll: Measurements['polls'][number] | undefined): readonly number[] =>
  (poll?.costs ?? []).map(({ peak, idle }) => peak - idle);

function memoryRow({ polls, repeatedPeak }: Measurements): Row {
  const once = median(peaks(polls[0]));
  const growth = median(peaks(polls[1])) / once;
  return row(
    `peak memory above idle for ${count(polls[0]?.backups ?? 0)} backups of 5,000 resources`,
    `${megabytes(once)} in the first poll, ${megabytes(repeatedPeak)} over several; with twice the backups per resource ${times(growth)}`,
    ['150 MB; with twice the backups per resource at most 1.2x', '100 MB'],
    limit(once / MEBIBYTE, 150, 100),
    limit(growth, 1.2, 1.2),
  );
}

function idleRows({ idle }: Measurements): readonly Row[] {
  const cpu = median(idle.cpu);
  const resident = medianRatio(idle.resident, idle.residentOfExpress);
  return [
    row(
      'idle with the default configuration, excluding polls: CPU in 10 s',
      milliseconds(cpu),
      ['3 ms', '1 ms'],
      limit(cpu, 3, 1),
    ),
    row(
      'idle with the default configuration: resident memory',
      `${times(resident)} a bare process with express; ${megabytes(median(idle.resident))}`,
      ['1.4x a bare Node.js process with express loaded', '1.15x'],
      limit(resident, 1.4, 1.15),
    ),
  ];
}

function startRow({ start }: Measurements): Row {
  const ratio = medianRatio(start.exporter, start.bareHttp);
  return row(
    'time from start to first `/metrics` response, compiled package, compared with a bare `node:http` script',
    `${times(ratio)}; ${milliseconds(median(start.exporter))} vs ${milliseconds(median(start.bareHttp))}`,
    ['3x', '2x'],
    limit(ratio, 3, 2),
  );
}

function pagesRow({ pages, polls }: Measurements): Row {
  return row(
    'requests per poll',
    `${count(pages.requested)} pages for ${count(polls[0]?.backups ?? 0)} backups; ${pages.repeated} requested twice, ${pages.small} smaller than allowed`,
    ['pages as large as the service allows; none requested twice', ''],
    limit(pages.requested > 0 ? pages.repeated + pages.small : Number.NaN, 0, 0),
  );
}

function projectsRow({ projects }: Measurements): Row {
  return row(
    `polls of ${projects.projects} projects`,
    `first polls within ${projects.firstPollsWithin.toFixed(1)} s, then ${times(projects.busiestSecond)} the average in the busiest second; at most ${projects.maxConcurrent} of ${projects.concurrency} concurrent requests`,
    [
      'spread over the interval (first polls within 30 s); at most the configured number of concurrent requests',
      '',
    ],
    limit(projects.firstPollsWithin, 30, 30),
    limit(projects.busiestSecond, 2, 2),
    limit(projects.maxConcurrent, projects.concurrency, projects.concurrency),
  );
}

const count = (value: number): string => value.toLocaleString('en-US');
const times = (ratio: number): string => `${ratio.toFixed(2)}x`;
const inverse = (ratio: number): string => `1/${(1 / ratio).toFixed(ratio > 0.05 ? 1 : 0)}`;
const megabytes = (bytes: number): string => `${(bytes / MEBIBYTE).toFixed(0)} MB`;
const milliseconds = (value: number): string => `${value.toFixed(value < 100 ? 2 : 0)} ms`;
