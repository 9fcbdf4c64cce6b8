import { readFileSync } from 'node:fs';
import { EXCUSED } from './excused.ts';
import { EXPORTED, exportedMetric } from './exported-metrics.ts';
import { legendOf, optionsOf, type Row, resultOf, rowsOf, type View } from './grafana.ts';
import { type Dashboard, headlineOf, type Panel, panelsOf, type Target } from './model.ts';
import type { Prometheus, Series } from './prometheus.ts';
import {
  type Choice,
  dueOf,
  expectedHeadline,
  expectedOptions,
  expectedState,
  failuresOf,
  lastSuccessOf,
  resourcesIn,
  runningSinceOf,
  STATES,
  type World,
} from './world.ts';

/** Problems found, in plain words. */
type Problems = readonly string[];

const DATASOURCE = '$' + '{datasource}';
const unless = (isTrue: boolean, problem: string): Problems => (isTrue ? [] : [problem]);
const isText = (value: string | undefined): boolean => value !== undefined && value.trim() !== '';

const overlaps = (a: Panel['gridPos'], b: Panel['gridPos']): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

/** The metrics in queries, without those of Prometheus itself. */
const metricsIn = (text: string): Problems =>
  [...text.matchAll(/\b(?:huaweicloud_backup|process|nodejs)_\w+/g)].map(([name]) => name);

/** Problems in the JSON of a panel. */
function panelProblems(panel: Panel): Problems {
  const { unit, noValue } = panel.fieldConfig?.defaults ?? {};
  return [
    ...unless(isText(panel.description), 'no description'),
    ...unless(isText(unit), 'no unit'),
    ...unless(isText(noValue), 'no text for no data'),
    ...unless(panel.datasource?.uid === DATASOURCE, 'another data source'),
    ...unless(panel.gridPos.x + panel.gridPos.w <= 24, 'leaves the grid'),
    ...(panel.targets ?? []).flatMap(({ refId, expr, datasource, legendFormat, instant }) => [
      ...unless(datasource?.uid === DATASOURCE, `${refId}: another data source`),
      ...unless(!/vector\(|absent\(|scalar\(/.test(expr), `${refId}: has a made-up number`),
      ...unless(panel.type !== 'stat' || instant === true, `${refId}: requests more than the last value`),
      ...unless(panel.type === 'table' || isText(legendFormat), `${refId}: no legend`),
      // Seven days of every resource would take minutes: only selected resources are drawn over time.
      ...unless(
        instant === true ||
          !/resource_(?:id|name)=~/.test(expr.replace(/ALERTS\{[^}]*\}/g, '')) ||
          expr.includes('resource_id=~"$worst"'),
        `${refId}: draws every resource`,
      ),
    ]),
  ].map((problem) => `"${panel.title}": ${problem}`);
}

/** Problems in the JSON of a dashboard. */
export function staticProblems(dashboard: Dashboard): Problems {
  const panels = panelsOf(dashboard);
  const all = dashboard.panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]);
  const ids = all.map(({ id }) => id);
  return [
    ...unless(dashboard.editable, 'it cannot be edited'),
    ...unless(dashboard.id === null && dashboard.schemaVersion === 42, 'it cannot be imported'),
    ...unless(!('__inputs' in dashboard), 'it requires inputs'),
    ...unless(new Set(ids).size === ids.length, 'two panels have the same id'),
    ...unless(
      new Set(panels.map(({ title }) => title)).size === panels.length,
      'two panels have the same title',
    ),
    ...unless(panels[0]?.title === 'Exporters up', 'the first panel is not whether exporters are up'),
    ...dashboard.panels.flatMap((panel, index) =>
      dashboard.panels
        .slice(index + 1)
        .filter((other) => overlaps(panel.gridPos, other.gridPos))
        .map((other) => `"${panel.title}" overlaps "${other.title}"`),
    ),
    ...panels.flatMap(panelProblems),
  ];
}

/** Exported metrics that are neither shown nor excused, and shown metrics that are not exported. */
export function coverageProblems(dashboards: readonly Dashboard[]): Problems {
  const shown = new Set(dashboards.flatMap((dashboard) => metricsIn(JSON.stringify(dashboard))));
  const names = new Set([...shown].map((name) => exportedMetric(name)?.name));
  const excused = new Set(EXCUSED.map(({ metric }) => metric));
  const exported = EXPORTED.map(({ name }) => name);
  return [
    ...[...shown].filter((name) => !exportedMetric(name)).map((name) => `${name} is shown but not exported`),
    ...exported
      .filter((name) => names.has(name) === excused.has(name))
      .map((name) => `${name} is ${excused.has(name) ? 'shown and excused' : 'neither shown nor excused'}`),
    ...[...excused]
      .filter((name) => !exported.includes(name))
      .map((name) => `${name} is excused but not exported`),
  ];
}

/** A dashboard on a Prometheus with the history of a world. */
export interface ShownDashboard {
  readonly dashboard: Dashboard;
  readonly prometheus: Prometheus;
  readonly world: World;
}

const viewOf = (
  { dashboard, prometheus, world }: ShownDashboard,
  choice: Choice = {},
  end = world.end,
): View => ({
  dashboard,
  prometheus,
  choice,
  end,
});

