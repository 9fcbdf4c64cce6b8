import { rowsOfTable } from './goals.ts';
import { describeMachine } from './machine.ts';
import { roundsOf, type ScrapeCost } from './measure/scrapes.ts';
import type { Measurements } from './measurements.ts';
import type { Encoding } from './scraper.ts';
import { SERVERS } from './servers.ts';
import { median } from './statistics.ts';
import { renderMarkdown, renderMarkdownLines } from './table.ts';

const BEGIN = (part: string): string => `<!-- ${part}: written by npm run bench -- --docs -->`;
const END = (part: string): string => `<!-- end of ${part} -->`;
const MEBIBYTE = 2 ** 20;

/** Writes the measurements between the marks of a document; throws if a mark is missing. */
export function writeIntoDocument(document: string, measured: Measurements): string {
  const parts: Readonly<Record<string, string>> = {
    table: `Measured ${describeMachine(measured.machine)}.\n\n${renderMarkdown(rowsOfTable(measured))}`,
    scrapes: renderScrapes(measured),
    polls: renderPolls(measured),
  };
  return Object.entries(parts).reduce(
    (text, [part, content]) => replaceBetween(text, BEGIN(part), END(part), content),
    document,
  );
}

function replaceBetween(text: string, begin: string, end: string, content: string): string {
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the document has no "${begin}" before "${end}"`);
  return `${text.slice(0, from)}${begin}\n${content}\n${text.slice(to)}`;
}

function renderScrapes({ scrapes }: Measurements): string {
  const head = ['series', 'scrape', ...SERVERS.map(nameOf)];
  const lines = scrapes.flatMap(({ series, rounds }) =>
    (['gzip', 'identity'] as const satisfies readonly Encoding[]).map((encoding) => [
      series.toLocaleString('en-US'),
      encoding === 'gzip' ? 'gzip' : 'plain',
      ...SERVERS.map((name) => renderCost(rounds[roundsOf(name, encoding)] ?? [])),
    ]),
  );
  return renderMarkdownLines([head, ...lines]);
}

const nameOf = (name: string): string =>
  name === 'floor' ? 'bare `node:net`' : name === 'pre-rendered' ? 'bare `node:http`' : name;

const renderCost = (costs: readonly ScrapeCost[]): string =>
  `${short(median(costs.map((cost) => cost.milliseconds)))} / ${short(median(costs.map((cost) => cost.cpu)))}`;

function renderPolls({ polls, publishing, reading, projects }: Measurements): string {
  const lines = polls.map(({ backups, costs }) => [
    `poll of ${backups.toLocaleString('en-US')} backups of 5,000 graphs`,
    `${short(median(costs.map(({ cpu }) => cpu)))} ms of CPU, first poll of the process`,
    `${Math.round(median(costs.map(({ peak, idle }) => peak - idle)) / MEBIBYTE)} MB above idle`,
  ]);
  return renderMarkdownLines([
    ['what', 'cost', 'memory'],
    ...lines,
    ['reading 10,000 backups', `${short(median(reading.read))} ms of CPU`, ''],
    [
      'publishing 100,000 series',
      `${short(median(publishing.publish))} ms of CPU; ${short(publishing.first)} ms the first time`,
      '',
    ],
    [
      `poll of one of ${projects.projects} projects (1,080 backups of 10 graphs)`,
      `${short(projects.cpuPerPoll)} ms of CPU`,
      `${Math.round(projects.resident / MEBIBYTE)} MB resident in total`,
    ],
  ]);
}

const short = (value: number): string => (value < 10 ? value.toFixed(2) : value.toFixed(0));
