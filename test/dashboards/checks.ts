import { readFileSync } from 'node:fs';
import { EXCUSED } from './excused.ts';
import { EXPORTED, exportedMetric } from './exported-metrics.ts';
import { legendOf, offers, type Row, resultOf, rowsOf, type View } from './grafana.ts';
import { type Dashboard, headlineOf, type Panel, panelsOf, type Target } from './model.ts';
import type { Prometheus, Series } from './prometheus.ts';
import {
  type Choice,
  dueOf,
  failuresOf,
  headlineTruths,
  lastSuccessOf,
  offeredTruth,
  resourcesIn,
  runningSinceOf,
  STATES,
  stateTruth,
  type World,
} from './world.ts';

/** What is wrong, in sentences. */
type Problems = readonly string[];

const DATASOURCE = '$' + '{datasource}';
const unless = (holds: boolean, problem: string): Problems => (holds ? [] : [problem]);
const isText = (value: string | undefined): boolean => value !== undefined && value.trim() !== '';

const overlaps = (a: Panel['gridPos'], b: Panel['gridPos']): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

/** Metrics that queries name; those that Prometheus makes itself are not among them. */
const metricsIn = (text: string): Problems =>
  [...text.matchAll(/\b(?:huaweicloud_backup|process|nodejs)_\w+/g)].map(([name]) => name);

/** What is wrong with a panel as it is written. */
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
      ...unless(!/vector\(|absent\(|scalar\(/.test(expr), `${refId}: makes up a number`),
      ...unless(panel.type !== 'stat' || instant === true, `${refId}: asks for more than the last value`),
      ...unless(panel.type === 'table' || isText(legendFormat), `${refId}: no legend`),
      // Seven days of every resource would take minutes: only what is selected is drawn over time.
      ...unless(
        instant === true ||
          !/resource_(?:id|name)=~/.test(expr.replace(/ALERTS\{[^}]*\}/g, '')) ||
          expr.includes('resource_id=~"$worst"'),
        `${refId}: draws every resource`,
      ),
    ]),
  ].map((problem) => `"${panel.title}": ${problem}`);
}

/** What is wrong with a dashboard as it is written. */
export function staticProblems(dashboard: Dashboard): Problems {
  const panels = panelsOf(dashboard);
  const all = dashboard.panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]);
  const ids = all.map(({ id }) => id);
  return [
    ...unless(dashboard.editable, 'it cannot be edited'),
    ...unless(dashboard.id === null && dashboard.schemaVersion === 42, 'it is not a dashboard to import'),
    ...unless(!('__inputs' in dashboard), 'it asks for inputs'),
    ...unless(new Set(ids).size === ids.length, 'two panels have one id'),
    ...unless(new Set(panels.map(({ title }) => title)).size === panels.length, 'two panels have one title'),
    ...unless(panels[0]?.title === 'Exporters up', 'it does not begin with whether exporters are up'),
    ...dashboard.panels.flatMap((panel, index) =>
      dashboard.panels
        .slice(index + 1)
        .filter((other) => overlaps(panel.gridPos, other.gridPos))
        .map((other) => `"${panel.title}" lies over "${other.title}"`),
    ),
    ...panels.flatMap(panelProblems),
  ];
}

/** Metrics that are served and neither shown nor excused, and those that are shown and not served. */
export function coverageProblems(dashboards: readonly Dashboard[]): Problems {
  const shown = new Set(dashboards.flatMap((dashboard) => metricsIn(JSON.stringify(dashboard))));
  const names = new Set([...shown].map((name) => exportedMetric(name)?.name));
  const excused = new Set(EXCUSED.map(({ metric }) => metric));
  const served = EXPORTED.map(({ name }) => name);
  return [
    ...[...shown].filter((name) => !exportedMetric(name)).map((name) => `${name} is shown and not served`),
    ...served
      .filter((name) => names.has(name) === excused.has(name))
      .map((name) => `${name} is ${excused.has(name) ? 'shown and excused' : 'neither shown nor excused'}`),
    ...[...excused]
      .filter((name) => !served.includes(name))
      .map((name) => `${name} is excused and not served`),
  ];
}

/** Dashboards on a Prometheus that holds the history of a world. */
export interface Shown {
  readonly dashboard: Dashboard;
  readonly prometheus: Prometheus;
  readonly world: World;
}

const viewOf = ({ dashboard, prometheus, world }: Shown, choice: Choice = {}, end = world.end): View => ({
  dashboard,
  prometheus,
  choice,
  end,
});