const describeChoice = (choice: Choice): string =>
  Object.entries(choice)
    .map(([variable, value]) => `${variable}=${value}`)
    .join() || 'All';

/** The names of the variables that a user can change. */
const variablesOf = ({ templating: { list } }: Dashboard): Problems =>
  list.filter(({ type, hide }) => type === 'query' && hide === undefined).map(({ name }) => name);

/** Every single value that can be selected. */
export const choicesOf = ({
  dashboard,
  world,
}: Pick<ShownDashboard, 'dashboard' | 'world'>): readonly Choice[] =>
  variablesOf(dashboard).flatMap((variable) =>
    expectedOptions(world, variable, {}).map((value) => ({ [variable]: value })),
  );

function valueProblems(result: readonly Series[]): Problems {
  const values = result.flatMap(({ points }) => points.map(([, value]) => Number(value)));
  return [
    ...unless(values.every(Number.isFinite), 'a value is not finite'),
    ...unless(
      values.every((value) => value >= 0),
      'a value is negative',
    ),
  ];
}

function legendProblems(results: readonly (readonly [Target, readonly Series[]])[]): Problems {
  const names = results.flatMap(([target, result]) => result.map((series) => legendOf(target, series)));
  return [
    ...unless(new Set(names).size === names.length, 'two series have the same name'),
    ...unless(
      names.every((name) => !/^\s*$|\(\)|, ,|\(,/.test(name)),
      'a series lacks a label of its name',
    ),
  ];
}

const identityOf = ({ labels }: Series): string => JSON.stringify(Object.entries(labels).toSorted());

/** Whether a series belongs to the selected value. Sign-ins belong to every service. */
const isSelected = ({ labels }: Series, variable: string, value: string): boolean =>
  labels[variable] === value || (variable === 'cloud_service' && labels[variable] === 'iam');

/** A query with a selected value must return the series of All with that value. */
async function choiceProblems(shown: ShownDashboard, target: Target, all: readonly Series[], choice: Choice) {
  const [[variable, value] = ['', '']] = Object.entries(choice);
  const selectedSeries = await resultOf(viewOf(shown, choice), target);
  const problems = valueProblems(selectedSeries);
  // A query limited to the worst resources returns others once fewer are selected.
  const isLimited = /topk|\$worst|\$listed/.test(target.expr);
  if (isLimited || !all.every(({ labels }) => variable in labels)) return problems;
  const expected = new Set(all.filter((series) => isSelected(series, variable, value)).map(identityOf));
  const returned = new Set(selectedSeries.map(identityOf));
  return [
    ...problems,
    ...unless(expected.symmetricDifference(returned).size === 0, `returns series other than ${value}`),
  ];
}

/** Problems of the queries of a panel on a Prometheus with data. */
export async function queryProblems(shown: ShownDashboard, panel: Panel): Promise<Problems> {
  const results: (readonly [Target, readonly Series[]])[] = [];
  const problems: string[] = [];
  for (const target of panel.targets ?? []) {
    const name = `"${panel.title}" ${target.refId}`;
    try {
      const all = await resultOf(viewOf(shown), target);
      results.push([target, all]);
      problems.push(...valueProblems(all).map((problem) => `${name}: ${problem}`));
      const mayBeEmpty = MAY_BE_EMPTY.some((pattern) => pattern.test(target.expr));
      if (all.length === 0 && !mayBeEmpty) problems.push(`${name}: no data`);
      const chosen = await Promise.all(
        choicesOf(shown).map(async (choice) =>
          (await choiceProblems(shown, target, all, choice)).map(
            (each) => `${name}, ${describeChoice(choice)}: ${each}`,
          ),
        ),
      );
      problems.push(...chosen.flat());
    } catch (error) {
      problems.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (panel.type === 'table') return problems;
  return [...problems, ...legendProblems(results).map((problem) => `"${panel.title}": ${problem}`)];
}

/** Problems that do not occur in the history. */
const MAY_BE_EMPTY = [
  /_unlisted\{/,
  /_records_rejected_total\{/,
  /_resources_over_limit\{/,
  /_policies_unread\{/,
  /_resources_unlisted\{/,
];

/** Differences between the headline and the expected numbers for a choice. */
export async function headlineProblems(shown: ShownDashboard, choice: Choice): Promise<Problems> {
  const expected = expectedHeadline(shown.world, choice);
  const shownNumbers = new Map<string, number>();
  for (const panel of headlineOf(shown.dashboard)) {
    for (const target of panel.targets ?? []) {
      for (const series of await resultOf(viewOf(shown, choice), target)) {
        shownNumbers.set(`${panel.title}: ${legendOf(target, series)}`, Number(series.points[0]?.[1]));
      }
    }
  }
  return [...expected]
    .filter(
      ([name, value]) =>
        (shownNumbers.get(name) ?? 0) !== (value ?? 0) || (value === undefined) !== !shownNumbers.has(name),
    )
    .map(
      ([name, value]) =>
        `${name} shows ${shownNumbers.get(name)} instead of ${value}, ${describeChoice(choice)}`,
    );
}

/** Allowed differences: sizes are in whole MB, durations in whole seconds. */
const TOLERANCE: Readonly<Record<string, number>> = { Size: 2 ** 20, Duration: 2 };

/** Differences between the table of resources and the expected rows, worst first. */
export async function tableProblems(shown: ShownDashboard, panel: Panel): Promise<Problems> {
  const { resources, end } = shown.world;
  const rows = await rowsOf(viewOf(shown), panel);
  const mismatches = resources.flatMap((resource) => {
    const row = rows.find(
      (each) =>
        each['Resource'] === resource.name &&
        each['Project'] === resource.project &&
        each['Service'] === resource.cloud_service,
    );
    if (row === undefined) return [`no row for ${resource.name}`];
    const success = lastSuccessOf(resource);
    const age = success?.end === undefined ? undefined : end - success.end;
    const overdue = end - (dueOf(resource) ?? end);
    const running = runningSinceOf(resource);
    const expected: Readonly<Record<string, string | number | undefined>> = {
      State: expectedState(resource, end),
      Age: age,
      'Objective used':
        age === undefined || resource.objective === undefined ? undefined : age / resource.objective,
      'Overdue by': overdue > 0 ? overdue : undefined,
      Objective: resource.objective,
      Failures: failuresOf(resource),
      'Running for': running === undefined ? undefined : end - running,
      Size: success?.bytes,
      Duration: success?.end === undefined ? undefined : success.end - success.start,
    };
    return Object.entries(expected)
      .filter(([column, value]) => !agrees(column, row[column], value))
      .map(([column, value]) => `has ${column} ${row[column]} for ${resource.name} instead of ${value}`);
  });
  const ranks = rows.map((row) => STATES.indexOf(String(row['State'])));
  return [
    ...mismatches,
    ...unless(rows.length === resources.length, `has ${rows.length} rows for ${resources.length} resources`),
    ...unless(ranks.join() === ranks.toSorted((a, b) => a - b).join(), 'is not sorted worst first'),
  ];
}

const agrees = (
  column: string,
  shown: Row[string] | undefined,
  expected: string | number | undefined,
): boolean =>
  typeof shown === 'number' && typeof expected === 'number'
    ? Math.abs(shown - expected) <= (TOLERANCE[column] ?? 1e-6)
    : shown === expected;

/** Differences between the options of each variable and the expected ones, narrowed by previous selections. */
export async function variableProblems(shown: ShownDashboard): Promise<Problems> {
  const problems: string[] = [];
  for (const variable of shown.dashboard.templating.list.filter(({ type }) => type === 'query')) {
    for (const choice of [{}, ...choicesOf(shown)]) {
      const offered = (await optionsOf(viewOf(shown, choice), variable)).toSorted();
      const expected = expectedValues(shown, variable.name, choice)?.toSorted();
      if (expected !== undefined && offered.join() !== expected.join())
        problems.push(
          `$${variable.name} offers ${offered} instead of ${expected}, ${describeChoice(choice)}`,
        );
      if (expected === undefined && offered.length > 20)
        problems.push(`$${variable.name} has ${offered.length}, ${describeChoice(choice)}`);
    }
  }
  return problems;
}

/** The expected options of a variable; undefined if only their number is limited. */
function expectedValues(
  { dashboard, world }: ShownDashboard,
  variable: string,
  choice: Choice,
): Problems | undefined {
  if (variable === 'worst') return undefined;
  if (variable === 'listed') return resourcesIn(world, choice).map(({ id }) => id);
  const names = variablesOf(dashboard);
  const before = names.slice(0, names.indexOf(variable));
  const narrowing = Object.fromEntries(Object.entries(choice).filter(([name]) => before.includes(name)));
  return expectedOptions(world, variable, narrowing);
}

/** Annotations that do not mark exactly one alert. */
export async function alertProblems(shown: ShownDashboard): Promise<Problems> {
  const problems: string[] = [];
  for (const { name, expr } of shown.dashboard.annotations.list) {
    const marked = await resultOf(viewOf(shown), { refId: 'A', expr });
    problems.push(...unless(marked.length === 1, `${name} marks ${marked.length} alerts`));
  }
  return problems;
}

/** The panels that are empty at a time, and those that are not. */
export async function emptiness(shown: ShownDashboard, prometheus: Prometheus, at: number) {
  const empty: string[] = [];
  const full: string[] = [];
  for (const panel of panelsOf(shown.dashboard)) {
    for (const target of panel.targets ?? []) {
      const view = { ...viewOf(shown, {}, at), prometheus };
      const result = await resultOf(view, { ...target, instant: true });
      (result.length === 0 ? empty : full).push(`${panel.title} ${target.refId}`);
    }
  }
  return { empty, full };
}

/** The URLs of the runbooks in the rules. */
export const RUNBOOKS = [
  ...new Set(
    [
      ...readFileSync(new URL('../../alerts/huaweicloud-backup.rules.yml', import.meta.url), 'utf8').matchAll(
        /runbook_url: (\S+)\/\w+\.md/g,
      ),
    ].map(([, url]) => url ?? ''),
  ),
];
