import { describe, expect, it } from 'vitest';
import {
  BACKFILLED_METRICS,
  type BackfillGrid,
  type BackfillProgress,
  NEVER_BACKFILLED,
  type ResourceHistory,
  writeBackfill,
} from '../../src/backfill/backfill.ts';
import { resourceHistory } from '../../src/backfill/resource-history.ts';
import type { Backup } from '../../src/domain/backup.ts';
import { seconds, unixSeconds } from '../../src/domain/quantities.ts';
import { RESOURCE_METRICS } from '../../src/metrics/resource-metrics.ts';
import type { KnownResource } from '../../src/state/known-resource.ts';
import { failed, listing, running, succeeded, unknown } from '../support/backups.ts';
import { readSamples } from '../support/exporter-process.ts';
import { PLACE } from '../support/served.ts';

const OBJECTIVE = seconds(1000);
const UNTIL = 2000;

/** A graph that was created at 10 and still exists, by default. */
const known = (
  fields: Partial<KnownResource> & { readonly created?: number | undefined } = {},
): KnownResource => {
  const { created = 10, ...rest } = fields;
  return {
    id: 'graph-1',
    name: 'orders',
    firstSeen: unixSeconds(UNTIL),
    exists: true,
    listing: listing({ id: 'graph-1', created: unixSeconds(created), engineVersion: undefined }),
    facts: undefined,
    unread: false,
    ...rest,
  };
};

const auto = { method: 'auto', size: undefined };

/** The chunks of a backfill, each read before the next one is requested. */
const chunksOf = (...backfill: Parameters<typeof writeBackfill>): readonly string[] =>
  Array.from(writeBackfill(...backfill));

const textOf = (
  histories: readonly ResourceHistory[],
  grid: BackfillGrid,
  report: (progress: BackfillProgress) => void = () => undefined,
): string => chunksOf(histories, grid, report).join('');

