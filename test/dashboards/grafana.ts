import type { Dashboard, Panel, Target, Variable } from './model.ts';
import type { Queries, Series, TimeRange } from './prometheus.ts';
import type { Choice } from './world.ts';

/** The default time range of a dashboard: the seven days before a time. */
export const sevenDaysBefore = (end: number): TimeRange => ({ from: end - 7 * 24 * 3600, to: end });

/** The step over seven days of a panel a few hundred pixels wide, in seconds. */
const STEP = 1800;
const HOUR = 3600;

/** A dashboard as a user sees it: with a choice, at a time. */
export interface View {
  readonly prometheus: Queries;
  readonly dashboard: Dashboard;
  readonly choice: Choice;
  readonly end: number;
}

/** Escapes a value for a regular expression in a PromQL string. */
const escapeForMatcher = (value: string): string =>
  value.replace(/\\/g, '\\\\\\\\').replace(/[$^*{}[\]'+?.()|]/g, '\\\\$&');

const textOf = ({ query }: Variable): string => (typeof query === 'string' ? query : (query?.query ?? ''));

/** The options of a variable in a view. */
export async function optionsOf(view: View, variable: Variable): Promise<readonly string[]> {
  const text = textOf(variable);
  const query = /^query_result\((.*)\)$/s.exec(text)?.[1];
  if (query !== undefined) {
    const [, pattern = ''] = /^\/(.*)\/$/.exec(variable.regex ?? '') ?? [];
    const result = await view.prometheus.queryAt(await interpolate(view, query), view.end);
    const texts = result.map(({ labels }) =>
      Object.entries(labels)
        .map(([label, value]) => `${label}="${value}"`)
        .join(),
    );
    return [...new Set(texts.flatMap((each) => new RegExp(pattern).exec(each)?.[1] ?? []))];
  }
  const [, selector = '', label = ''] = /^label_values\((.+), (\w+)\)$/.exec(text) ?? [];
  const interpolated = await interpolate(view, selector);
  return view.prometheus.labelValues(label, interpolated, sevenDaysBefore(view.end));
}

/** Inserts the values of variables, as Grafana does before it sends a query. */
async function interpolate(view: View, expr: string): Promise<string> {
  let text = expr;
  for (const variable of view.dashboard.templating.list) {
    if (variable.type !== 'query' || !text.includes(`$${variable.name}`)) continue;
    const picked = view.choice[variable.name];
    const value =
      picked !== undefined
        ? escapeForMatcher(picked)
        : (variable.allValue ?? `(${(await selected(view, variable)).map(escapeForMatcher).join('|')})`);
    text = text.replace(new RegExp(`\\$${variable.name}\\b`, 'g'), () => value);
  }
  return text;
}

const selections = new Map<string, Promise<readonly string[]>>();

/** The values of a hidden variable; queried once per view. */
function selected(view: View, variable: Variable): Promise<readonly string[]> {
  const { prometheus, dashboard, choice, end } = view;
  const key = JSON.stringify([prometheus.origin, dashboard.uid, textOf(variable), choice, end]);
  const known = selections.get(key) ?? optionsOf(view, variable);
  selections.set(key, known);
  return known;
}

/** The query of a target with the values of variables, and its step if it is a range query. */
export async function queryOf(view: View, target: Target) {
  const query = await interpolate(view, target.expr);
  return { query, step: target.instant === true ? undefined : target.interval === '1h' ? HOUR : STEP };
}

/** Sends a query as Grafana does when the dashboard shows the seven days before `end`. */
export async function resultOf(view: View, target: Target): Promise<readonly Series[]> {
  const { query, step } = await queryOf(view, target);
  return step === undefined
    ? view.prometheus.queryAt(query, view.end)
    : view.prometheus.queryRange(query, sevenDaysBefore(view.end), step);
}

/** The legend of a series; a label that it does not have is left empty. */
export const legendOf = (target: Target, { labels }: Series): string =>
  (target.legendFormat ?? '').replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => labels[label] ?? '');

/** A row of a table: the text or number in each column, by its title. */
export type Row = Readonly<Record<string, string | number>>;

/** The texts that a column shows for numbers, by number. */
function textsOf(panel: Panel, title: string): Readonly<Record<string, { text: string }>> {
  const properties = panel.fieldConfig?.overrides.find(
    ({ matcher }) => matcher.options === title,
  )?.properties;
  const mappings = properties?.find(({ id }) => id === 'mappings')?.value;
  const [first] = (mappings ?? []) as { options: Record<string, { text: string }> }[];
  return first?.options ?? {};
}

/** Whether two rows agree on all fields that both have. */
const agree = (a: Record<string, unknown>, b: Record<string, unknown>): boolean =>
  Object.entries(b).every(([key, value]) => a[key] === undefined || a[key] === value);

/** A table as the panel shows it: rows merged as by Grafana, columns renamed, and sorted as configured. */
export async function rowsOf(view: View, panel: Panel): Promise<readonly Row[]> {
  const targets = panel.targets ?? [];
  const rows: Record<string, string | number>[] = [];
  for (const target of targets) {
    const field = targets.length === 1 ? 'Value' : `Value #${target.refId}`;
    for (const { labels, points } of await resultOf(view, target)) {
      const cells = { ...labels, [field]: Number(points[0]?.[1]) };
      const row = rows.find((each) => agree(each, cells));
      if (row === undefined) rows.push({ ...cells });
      else Object.assign(row, cells);
    }
  }
  const organize = panel.transformations?.find(({ id }) => id === 'organize')?.options ?? {};
  const titles = (organize['renameByName'] ?? {}) as Record<string, string>;
  const hidden = (organize['excludeByName'] ?? {}) as Record<string, boolean>;
  const named = rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).flatMap(([field, value]) =>
        hidden[field] === true ? [] : [[titles[field] ?? field, value] as const],
      ),
    ),
  );
  const sorted = named.toSorted((a, b) => {
    for (const { displayName, desc } of panel.options?.sortBy ?? []) {
      const [left, right] = [a[displayName] ?? -Infinity, b[displayName] ?? -Infinity];
      if (left !== right) return (left < right ? -1 : 1) * (desc === true ? -1 : 1);
    }
    return 0;
  });
  return sorted.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([title, value]) => [
        title,
        textsOf(panel, title)[String(value)]?.text ?? value,
      ]),
    ),
  );
}
