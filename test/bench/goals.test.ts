import { describe, expect, it } from 'vitest';
import { growthOf, verdictOn } from '../../bench/goals.ts';
import { summarizePages } from '../../bench/pages.ts';
import { renderMarkdown, renderText } from '../../bench/table.ts';

const check = (value: number, atLeast: number, goal: number) => ({ value, atLeast, goal });

describe('the verdict', () => {
  it.each([
    ['the goal', 'goal', [check(1, 2, 1)]],
    ['what is asked for at least', 'at least', [check(1.1, 2, 1)]],
    ['neither', 'missed', [check(2.1, 2, 1)]],
    ['only one of two goals', 'at least', [check(1, 2, 1), check(1.1, 2, 1)]],
    ['one goal and misses the other row', 'missed', [check(1, 2, 1), check(3, 2, 1)]],
    ['nothing, because nothing was measured', 'missed', [check(Number.NaN, 2, 1)]],
  ])('tells what reaches %s', (_what, verdict, checks) => {
    expect(verdictOn(checks)).toBe(verdict);
  });
});

describe('the growth of a scrape', () => {
  it('leaves out what the bare server needs for the same bytes', () => {
    const rounds = (exporter: number, floor: number) => ({
      'exporter gzip': [{ milliseconds: 0, cpu: exporter, bytes: 0 }],
      'floor gzip': [{ milliseconds: 0, cpu: floor, bytes: 0 }],
    });

    expect(growthOf({ small: rounds(2, 1), large: rounds(103, 100) }, 'gzip')).toBe(3);
  });
});

describe('the pages of a poll', () => {
  const backups = (offset: number, limit = 120) => ({
    operation: 'list_backups',
    path: '/v2/0d5f/graphs/backups',
    query: `offset=${offset}&limit=${limit}`,
    at: 0,
  });
  const instances = {
    operation: 'list_instances',
    path: '/v3/0d5f/instances',
    query: 'offset=0&limit=100',
    at: 0,
  };

  it('are well when each is asked for once, as large as it may be', () => {
    expect(summarizePages([[backups(0), backups(119), instances]])).toEqual({
      asked: 3,
      repeated: 0,
      small: 0,
    });
  });

  it('may be asked for again by the next poll', () => {
    expect(summarizePages([[backups(0)], [backups(0)]]).repeated).toBe(0);
  });

  it('are counted when one is asked for twice or smaller than it may be', () => {
    expect(summarizePages([[backups(0), backups(0), backups(120, 50)]])).toEqual({
      asked: 3,
      repeated: 1,
      small: 1,
    });
  });
});

describe('the table', () => {
  const row = {
    what: 'CPU of a scrape of very many series that nobody would ever count by hand',
    measured: '1/584 of `client_golang`',
    atLeast: '1/500',
    goal: '1/1000',
    verdict: 'at least',
    checks: [],
  } as const;

  it('is Markdown with a line for each row', () => {
    expect(renderMarkdown([row]).split('\n')).toEqual([
      '| what | measured | at least | goal | verdict |',
      '| --- | --- | --- | --- | --- |',
      `| ${row.what} | ${row.measured} | 1/500 | 1/1000 | at least |`,
    ]);
  });

  it('keeps every word on a terminal', () => {
    const text = renderText([row]);

    for (const word of row.what.split(' ')) expect(text).toContain(word);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(160);
  });
});