/** The samples of a resource every ten seconds from 0 to 2000: for each series the times and values. */
function samplesOf(
  backups: readonly Backup[],
  resource: KnownResource = known(),
  grid: Partial<BackfillGrid> = {},
  isInfoInRows = true,
): ReadonlyMap<string, readonly (readonly [time: number, value: number])[]> {
  const all: BackfillGrid = {
    since: unixSeconds(0),
    until: unixSeconds(UNTIL),
    step: seconds(10),
    job: 'job',
    instance: 'instance',
    ...grid,
  };
  const points = resourceHistory(
    resource,
    resource.exists ? OBJECTIVE : undefined,
    backups,
    all,
    isInfoInRows,
  );
  const text = textOf([{ scope: PLACE, points }], all);
  const series = new Map<string, (readonly [number, number])[]>();
  for (const line of text.split('\n')) {
    const [, sample = '', time = ''] = /^([^#].*) (\S+)$/.exec(line) ?? [];
    if (sample === '') continue;
    for (const { name, labels, value } of readSamples(sample)) {
      const short = name.replace('huaweicloud_backup_', '');
      const key = labels['state'] === undefined ? short : `${short} ${labels['state']}`;
      series.set(key, [...(series.get(key) ?? []), [Number(time), value]]);
    }
  }
  return series;
}

/** The samples of a series as spans of equal values: `200-490: 150`. */
function spansOf(samples: readonly (readonly [number, number])[] = []): readonly string[] {
  const spans: { from: number; to: number; value: number }[] = [];
  for (const [time, value] of samples) {
    const last = spans.at(-1);
    if (last !== undefined && last.value === value && last.to === time - 10) last.to = time;
    else spans.push({ from: time, to: time, value });
  }
  return spans.map(({ from, to, value }) => `${from}-${to}: ${value}`);
}

const spans = (series: string, ...of: Parameters<typeof samplesOf>): readonly string[] =>
  spansOf(samplesOf(...of).get(series));

describe('the past of a resource', () => {
  it('has a newest success since the end of the oldest remaining automatic backup', () => {
    const backups = [
      succeeded({ ...auto, id: 'a', start: 500, end: 550 }),
      succeeded({ ...auto, id: 'b', start: 900, end: 950 }),
    ];

    expect(spans('last_success_timestamp_seconds', backups)).toEqual(['550-940: 550', '950-2000: 950']);
    expect(spans('rpo_seconds', backups)).toEqual(['550-2000: 1000']);
    expect(spans('running_start_timestamp_seconds', backups)).toEqual(['500-540: 500', '900-940: 900']);
    expect(spans('last_status succeeded', backups)).toEqual([
      '500-540: 0',
      '550-890: 1',
      '900-940: 0',
      '950-2000: 1',
    ]);
    expect(spans('consecutive_failures', backups)).toEqual(['550-2000: 0']);
  });

  it('does not consider a manual backup the newest one if automatic ones may be gone', () => {
    const backups = [
      succeeded({ ...auto, id: 'm', method: 'manual', start: 100, end: 150 }),
      succeeded({ ...auto, id: 'a', start: 500, end: 550 }),
    ];

    expect(spans('last_success_timestamp_seconds', backups)).toEqual(['550-2000: 550']);
  });

  it('includes a manual backup among automatic ones', () => {
    const backups = [
      succeeded({ ...auto, id: 'a', start: 500, end: 550 }),
      succeeded({ ...auto, id: 'm', method: 'manual', start: 700, end: 750 }),
    ];

    expect(spans('last_success_timestamp_seconds', backups)).toEqual(['550-740: 550', '750-2000: 750']);
  });

  it.each([
    { notExpected: 'no automatic backups', spans: ['150-2000: 150'] },
    { notExpected: undefined, spans: [] },
  ])(
    'consists of manual backups if there are no others (not expected: $notExpected)',
    ({ notExpected, spans: expected }) => {
      const backups = [succeeded({ ...auto, id: 'm', method: 'manual', start: 100, end: 150 })];
      const resource = known({ listing: { ...listing({ id: 'graph-1' }), notExpected } });

      expect(spans('last_success_timestamp_seconds', backups, resource)).toEqual(expected);
    },
  );

  it('counts consecutive failures if none of them can be gone', () => {
    const backups = [
      succeeded({ ...auto, id: 'a', start: 100, end: 150 }),
      succeeded({ ...auto, id: 'b', start: 300, end: 350 }),
      succeeded({ ...auto, id: 'c', start: 500, end: 550 }),
      failed({ ...auto, id: 'd', start: 700, end: 750 }),
      failed({ ...auto, id: 'e', start: 900, end: 950 }),
    ];

    expect(spans('consecutive_failures', backups)).toEqual(['150-740: 0', '750-940: 1', '950-2000: 2']);
    expect(spans('last_failure_timestamp_seconds', backups)).toEqual(['750-940: 750', '950-2000: 950']);
    expect(spans('last_status failed', backups)).toEqual([
      '100-740: 0',
      '750-890: 1',
      '900-940: 0',
      '950-2000: 1',
    ]);
  });

  it('does not count consecutive failures if some of them may be gone', () => {
    const backups = [
      succeeded({ ...auto, id: 'a', start: 100, end: 150 }),
      failed({ ...auto, id: 'd', start: 700, end: 750 }),
      failed({ ...auto, id: 'e', start: 900, end: 950 }),
    ];

    expect(spans('consecutive_failures', backups)).toEqual([]);
    expect(spans('last_success_timestamp_seconds', backups)).toEqual(['150-2000: 150']);
    expect(spans('last_failure_timestamp_seconds', backups)).toEqual(['750-940: 750', '950-2000: 950']);
    expect(spans('last_status failed', backups)[0]).toMatch(/^700-/);
  });

  it('does not consider a manual failure the newest one if automatic ones may be gone', () => {
    const backups = [
      failed({ id: 'm', method: 'manual', start: 100, end: 150 }),
      failed({ ...auto, id: 'd', start: 700, end: 750 }),
    ];

    expect(spans('last_failure_timestamp_seconds', backups)).toEqual(['750-2000: 750']);
  });

  it('counts them again after a success that is newer than the oldest remaining failure', () => {
    const backups = [
      failed({ ...auto, id: 'd', start: 700, end: 750 }),
      succeeded({ ...auto, id: 'a', start: 900, end: 950 }),
      failed({ ...auto, id: 'e', start: 1100, end: 1150 }),
    ];

    expect(spans('consecutive_failures', backups)).toEqual(['950-1140: 0', '1150-2000: 1']);
  });

  it('has no success if all backups failed, and an objective since the oldest of them', () => {
    const backups = [failed({ ...auto, id: 'd', start: 700, end: 750 })];

    expect(spans('rpo_seconds', backups)).toEqual(['700-2000: 1000']);
    expect(spans('last_success_timestamp_seconds', backups)).toEqual([]);
    expect(spans('consecutive_failures', backups)).toEqual([]);
  });

  it('consists of the objective since its creation if it has no backups', () => {
    const samples = samplesOf([], known({ created: 105 }));

    expect([...samples.keys()].toSorted()).toEqual([
      'due_timestamp_seconds',
      'resource_created_timestamp_seconds',
      'resource_info',
      'rpo_seconds',
    ]);
    expect(spansOf(samples.get('rpo_seconds'))).toEqual(['110-2000: 1000']);
    expect(spansOf(samples.get('resource_created_timestamp_seconds'))).toEqual(['110-2000: 105']);
  });

  it('is empty if it has neither backups nor a known creation time', () => {
    expect(samplesOf([], known({ listing: undefined })).size).toBe(0);
  });

  it('has no objective if the graph is gone', () => {
    const backups = [succeeded({ ...auto, id: 'a', start: 500, end: 550 })];
    const gone = known({ exists: false, listing: undefined });

    expect(spans('rpo_seconds', backups, gone)).toEqual([]);
    expect(spans('last_success_timestamp_seconds', backups, gone)).toEqual(['550-2000: 550']);
  });

  it('contains a running backup since its start', () => {
    const backups = [
      succeeded({ ...auto, id: 'a', start: 500, end: 550 }),
      running({ method: 'auto', id: 'r', start: 1500 }),
    ];

    expect(spans('running_start_timestamp_seconds', backups)).toEqual(['500-540: 500', '1500-2000: 1500']);
    expect(spans('last_status running', backups).at(-1)).toBe('1500-2000: 1');
  });

  it('does not guess the end of a backup without one', () => {
    const backups = [
      succeeded({ ...auto, id: 'a', start: 100, end: 150 }),
      succeeded({ ...auto, id: 'b', start: 300, end: 350 }),
      failed({ ...auto, id: 'd', start: 700, end: undefined }),
      succeeded({ ...auto, id: 'c', start: 900, end: 950 }),
    ];

    expect(spans('last_status failed', backups)).toEqual(['100-690: 0', '900-2000: 0']);
    expect(spans('consecutive_failures', backups)).toEqual(['150-690: 0', '900-940: 1', '950-2000: 0']);
    expect(spans('last_failure_timestamp_seconds', backups)).toEqual(['900-2000: 700']);
    expect(spans('last_success_timestamp_seconds', backups)).toEqual([
      '150-340: 150',
      '350-940: 350',
      '950-2000: 950',
    ]);
    expect(spans('running_start_timestamp_seconds', backups)).not.toContain('700-890: 700');
  });

  it('does not guess the start of a backup without one', () => {
    const backups = [
      succeeded({ ...auto, id: 'a', start: 100, end: 150 }),
      succeeded({ ...auto, id: 'b', start: undefined, end: 950 }),
    ];

    expect(spans('last_status succeeded', backups)).toEqual(['100-140: 0', '950-2000: 1']);
    expect(spans('last_success_timestamp_seconds', backups)).toEqual(['150-940: 150', '950-2000: 950']);
  });

  it('contains undocumented states', () => {
    const backups = [
      succeeded({ ...auto, id: 'a', start: 100, end: 150 }),
      succeeded({ ...auto, id: 'b', start: 300, end: 350 }),
      unknown({ method: 'auto', id: 'u', start: 500, end: 550 }),
    ];

    expect(spans('last_status unknown', backups).at(-1)).toBe('550-2000: 1');
  });

  it('contains the engine version of a deleted resource only if its series had no other labels', () => {
    const backups = [succeeded({ ...auto, id: 'a', start: 100, end: 150, engineVersion: '2.3' })];
    const deleted = known({ exists: false, listing: undefined });

    expect(samplesOf(backups, deleted, {}, true).has('resource_info')).toBe(true);
    expect(samplesOf(backups, deleted, {}, false).has('resource_info')).toBe(false);
    expect(samplesOf(backups, known(), {}, false).has('resource_info')).toBe(true);
  });

  it('contains the engine version since the oldest backup after which it has not changed', () => {
    const backups = [
      succeeded({ ...auto, id: 'a', start: 100, end: 150, engineVersion: '2.3' }),
      succeeded({ ...auto, id: 'b', start: 300, end: 350, engineVersion: '2.4' }),
      succeeded({ ...auto, id: 'c', start: 500, end: 550, engineVersion: '2.4' }),
    ];
    const today = (engineVersion: string | undefined) =>
      known({ listing: { ...listing({ id: 'graph-1' }), engineVersion } });

    expect(spans('resource_info', backups, today('2.4'))).toEqual(['300-2000: 1']);
    expect(spans('resource_info', backups, today('2.5'))).toEqual([]);
    expect(spans('resource_info', [], today('2.4'))).toEqual([]);
  });

  it('is empty before its creation', () => {
    const backups = [succeeded({ ...auto, id: 'a', start: 500, end: 550 })];

    expect(spans('rpo_seconds', backups, known({ created: 805 }))).toEqual(['810-2000: 1000']);
  });
});

describe('the times of the samples', () => {
  const backups = [succeeded({ ...auto, id: 'a', start: 100, end: 150 })];
  const timesOf = (since: number, until: number, step: number): readonly number[] =>
    samplesOf(backups, known(), {
      since: unixSeconds(since),
      until: unixSeconds(until),
      step: seconds(step),
    })
      .get('last_success_timestamp_seconds')
      ?.map(([time]) => time) ?? [];

  it.each([
    { since: 0, until: 300, step: 60, times: [180, 240, 300] },
    { since: 200, until: 299.9, step: 60, times: [240] },
    { since: 240, until: 240, step: 60, times: [240] },
    { since: 240.5, until: 299, step: 60, times: [] },
    { since: 149, until: 151.2, step: 1, times: [150, 151] },
    { since: 149, until: 150, step: 1, times: [150] },
    { since: -500, until: 200, step: 50, times: [150, 200] },
    { since: 999_980, until: 1_000_020, step: 20, times: [999_980, 1_000_000, 1_000_020] },
    { since: 1_782_900_000.1, until: 1_782_900_240, step: 240, times: [1_782_900_240] },
  ])('are the multiples of $step from $since to $until', ({ since, until, step, times }) => {
    expect(timesOf(since, until, step)).toEqual(times);
  });

  it('do not depend on when the backfill runs', () => {
    const early = timesOf(1003.25, 1500, 7);
    const late = timesOf(1007.75, 1500, 7);

    expect(early.slice(-late.length)).toEqual(late);
  });
});

describe('the text of a backfill', () => {
  const grid: BackfillGrid = {
    since: unixSeconds(0),
    until: unixSeconds(200),
    step: seconds(100),
    job: 'a "job"',
    instance: 'host:1',
  };

  const historyOf = (span: BackfillGrid): ResourceHistory => {
    const backups = [succeeded({ ...auto, id: 'a', start: 100, end: 150 })];
    return {
      scope: PLACE,
      points: resourceHistory(known({ name: 'a "name"\\\n' }), OBJECTIVE, backups, span, true),
    };
  };

  it('contains each metric once, its series with the labels of the scrape, and an end', () => {
    const text = textOf([historyOf(grid)], grid);

    expect(text).toContain(
      'huaweicloud_backup_last_success_timestamp_seconds{cloud_service="ges",region="cn-north-4",project="prod",resource_id="graph-1",resource_name="a \\"name\\"\\\\\\n",job="a \\"job\\"",instance="host:1"} 150 200\n',
    );
    expect(text.match(/^# TYPE \S+/gm)).toHaveLength(BACKFILLED_METRICS.length);
    expect(text.endsWith('\n# EOF\n')).toBe(true);
  });

  it('is written in chunks of constant size, with its progress', () => {
    const reported: BackfillProgress[] = [];
    const long = { ...grid, until: unixSeconds(20_000), step: seconds(10) };
    const histories = Array.from({ length: 20 }, () => historyOf(long));

    const chunks = chunksOf(histories, long, (progress) => reported.push(progress));

    expect(chunks.length).toBeGreaterThan(50);
    expect(Math.max(...chunks.map((piece) => piece.length))).toBeLessThanOrEqual(256 * 1024);
    expect(reported.at(-1)).toMatchObject({ done: 1, earliest: 100 });
    expect(reported.map(({ done }) => done)).toEqual(
      reported.map(({ done }) => done).toSorted((a, b) => a - b),
    );
    expect(reported.at(-1)?.samples).toBe(
      chunks
        .join('')
        .split('\n')
        .filter((line) => /^\w/.test(line)).length,
    );
  });

  it('is complete without resources', () => {
    const reported: BackfillProgress[] = [];

    const text = textOf([], grid, (progress) => reported.push(progress));

    expect(text.endsWith('# EOF\n')).toBe(true);
    expect(reported.at(-1)).toEqual({ samples: 0, done: 1, earliest: undefined });
  });

  it('omits only the listed metrics', () => {
    const names = RESOURCE_METRICS.map(({ name }) => name);
    const written = BACKFILLED_METRICS.map(({ name }) => name);

    expect(names.filter((name) => !written.includes(name)).toSorted()).toEqual(
      [...NEVER_BACKFILLED].toSorted(),
    );
  });
});
