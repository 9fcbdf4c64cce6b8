import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  alertProblems,
  choicesOf,
  emptiness,
  headlineProblems,
  queryProblems,
  type ShownDashboard,
  tableProblems,
  variableProblems,
} from './checks.ts';
import { EXPORTED, exportedMetric } from './exported-metrics.ts';
import { QUERY_FAULTS } from './faults.ts';
import { sevenDaysBefore } from './grafana.ts';
import { committed, type Dashboard, panelOf, panelsOf, UIDS } from './model.ts';
import { type Prometheus, startPrometheus } from './prometheus.ts';
import { DOWN, type Recording, recordWorld } from './recorded-world.ts';
import { expectedState, STATES } from './world.ts';

const START_TIMEOUT = 170_000;

let recording: Recording;
let full: Prometheus;
let empty: Prometheus;

beforeAll(async () => {
  recording = await recordWorld();
  full = await startPrometheus(recording.history);
  empty = await startPrometheus();
}, START_TIMEOUT);

afterAll(async () => {
  await Promise.all([full?.stop(), empty?.stop(), recording?.stop()]);
});

const shown = (dashboard: Dashboard): ShownDashboard => ({
  dashboard,
  prometheus: full,
  world: recording.world(),
});
const backups = () => shown(committed('huaweicloud-backup'));
const worstFirst = ({ dashboard }: ShownDashboard) => panelOf(dashboard, 'Resources, worst first');

it('the history has a resource of every state', () => {
  const { resources, end } = recording.world();

  const states = new Set(resources.map((resource) => expectedState(resource, end)));

  expect([...states].toSorted()).toEqual(STATES.toSorted());
});

it('the exporter has exactly the documented metrics', async () => {
  const names = await full.labelValues('__name__', '{job=~".+"}', sevenDaysBefore(recording.world().end));

  const exported = new Set(
    names.filter((name) => name !== 'up').map((name) => exportedMetric(name)?.name ?? name),
  );
  // Some statistics of the event loop need two measurements, a second apart.
  const isAlwaysExported = (name: string) => !/eventloop_lag_/.test(name);
  expect([...exported].filter(isAlwaysExported).toSorted()).toEqual(
    EXPORTED.map(({ name }) => name)
      .filter(isAlwaysExported)
      .toSorted(),
  );
});

describe.each(UIDS)('the dashboard %s on a Prometheus with nine days of history', (uid) => {
  it.each(panelsOf(committed(uid)).map(({ title }) => title))(
    'has data for "%s" with All and with each value, and distinguishes series',
    async (title) => {
      const dashboard = committed(uid);

      expect(await queryProblems(shown(dashboard), panelOf(dashboard, title))).toEqual([]);
    },
  );

  it('offers the existing values in each variable, and marks the alert that fired', async () => {
    expect(await variableProblems(shown(committed(uid)))).toEqual([]);
    expect(await alertProblems(shown(committed(uid)))).toEqual([]);
  });

  it('shows nothing, rather than 0, without data', async () => {
    const { full: filled } = await emptiness(shown(committed(uid)), empty, recording.world().end);

    expect(filled).toEqual([]);
  });
});

it('the headline shows the correct numbers, whatever is selected', async () => {
  const problems = await Promise.all(
    [{}, ...choicesOf(backups())].map((choice) => headlineProblems(backups(), choice)),
  );

  expect(problems.flat()).toEqual([]);
});

it('the table of resources is correct and sorted worst first', async () => {
  expect(await tableProblems(backups(), worstFirst(backups()))).toEqual([]);
});

it('15 minutes after the last exporter went down, the numbers and tables are still shown', async () => {
  const { end, resources } = recording.world();
  const dashboard = committed('huaweicloud-backup');

  const { empty: gone } = await emptiness(shown(dashboard), full, end + DOWN);

  const overTime = [
    'Newest backup',
    'Objective used',
    'Size against the median',
    'Duration against the median',
  ];
  const expected = [...overTime, 'Firing alerts', 'Firing alerts over time'].map((title) => `${title} A`);
  expect(gone.toSorted()).toEqual(expected.toSorted());
  const up = panelOf(dashboard, 'Exporters up').targets?.[0]?.expr.replaceAll('$job', '.+') ?? '';
  expect((await full.queryAt(up, end + DOWN))[0]?.points[0]?.[1]).toBe('0');
  expect(resources.length).toBeGreaterThan(10);
});

it.each(QUERY_FAULTS)('the checks find $name', async ({ apply, problem, panel }) => {
  const broken = committed('huaweicloud-backup');
  apply(broken);
  const at = shown(broken);

  const problems = [
    ...(await queryProblems(at, panelOf(broken, panel))),
    ...(panel === 'Resources, worst first' ? await tableProblems(at, panelOf(broken, panel)) : []),
    ...(await headlineProblems(at, { resource_name: recording.world().resources[0]?.name ?? '' }).catch(
      String,
    )),
    ...(await headlineProblems(at, {}).catch(String)),
  ];

  expect(problems.join('\n')).toMatch(problem);
});
