import { answerOf, legendOf, offers, type Row, rowsOf } from './grafana.ts';
import { type Dashboard, headlineOf, type Panel, panelsOf, type Target } from './model.ts';
import type { Prometheus, Series } from './prometheus.ts';
import {
  type Choice,
  choicesOf,
  failuresOf,
  finishedInThePastDay,
  headlineTruths,
  lastGoodOf,
  newestStateOf,
  offeredTruth,
  type ResourceTruth,
  runningSinceOf,
  STATES,
  stateTruth,
  storedByState,
  type World,
} from './world.ts';

/** A dashboard on a Prometheus that holds the history of a world. */
export interface Shown {
  readonly dashboard: Dashboard;
  readonly prometheus: Prometheus;
  readonly world: World;
}

type Verdict = Promise<readonly string[]>;

const nothingPicked: Choice = {};

const answersToAll = new WeakMap<Target, Promise<readonly Series[]>>();

/** The answer with All picked. The history stands still, so each query is asked once. */
function answerToAll({ dashboard, prometheus, world }: Shown, target: Target): Promise<readonly Series[]> {
  const known = answersToAll.get(target);
  if (known !== undefined) return known;
  const answer = answerOf(prometheus, dashboard, target, nothingPicked, world.end);
  answersToAll.set(target, answer);
  return answer;
}
const LABEL_OF: Readonly<Record<string, string>> = { service: 'cloud_service', resource: 'resource_name' };

const together = async (verdicts: readonly Verdict[]): Verdict => (await Promise.all(verdicts)).flat();

