import { describe, expect, it } from 'vitest';
import { growthOf, verdictOn } from '../../bench/goals.ts';
import { summarizePages } from '../../bench/pages.ts';
import { renderMarkdown, renderText } from '../../bench/table.ts';

const check = (value: number, required: number, goal: number) => ({ value, required, goal });

describe('the verdict', () => {
  it.each([
    ['the goal', 'goal', [check(1, 2, 1)]],
    ['the required limit', 'required', [check(1.1, 2, 1)]],
    ['neither', 'missed', [check(2.1, 2, 1)]],
    ['only one of two goals', 'required', [check(1, 2, 1), check(1.1, 2, 1)]],
    ['one goal and misses the other limit', 'missed', [check(1, 2, 1), check(3, 2, 1)]],
    ['nothing, as nothing was measured', 'missed', [check(Number.NaN, 2, 1)]],
  ])('is correct for a row that reaches %s', (_what, verdict, checks) => {
    expect(verdictOn(checks)).toBe(verdict);
  });
});

describe('the growth of a scrape', () => {
  it('excludes the CPU of the bare server for the same bytes', () => {
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

  it('are counted as good if each is requested once with the maximum size', () => {
    expect(summarizePages([[backups(0), backups(119), instances]])).toEqual({
      requested: 3,
      repeated: 0,
      small: 0,
    });
  });

  it('can be requested again by the next poll', () => {
    expect(summarizePages([[backups(0)], [backups(0)]]).repeated).toBe(0);
  });

  it('are counted if one is requested twice or smaller than allowed', () => {
    expect(summarizePages([[backups(0), backups(0), backups(120, 50)]])).toEqual({
      requested: 3,
      repeated: 1,
      small: 1,
    });
  });
});

describe('the table', () => {
  const row = {
    what: 'CPU of a scrape of so many series that the name of the row has to wrap',
    measured: '1/584 of `client_golang`',
    required: '1/500',
    goal: '1/1000',
    verdict: 'required',
    checks: [],
  } as const;

  it('is Markdown with a line for each row', () => {
    expect(renderMarkdown([row]).split('\n')).toEqual([
      '| what | measured | required | goal | verdict |',
      '| --- | --- | --- | --- | --- |',
      `| ${row.what} | ${row.measured} | 1/500 | 1/1000 | required |`,
    ]);
  });

  it('has every word on a terminal', () => {
    const text = renderText([row]);

    for (const word of row.what.split(' ')) expect(text).toContain(word);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(160);
  });
});
