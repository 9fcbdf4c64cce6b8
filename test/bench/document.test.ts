import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { writeIntoDocument } from '../../bench/document.ts';
import { rowsOfTable } from '../../bench/goals.ts';
import type { Measurements } from '../../bench/measurements.ts';

const DOCUMENT = readFileSync(new URL('../../docs/PERFORMANCE.md', import.meta.url), 'utf8');

const cost = (milliseconds: number) => [{ milliseconds, cpu: milliseconds, bytes: 1000 }];

const rounds = (slow: number) => ({
  'exporter gzip': cost(1),
  'exporter identity': cost(4),
  'client_golang gzip': cost(slow),
  'client_golang identity': cost(slow),
  'floor gzip': cost(0.8),
  'floor identity': cost(3.5),
});

const MEASURED: Measurements = {
  machine: {
    day: '2026-01-31',
    cpu: 'Fast CPU',
    cpus: 2,
    memory: 8 * 2 ** 30,
    kernel: '6.1.0',
    node: '24.0.0',
    go: '1.19.8',
    clientGolang: '1.14.0',
    promClient: '15.1.3',
    exporter: '0.1.0',
  },
  scrapes: [
    { series: 10, rounds: rounds(1) },
    { series: 100_000, rounds: rounds(1250) },
  ],
  growth: { small: rounds(1), large: rounds(1) },
  publishing: { first: 90, publish: [50], clientGolang: [400] },
  stalls: [{ wall: 7, cpu: 4 }],
  pages: { requested: 886, repeated: 0, small: 0 },
  reading: { read: [20], parse: [10] },
  polls: [
    { backups: 100_000, costs: [{ idle: 100 * 2 ** 20, peak: 190 * 2 ** 20, cpu: 900 }] },
    { backups: 200_000, costs: [{ idle: 100 * 2 ** 20, peak: 220 * 2 ** 20, cpu: 1700 }] },
  ],
  repeatedPeak: 120 * 2 ** 20,
  idle: { cpu: [0.9], resident: [100], residentOfExpress: [80] },
  start: { exporter: [170], bareHttp: [50] },
  projects: {
    projects: 200,
    firstPollsWithin: 19.9,
    busiestSecond: 1.1,
    maxConcurrent: 4,
    concurrency: 4,
    cpuPerPoll: 20,
    resident: 200 * 2 ** 20,
  },
};

describe('the table of the bench', () => {
  it('has a verdict on each row', () => {
    const verdicts = rowsOfTable(MEASURED).map(({ what, verdict }) => [what, verdict]);

    expect(verdicts).toEqual([
      ['gzip scrape at 100,000 series, time to last byte', 'goal'],
      ['plain scrape at 100,000 series', 'goal'],
      ['CPU of a gzip scrape at 100,000 series', 'goal'],
      ['CPU of a scrape at 100,000 compared with 10 series, excluding the copy of the body', 'goal'],
      [expect.stringContaining('longest stall of the event loop'), 'required'],
      ['CPU to publish 100,000 series (render and compress)', 'goal'],
      ['CPU to read and parse 10,000 backups', 'required'],
      ['peak memory above idle for 100,000 backups of 5,000 resources', 'missed'],
      [expect.stringContaining('CPU in 10 s'), 'goal'],
      [expect.stringContaining('resident memory'), 'required'],
      [expect.stringContaining('start to first'), 'missed'],
      ['requests per poll', 'goal'],
      ['polls of 200 projects', 'goal'],
    ]);
  });

  it('is written only between its marks in the document', () => {
    const written = writeIntoDocument(DOCUMENT, MEASURED);

    expect(written).toContain('Measured 2026-01-31: exporter 0.1.0, Node.js 24.0.0');
    expect(written).toContain('1/1250 of client_golang, 1.25x the bare server; 1.00 ms');
    expect(proseOf(written)).toBe(proseOf(DOCUMENT));
    expect(writeIntoDocument(written, MEASURED)).toBe(written);
  });

  it('is not written if a mark is missing', () => {
    expect(() => writeIntoDocument(DOCUMENT.replace('<!-- end of polls -->', ''), MEASURED)).toThrow('polls');
  });
});

/** The text written by hand: everything outside the marks. */
const proseOf = (document: string): string =>
  document.replaceAll(/(<!-- (\w+): written by [^>]*-->)[\s\S]*?(<!-- end of \2 -->)/g, '$1\n$3');