/** What a test says of a query that Prometheus refuses. */
async function judged(what: string, judge: () => Verdict): Verdict {
  try {
    return (await judge()).map((problem) => `${what}: ${problem}`);
  } catch (error) {
    return [`${what}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

const nameOf = (panel: Panel, target: Target): string => `"${panel.title}" ${target.refId}`;
const spell = (choice: Choice): string =>
  Object.entries(choice)
    .map(([variable, value]) => `${variable}=${value}`)
    .join() || 'All';

function valueProblems(answer: readonly Series[]): readonly string[] {
  const values = answer.flatMap(({ points }) => points.map(([, value]) => Number(value)));
  return [
    ...(values.some((value) => Number.isNaN(value)) ? ['a value is NaN'] : []),
    ...(values.some((value) => Math.abs(value) === Number.POSITIVE_INFINITY) ? ['a value is infinite'] : []),
    ...(values.some((value) => value < 0) ? ['a value is negative'] : []),
  ];
}

function legendProblems(answers: readonly (readonly [Target, readonly Series[]])[]): readonly string[] {
  const names = answers.flatMap(([target, answer]) => answer.map((series) => legendOf(target, series)));
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  const gaps = answers.flatMap(([target, answer]) =>
    [...(target.legendFormat ?? '').matchAll(/\{\{\s*(\w+)\s*\}\}/g)]
      .map(([, label]) => label ?? '')
      .filter((label) => answer.some(({ labels }) => labels[label] === undefined)),
  );
  return [
    ...[...twice].map((name) => `two series are called "${name}"`),
    ...[...new Set(gaps)].map((label) => `a series has no label ${label}`),
  ];
}

/** With All picked, every query of a panel has data, and the names of its series tell them apart. */
async function checkPanel(shown: Shown, panel: Panel): Verdict {
  const answers: (readonly [Target, readonly Series[]])[] = [];
  const problems = await together(
    (panel.targets ?? []).map((target) =>
      judged(nameOf(panel, target), async () => {
        const answer = await answerToAll(shown, target);
        answers.push([target, answer]);
        return [...(answer.length === 0 ? ['there is no data'] : []), ...valueProblems(answer)];
      }),
    ),
  );
  if (panel.type === 'table') return problems;
  return [...problems, ...legendProblems(answers).map((problem) => `"${panel.title}": ${problem}`)];
}

const identityOf = ({ labels }: Series): string => JSON.stringify(Object.entries(labels).toSorted());

/** Whether a series belongs to what is picked, as far as its labels tell. Signing in belongs to every service. */
const belongs = ({ labels }: Series, variable: string, value: string): boolean => {
  const label = labels[LABEL_OF[variable] ?? variable];
  return label === value || (variable === 'service' && label === 'iam');
};

/** With a value picked, a query shows of what All shows the part with that value, and nothing else. */
async function checkChoice(shown: Shown, panel: Panel, choice: Choice): Verdict {
  const { dashboard, prometheus, world } = shown;
  return together(
    (panel.targets ?? []).map((target) =>
      judged(`${nameOf(panel, target)} with ${spell(choice)}`, async () => {
        const [all, picked] = await Promise.all([
          answerToAll(shown, target),
          answerOf(prometheus, dashboard, target, choice, world.end),
        ]);
        const problems = valueProblems(picked);
        const [[variable, value] = ['', '']] = Object.entries(choice);
        const label = LABEL_OF[variable] ?? variable;
        if (!all.every(({ labels }) => label in labels)) return problems;
        const expected = new Set(
          all.filter((series) => belongs(series, variable, value)).map((series) => identityOf(series)),
        );
        const seen = new Set(picked.map((series) => identityOf(series)));
        return [
          ...problems,
          ...(expected.symmetricDifference(seen).size === 0 ? [] : [`shows other series than ${value}`]),
        ];
      }),
    ),
  );
}

/** The headline shows the known numbers, whatever is picked. */
async function checkHeadline({ dashboard, prometheus, world }: Shown, panel: Panel, choice: Choice): Verdict {
  const truths = headlineTruths(world, choice);
  return together(
    (panel.targets ?? []).map((target) =>
      judged(`${nameOf(panel, target)} with ${spell(choice)}`, async () => {
        const answer = await answerOf(prometheus, dashboard, target, choice, world.end);
        const numbers = answer.map(({ points }) => Number(points[0]?.[1]));
        const truth = truths.get(panel.title);
        const expected = truth === undefined ? [] : [truth];
        return numbers.join() === expected.join() && truths.has(panel.title)
          ? []
          : [`shows ${numbers.join() || 'nothing'} where ${truth ?? 'nothing'} is true`];
      }),
    ),
  );
}

/** Where there is nothing to read, a panel shows nothing. */
async function checkBlind(shown: Shown, panel: Panel, time: number): Verdict {
  return together(
    (panel.targets ?? []).map((target) =>
      judged(`${nameOf(panel, target)} without data`, async () => {
        const last: Target = { ...target, instant: true };
        const answer = await answerOf(shown.prometheus, shown.dashboard, last, nothingPicked, time);
        return answer.length === 0 ? [] : [`shows ${answer[0]?.points[0]?.[1]} where nothing is known`];
      }),
    ),
  );
}

/** The rows of a table, as the panel shows them. */
async function tableRows(shown: Shown, panel: Panel): Promise<readonly Row[]> {
  const answers = await Promise.all(
    (panel.targets ?? []).map(async (target) => [target.refId, await answerToAll(shown, target)] as const),
  );
  return rowsOf(panel, new Map(answers));
}

/** How far a number may be from the truth: sizes come in whole MB, durations in whole seconds. */
const TOLERANCE: Readonly<Record<string, number>> = { Size: 2 ** 20, Duration: 2 };

/** What is true of the columns of a resource's row; undefined is an empty cell. */
function rowTruth(
  resource: ResourceTruth,
  now: number,
): Readonly<Record<string, string | number | undefined>> {
  const good = lastGoodOf(resource);
  const running = runningSinceOf(resource);
  const newest = newestStateOf(resource);
  const age = good?.end === undefined ? undefined : now - good.end;
  return {
    State: stateTruth(resource, now),
    'Newest backup': newest && newest.slice(0, 1).toUpperCase() + newest.slice(1),
    Age: age,
    'RPO used': age === undefined || resource.objective === undefined ? undefined : age / resource.objective,
    RPO: resource.objective,
    'Failures in a row': failuresOf(resource),
    Size: good?.bytes,
    Duration: good?.end === undefined ? undefined : good.end - good.start,
    'Running for': running === undefined ? undefined : now - running,
  };
}

const agrees = (column: string, said: unknown, truth: string | number | undefined): boolean =>
  typeof said === 'number' && typeof truth === 'number'
    ? Math.abs(said - truth) <= (TOLERANCE[column] ?? 1e-6)
    : said === truth;

/** The table of resources says of each what is true, and begins with the worst. */
async function checkResourceTable(shown: Shown, panel: Panel): Verdict {
  return judged(`"${panel.title}"`, async () => {
    const { resources, end } = shown.world;
    const rows = await tableRows(shown, panel);
    const lies = rows.flatMap((row) => {
      const resource = resources.find(({ id }) => id === row['Id']);
      if (resource === undefined) return [`has a row for ${row['Id']}`];
      return Object.entries(rowTruth(resource, end))
        .filter(([column, truth]) => !agrees(column, row[column], truth))
        .map(([column, truth]) => `says ${column} ${row[column]} of ${resource.name} where ${truth} is true`);
    });
    const rank = (row: Row): readonly [number, number] => [
      STATES.indexOf(String(row['State'])),
      -Number(row['RPO used'] ?? -1),
    ];
    const ranks = rows.map(rank);
    const sorted = ranks.toSorted(([a, b], [c, d]) => a - c || b - d);
    return [...lies, ...(ranks.join() === sorted.join() ? [] : ['does not begin with the worst'])];
  });
}

/** The last values of a panel's series, by the legend, are the known numbers. */
async function checkLastValues(shown: Shown, panel: Panel, truths: ReadonlyMap<string, number>): Verdict {
  return together(
    (panel.targets ?? []).map((target) =>
      judged(nameOf(panel, target), async () => {
        const answer = await answerToAll(shown, target);
        const said = new Map(
          answer.map((series) => [legendOf(target, series), Math.round(Number(series.points.at(-1)?.[1]))]),
        );
        return [...truths]
          .filter(([name, truth]) => said.get(name) !== truth)
          .map(([name, truth]) => `shows ${said.get(name)} for ${name} where ${truth} is true`);
      }),
    ),
  );
}

/** A table has one row for each thing it is about. */
async function checkRows(shown: Shown, panel: Panel): Verdict {
  return judged(`"${panel.title}"`, async () => {
    const rows = await tableRows(shown, panel);
    const { resources, instances } = shown.world;
    const [key, expected] =
      panel.title === 'Processes' ? ['Instance', instances] : ['Id', resources.map(({ id }) => id)];
    const seen = rows.map((row) => String(row[key])).toSorted();
    return seen.join() === [...expected].toSorted().join()
      ? []
      : [`has rows for ${seen.join(', ')} where there should be one for each of ${[...expected].join(', ')}`];
  });
}

/** Every variable offers the values that there are, narrowed by what is picked before it. */
async function checkVariables({ dashboard, prometheus, world }: Shown): Verdict {
  const picks: readonly Choice[] = [{}, ...choicesOf(world)];
  const queries = dashboard.templating.list.filter(({ type }) => type === 'query');
  return together(
    picks.flatMap((choice) =>
      queries.map((variable, index) =>
        judged(`$${variable.name} with ${spell(choice)}`, async () => {
          const before = queries.slice(0, index).map(({ name }) => name);
          const narrowing = Object.fromEntries(
            Object.entries(choice).filter(([name]) => before.includes(name)),
          );
          const offered = await offers(prometheus, dashboard, variable, choice, world.end);
          const expected = offeredTruth(world, variable.name, narrowing);
          return [...offered].toSorted().join() === [...expected].toSorted().join()
            ? []
            : [`offers ${offered.join() || 'nothing'} instead of ${expected.join()}`];
        }),
      ),
    ),
  );
}

/** The firing alerts are marked, whatever is picked among what they are about. */
async function checkAnnotations(shown: Shown): Verdict {
  const { dashboard, world } = shown;
  return together(
    dashboard.annotations.list.map(({ name, expr = '' }) =>
      judged(name, async () => {
        const target: Target = { refId: 'A', expr };
        const answer = await answerToAll(shown, target);
        const marked = [...new Set(answer.map(({ labels }) => labels['alertname']))].toSorted();
        return marked.join() === [...world.firing].toSorted().join()
          ? []
          : [`marks ${marked.join() || 'nothing'} where ${world.firing.join()} fired`];
      }),
    ),
  );
}

/** Panels of which the last values are known. */
const LAST_VALUES: Readonly<Record<string, (world: World) => ReadonlyMap<string, number>>> = {
  'Finished in the past day': finishedInThePastDay,
  'Stored backups': storedByState,
};

/** Everything that is wrong with these panels on a Prometheus with data. */
export async function panelProblems(shown: Shown, panels: readonly Panel[]): Verdict {
  const choices = choicesOf(shown.world);
  const headline = new Set(headlineOf(shown.dashboard));
  const verdicts: string[] = [];
  for (const panel of panels) {
    verdicts.push(
      ...(await checkPanel(shown, panel)),
      ...(await together(choices.map((choice) => checkChoice(shown, panel, choice)))),
    );
    if (headline.has(panel)) {
      const all = [nothingPicked, ...choices];
      verdicts.push(...(await together(all.map((choice) => checkHeadline(shown, panel, choice)))));
    }
    if (panel.type === 'table') verdicts.push(...(await checkRows(shown, panel)));
    if (panel.title === 'Resources, worst first') verdicts.push(...(await checkResourceTable(shown, panel)));
    const truths = LAST_VALUES[panel.title]?.(shown.world);
    if (truths !== undefined) verdicts.push(...(await checkLastValues(shown, panel, truths)));
  }
  return verdicts;
}

/** Everything that is wrong with the variables and annotations on a Prometheus with data. */
export const surroundingProblems = (shown: Shown): Verdict =>
  together([checkVariables(shown), checkAnnotations(shown)]);

/** What these panels show where nothing is known: on an empty server, or an hour after the exporter's end. */
export async function blindProblems(shown: Shown, empty: Prometheus, panels: readonly Panel[]): Verdict {
  const { end } = shown.world;
  return together(
    panels.flatMap((panel) => [
      checkBlind({ ...shown, prometheus: empty }, panel, end),
      ...(headlineOf(shown.dashboard).includes(panel) ? [checkBlind(shown, panel, end + 3600)] : []),
    ]),
  );
}

/** The panels of a dashboard that differ from those of another, by id. */
export const changedPanels = (dashboard: Dashboard, from: Dashboard): readonly Panel[] => {
  const before = new Set(panelsOf(from).map((panel) => JSON.stringify(panel)));
  return panelsOf(dashboard).filter((panel) => !before.has(JSON.stringify(panel)));
};