const spell = (choice: Choice): string =>
  Object.entries(choice)
    .map(([variable, value]) => `${variable}=${value}`)
    .join() || 'All';

/** The names of the variables that a person may change. */
const variablesOf = ({ templating: { list } }: Dashboard): Problems =>
  list.filter(({ type, hide }) => type === 'query' && hide === undefined).map(({ name }) => name);

/** Every single value that can be picked. */
export const choicesOf = ({ dashboard, world }: Pick<Shown, 'dashboard' | 'world'>): readonly Choice[] =>
  variablesOf(dashboard).flatMap((variable) =>
    offeredTruth(world, variable, {}).map((value) => ({ [variable]: value })),
  );

function valueProblems(result: readonly Series[]): Problems {
  const values = result.flatMap(({ points }) => points.map(([, value]) => Number(value)));
  return [
    ...unless(values.every(Number.isFinite), 'a value is no finite number'),
    ...unless(
      values.every((value) => value >= 0),
      'a value is negative',
    ),
  ];
}

function legendProblems(results: readonly (readonly [Target, readonly Series[]])[]): Problems {
  const names = results.flatMap(([target, result]) => result.map((series) => legendOf(target, series)));
  return [
    ...unless(new Set(names).size === names.length, 'two series have one name'),
    ...unless(
      names.every((name) => !/^\s*$|\(\)|, ,|\(,/.test(name)),
      'a series lacks a label of its name',
    ),
  ];
}

const identityOf = ({ labels }: Series): string => JSON.stringify(Object.entries(labels).toSorted());

/** Whether a series belongs to what is picked. Signing in belongs to every service. */
const belongs = ({ labels }: Series, variable: string, value: string): boolean =>
  labels[variable] === value || (variable === 'cloud_service' && labels[variable] === 'iam');

/** A query with a value picked shows, of what All shows, the part with that value. */
async function choiceProblems(shown: Shown, target: Target, all: readonly Series[], choice: Choice) {
  const [[variable, value] = ['', '']] = Object.entries(choice);
  const picked = await resultOf(viewOf(shown, choice), target);
  const problems = valueProblems(picked);
  // What is limited to the worst shows others once fewer are picked.
  const isLimited = /topk|\$worst|\$listed/.test(target.expr);
  if (isLimited || !all.every(({ labels }) => variable in labels)) return problems;
  const expected = new Set(all.filter((series) => belongs(series, variable, value)).map(identityOf));
  const seen = new Set(picked.map(identityOf));
  return [
    ...problems,
    ...unless(expected.symmetricDifference(seen).size === 0, `shows others than ${value}`),
  ];
}

/** What is wrong with the queries of a panel on a Prometheus with data. */
export async function queryProblems(shown: Shown, panel: Panel): Promise<Problems> {
  const results: (readonly [Target, readonly Series[]])[] = [];
  const problems: string[] = [];
  for (const target of panel.targets ?? []) {
    const name = `"${panel.title}" ${target.refId}`;
    try {
      const all = await resultOf(viewOf(shown), target);
      results.push([target, all]);
      problems.push(...valueProblems(all).map((problem) => `${name}: ${problem}`));
      const mayBeEmpty = MAY_BE_EMPTY.some((pattern) => pattern.test(target.expr));
      if (all.length === 0 && !mayBeEmpty) problems.push(`${name}: there is no data`);
      const chosen = await Promise.all(
        choicesOf(shown).map(async (choice) =>
          (await choiceProblems(shown, target, all, choice)).map(
            (each) => `${name}, ${spell(choice)}: ${each}`,
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

/** Troubles that the history does not have. */
const MAY_BE_EMPTY = [/_unlisted\{/, /_records_rejected_total\{/, /_resources_over_limit\{/];

/** The headline shows the known numbers for a choice. */
export async function headlineProblems(shown: Shown, choice: Choice): Promise<Problems> {
  const truths = headlineTruths(shown.world, choice);
  const shownNumbers = new Map<string, number>();
  for (const panel of headlineOf(shown.dashboard)) {
    for (const target of panel.targets ?? []) {
      for (const series of await resultOf(viewOf(shown, choice), target)) {
        shownNumbers.set(`${panel.title}: ${legendOf(target, series)}`, Number(series.points[0]?.[1]));
      }
    }
  }
  return [...truths]
    .filter(
      ([name, truth]) =>
        (shownNumbers.get(name) ?? 0) !== (truth ?? 0) || (truth === undefined) !== !shownNumbers.has(name),
    )
    .map(
      ([name, truth]) => `${name} shows ${shownNumbers.get(name)} where ${truth} is true, ${spell(choice)}`,
    );
}

/** How far a number may be from the truth: sizes come in whole MB, durations in whole seconds. */
const TOLERANCE: Readonly<Record<string, number>> = { Size: 2 ** 20, Duration: 2 };

/** The table of resources says of each what is true, and begins with the worst. */
export async function tableProblems(shown: Shown, panel: Panel): Promise<Problems> {
  const { resources, end } = shown.world;
  const rows = await rowsOf(viewOf(shown), panel);
  const lies = resources.flatMap((resource) => {
    const row = rows.find(
      (each) =>
        each['Resource'] === resource.name &&
        each['Project'] === resource.project &&
        each['Service'] === resource.cloud_service,
    );
    if (row === undefined) return [`there is no row for ${resource.name}`];
    const success = lastSuccessOf(resource);
    const age = success?.end === undefined ? undefined : end - success.end;
    const overdue = end - (dueOf(resource) ?? end);
    const running = runningSinceOf(resource);
    const truths: Readonly<Record<string, string | number | undefined>> = {
      State: stateTruth(resource, end),
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
    return Object.entries(truths)
      .filter(([column, truth]) => !agrees(column, row[column], truth))
      .map(([column, truth]) => `says ${column} ${row[column]} of ${resource.name} where ${truth} is true`);
  });
  const ranks = rows.map((row) => STATES.indexOf(String(row['State'])));
  return [
    ...lies,
    ...unless(rows.length === resources.length, `has ${rows.length} rows for ${resources.length} resources`),
    ...unless(ranks.join() === ranks.toSorted((a, b) => a - b).join(), 'does not begin with the worst'),
  ];
}

const agrees = (
  column: string,
  said: Row[string] | undefined,
  truth: string | number | undefined,
): boolean =>
  typeof said === 'number' && typeof truth === 'number'
    ? Math.abs(said - truth) <= (TOLERANCE[column] ?? 1e-6)
    : said === truth;

/** Every variable offers the values that there are, narrowed by what is picked before it. */
export async function variableProblems(shown: Shown): Promise<Problems> {
  const problems: string[] = [];
  for (const variable of shown.dashboard.templating.list.filter(({ type }) => type === 'query')) {
    for (const choice of [{}, ...choicesOf(shown)]) {
      const offered = (await offers(viewOf(shown, choice), variable)).toSorted();
      const expected = expectedValues(shown, variable.name, choice)?.toSorted();
      if (expected !== undefined && offered.join() !== expected.join())
        problems.push(`$${variable.name} offers ${offered} instead of ${expected}, ${spell(choice)}`);
      if (expected === undefined && offered.length > 20)
        problems.push(`$${variable.name} holds ${offered.length}, ${spell(choice)}`);
    }
  }
  return problems;
}

/** The values that a variable has to offer; undefined where it is only known how many they may be. */
function expectedValues({ dashboard, world }: Shown, variable: string, choice: Choice): Problems | undefined {
  if (variable === 'worst') return undefined;
  if (variable === 'listed') return resourcesIn(world, choice).map(({ id }) => id);
  const names = variablesOf(dashboard);
  const before = names.slice(0, names.indexOf(variable));
  const narrowing = Object.fromEntries(Object.entries(choice).filter(([name]) => before.includes(name)));
  return offeredTruth(world, variable, narrowing);
}

/** The firing alert is marked and has its row. */
export async function alertProblems(shown: Shown): Promise<Problems> {
  const problems: string[] = [];
  for (const { name, expr } of shown.dashboard.annotations.list) {
    const marked = await resultOf(viewOf(shown), { refId: 'A', expr });
    problems.push(...unless(marked.length === 1, `${name} marks ${marked.length} alerts`));
  }
  return problems;
}

/** Panels that show something at a time although nothing is there, or nothing although something is remembered. */
export async function emptiness(shown: Shown, prometheus: Prometheus, at: number) {
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

/** Where the rules say that the runbooks are. */
export const RUNBOOKS = [
  ...new Set(
    [
      ...readFileSync(new URL('../../alerts/huaweicloud-backup.rules.yml', import.meta.url), 'utf8').matchAll(
        /runbook_url: (\S+)\/\w+\.md/g,
      ),
    ].map(([, url]) => url ?? ''),
  ),
];
