import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  alertProblems,
  choicesOf,
  emptiness,
  headlineProblems,
  queryProblems,
  type Shown,
  tableProblems,
  variableProblems,
} from './checks.ts';
import { EXPORTED, exportedMetric } from './exported-metrics.ts';
import { ASKED } from './faults.ts';
import { sevenDaysBefore } from './grafana.ts';
import { committed, type Dashboard, panelOf, panelsOf, UIDS } from './model.ts';
import { type Prometheus, startPrometheus } from './prometheus.ts';
import { DOWN, type Recording, recordWorld } from './recorded-world.ts';
import { STATES, stateTruth } from './world.ts';

const STARTING = 170_000;

let recording: Recording;
let full: Prometheus;
let empty: Prometheus;

beforeAll(async () => {
  recording = await recordWorld();
  full = await startPrometheus(recording.history);
  empty = await startPrometheus();
}, STARTING);

afterAll(async () => {
  await Promise.all([full?.stop(), empty?.stop(), recording?.stop()]);
});

const shown = (dashboard: Dashboard): Shown => ({ dashboard, prometheus: full, world: recording.world() });
const backups = () => shown(committed('huaweicloud-backup'));
const worstFirst = ({ dashboard }: Shown) => panelOf(dashboard, 'Resources, worst first');

it('the history has a resource of every state', () => {
  const { resources, end } = recording.world();

  const states = new Set(resources.map((resource) => stateTruth(resource, end)));

  expect([...states].toSorted()).toEqual(STATES.toSorted());
});

it('the exporter serves the metrics that it promises, and no other', async () => {
  const names = await full.labelValues('__name__', '{job=~".+"}', sevenDaysBefore(recording.world().end));

  const served = new Set(
    names.filter((name) => name !== 'up').map((name) => exportedMetric(name)?.name ?? name),
  );
  // Some statistics of the event loop need two measurements, a second apart.
  const isAlwaysThere = (name: string) => !/eventloop_lag_/.test(name);
  expect([...served].filter(isAlwaysThere).toSorted()).toEqual(
    EXPORTED.map(({ name }) => name)
      .filter(isAlwaysThere)
      .toSorted(),
  );
});

describe.each(UIDS)('the dashboard %s on a Prometheus with nine days of history', (uid) => {
  it.each(panelsOf(committed(uid)).map(({ title }) => title))(
    'has data for "%s" with All and with each value, and tells series apart',
    async (title) => {
      const dashboard = committed(uid);

      expect(await queryProblems(shown(dashboard), panelOf(dashboard, title))).toEqual([]);
    },
  );

  it('offers in each variable what there is, and marks the alert that fired', async () => {
    expect(await variableProblems(shown(committed(uid)))).toEqual([]);
    expect(await alertProblems(shown(committed(uid)))).toEqual([]);
  });

  it('shows nothing, and no 0, where nothing is known', async () => {
    const { full: made } = await emptiness(shown(committed(uid)), empty, recording.world().end);

    expect(made).toEqual([]);
  });
});

it('the headline shows true numbers, whatever is picked', async () => {
  const problems = await Promise.all(
    [{}, ...choicesOf(backups())].map((choice) => headlineProblems(backups(), choice)),
  );

  expect(problems.flat()).toEqual([]);
});

it('the table of resources is true, and begins with the worst', async () => {
  expect(await tableProblems(backups(), worstFirst(backups()))).toEqual([]);
});

it('a quarter of an hour after the last exporter went down, the numbers and the tables are still there', async () => {
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
  expect((await full.atInstant(up, end + DOWN))[0]?.points[0]?.[1]).toBe('0');
  expect(resources.length).toBeGreaterThan(10);
});

it.each(ASKED)('does not pass with $name', async ({ plant, complaint, panel }) => {
  const broken = committed('huaweicloud-backup');
  plant(broken);
  const at = shown(broken);

  const problems = [
    ...(await queryProblems(at, panelOf(broken, panel))),
    ...(panel === 'Resources, worst first' ? await tableProblems(at, panelOf(broken, panel)) : []),
    ...(await headlineProblems(at, { resource_name: recording.world().resources[0]?.name ?? '' }).catch(
      String,
    )),
    ...(await headlineProblems(at, {}).catch(String)),
  ];

  expect(problems.join('\n')).toMatch(complaint);
});
