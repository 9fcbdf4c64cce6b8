import { describe, expect, it, onTestFinished } from 'vitest';
import type { SimulatedCloud } from '../../src/services/simulated-cloud.ts';
import { eventually, startExporter } from '../support/exporter-process.ts';
import { run } from '../support/run.ts';
import { backfill, cloudFor, configFor, filesFor, PROGRAM } from './command-world.ts';
import { prometheusOver, type QueryResult } from './prometheus-over-blocks.ts';

const DAY = 86_400;
const STEP = 240;

/** What the current lists say about a time, by resource id. */
function truthAt(cloud: SimulatedCloud, time: number) {
  const success = new Map<string, number>();
  const size = new Map<string, number>();
  const runningSince = new Map<string, number>();
  for (const { id, character } of cloud.resources()) {
    const all = cloud.backupsOf(id);
    const good = all.filter(({ state }) => state === 'success');
    // Small graphs have only manual backups, which are never deleted.
    const oldest = good.find(({ method }) => method === 'auto' || character === 'small');
    const newest = good
      .filter(({ end = Infinity }) => end <= time)
      .toSorted((one, other) => (other.end ?? 0) - (one.end ?? 0))[0];
    if (newest?.end !== undefined && newest.end >= (oldest?.end ?? Infinity)) {
      success.set(id, newest.end);
      size.set(id, newest.sizeBytes ?? 0);
    }
    const running = all.find(({ start, end }) => start <= time && time < (end ?? Infinity));
    if (running !== undefined) runningSince.set(id, running.start);
  }
  return { success, size, runningSince };
}

/** The ends of backups of a graph and an instance, and a step after each. */
const timesOfChange = (cloud: SimulatedCloud): readonly number[] =>
  [cloud.resourceOf('healthy', 'graph'), cloud.resourceOf('healthy', 'instance')]
    .flatMap(({ id }) => cloud.backupsOf(id))
    .filter(({ state, method }) => state === 'success' && method === 'auto')
    .flatMap(({ end = 0 }) => [end, end + STEP]);

const byResource = (results: readonly QueryResult[]): ReadonlyMap<string, number> =>
  new Map(results.map(({ metric, value }) => [metric['resource_id'] ?? '', Number(value?.[1])]));

const withoutStatus = (labels: string): string => labels.replace(/,\["status","[^"]*"\]/, '');

const labelsOf = (results: readonly QueryResult[]): readonly string[] =>
  results.map(({ metric }) => JSON.stringify(Object.entries(metric).toSorted())).toSorted();

const now = (): number => Date.now() / 1000;

/** An exporter of a cloud, nine days of its past as blocks, and a Prometheus on those blocks that scrapes it. */
async function backfilledWorld() {
  const cloud = await cloudFor();
  const exporter = await startExporter(['--config.file', await configFor(cloud, { interval: '1s' })]);
  onTestFinished(async () => void (await exporter.stop()));
  const target = new URL(exporter.origin).host;
  const files = await filesFor();
  const past = files.path('past.om');
  const { code } = await backfill(cloud, ['--since', '9d', '--instance', target, '--output', past]);
  const promtool = await run(
    'promtool',
    [
      ...['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', '--max-block-duration=486h'],
      ...[past, files.path('data')],
    ],
    { package: 'prometheus' },
  );
  const began = now();
  const prometheus = await prometheusOver(files.path('data'), target);
  await eventually(
    async () => Number((await prometheus.query('count_over_time(up[1m])', now()))[0]?.value?.[1]) >= 3,
    30,
  );
  return { cloud, prometheus, began, ended: [code, promtool.code] };
}

describe('Prometheus with backfilled blocks', () => {
  it('has the correct history, and continues with the live series without duplicates', {
    timeout: 120_000,
  }, async () => {
    const { cloud, prometheus, began, ended } = await backfilledWorld();
    const value = async (metric: string, time: number) =>
      byResource(await prometheus.query(`huaweicloud_backup_${metric}{job="${PROGRAM}"}`, time));

    expect(ended).toEqual([0, 0]);
    const end = Math.floor(began / STEP) * STEP;
    const daysAgo = [STEP / DAY, 0.5, 1, 2, 3.3, 4, 5.5, 6.9].map((days) => end - days * DAY);
    for (const at of [...daysAgo, ...timesOfChange(cloud)]) {
      const time = Math.floor(at / STEP) * STEP;
      const truth = truthAt(cloud, time);
      const days = `${(end - time) / DAY} days ago`;
      expect(await value('last_success_timestamp_seconds', time), days).toEqual(truth.success);
      expect(await value('last_success_size_bytes', time), days).toEqual(truth.size);
      // A series that ended within the lookback of five minutes may still be returned.
      const running = await value('running_start_timestamp_seconds', time);
      for (const [id, start] of truth.runningSince) expect(running.get(id), days).toBe(start);
    }
    const failing = cloud.resourceOf('failing').id;
    const failed = cloud.backupsOf(failing).filter(({ state }) => state === 'failed');
    const afterTwo = Math.ceil((failed[1]?.end ?? 0) / STEP) * STEP;
    expect((await value('consecutive_failures', afterTwo)).get(failing)).toBe(2);
    const state = await prometheus.query(
      `huaweicloud_backup_last_status{resource_id="${failing}"} == 1`,
      afterTwo,
    );
    expect(state.map(({ metric }) => metric['state'])).toEqual(['failed']);

    // Each past series is also scraped now, except for backups that were running then and have ended.
    const all = `{__name__=~"huaweicloud_backup_.+",__name__!~".+_running_start_.+"}`;
    const past = labelsOf(await prometheus.query(all, began));
    // The past status of a resource is unknown.
    const live = new Set(labelsOf(await prometheus.query(`${all}[4s]`, now())).map(withoutStatus));
    expect(past.length).toBeGreaterThan(150);
    expect(past.filter((labels) => !live.has(labels))).toEqual([]);

    // From an hour before the start of the live series until now, there are no duplicates.
    for (const metric of ['last_success_timestamp_seconds', 'rpo_seconds', 'last_status']) {
      const by = metric === 'last_status' ? 'resource_id, state' : 'resource_id';
      const counts = await prometheus.range(
        `count by (${by}) (huaweicloud_backup_${metric})`,
        now() - 3600,
        now(),
        5,
      );
      expect(counts.length).toBeGreaterThan(10);
      for (const { values = [] } of counts) {
        expect(new Set(values.map(([, count]) => count))).toEqual(new Set(['1']));
      }
    }
    const healthy = cloud.resourceOf('healthy').id;
    const newest = `huaweicloud_backup_last_success_timestamp_seconds{resource_id="${healthy}"}`;
    expect(await prometheus.series(newest, now() - 9 * DAY, now())).toHaveLength(1);
    const [count] = await prometheus.query(`count_over_time(${newest}[6d])`, now());
    expect(Number(count?.value?.[1])).toBeGreaterThan((6 * DAY) / STEP - 5);
  });
});

describe('backfill', () => {
  it('writes samples that promtool imports to standard output, and a summary to standard error', async () => {
    const cloud = await cloudFor();
    const files = await filesFor();

    const { code, output, errors } = await backfill(cloud, ['--since', '2d', '--step', '10m']);
    const blocks = await run(
      'promtool',
      ['tsdb', 'create-blocks-from', 'openmetrics', await files.write('past.om', output), files.path('data')],
      { package: 'prometheus' },
    );

    expect(code).toBe(0);
    expect(errors).toMatch(
      /^ges of prod: \d+ backups read\ngaussdb-mysql of prod: \d+ backups read\n[\d,]+ samples of 18 resources written, the earliest at \d{4}-\d\d-\d\d \d\d:\d\d:00 UTC\.\n$/,
    );
    expect({ code: blocks.code, stderr: blocks.stderr }).toEqual({ code: 0, stderr: '' });
    expect(blocks.stdout.trim().split('\n').length).toBeGreaterThan(20);
  });
});
