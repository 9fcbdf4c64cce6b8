import type { Dashboard, Panel, Target, Variable } from './model.ts';
import type { Prometheus, Series, Span } from './prometheus.ts';
import type { Choice } from './world.ts';

/** What a dashboard shows from and to when it is opened: the seven days before a moment. */
export const sevenDaysBefore = (end: number): Span => ({ from: end - 7 * 24 * 3600, to: end });

/** The distance of two points of a panel that is a few hundred pixels wide, over seven days. */
const STEP = 1800;

const secondsOf = (interval: string): number => {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(interval) ?? [];
  const factor = { s: 1, m: 60, h: 3600, d: 86_400 }[unit ?? ''];
  if (count === undefined || factor === undefined) throw new Error(`no test knows the interval ${interval}`);
  return Number(count) * factor;
};

/** A picked value in a regular expression within a PromQL string, escaped once for each. */
const escapeForMatcher = (value: string): string =>
  value.replace(/\\/g, '\\\\\\\\').replace(/[$^*{}[\]'+?.()|]/g, '\\\\$&');

const textOf = (variable: Variable, choice: Choice): string => {
  const value = choice[variable.name];
  return value === undefined ? (variable.allValue ?? '.+') : escapeForMatcher(value);
};

/** Puts the values of the variables in, as Grafana does before it sends a query. */
function interpolate(dashboard: Dashboard, expr: string, choice: Choice, minimumStep?: string): string {
  const shortest = secondsOf(minimumStep ?? '15s');
  const rateInterval = Math.max(Math.max(STEP, shortest) + shortest, 4 * shortest);
  const variables = dashboard.templating.list;
  return expr
    .replaceAll('$__rate_interval', `${rateInterval}s`)
    .replace(/\$(\w+)/g, (whole, name: string) => {
      const variable = variables.find((each) => each.name === name);
      return variable === undefined ? whole : textOf(variable, choice);
    });
}

/** Sends a target's query as Grafana does when the dashboard is opened on the seven days before `end`. */
export async function answerOf(
  prometheus: Prometheus,
  dashboard: Dashboard,
  target: Target,
  choice: Choice,
  end: number,
): Promise<readonly Series[]> {
  const query = interpolate(dashboard, target.expr, choice, target.interval);
  if (target.instant === true) return prometheus.atInstant(query, end);
  const step = Math.max(STEP, secondsOf(target.interval ?? '15s'));
  return prometheus.overTime(query, sevenDaysBefore(end), step);
}

/** The name that a legend gives to a series; a label that the series does not have leaves a gap. */
export const legendOf = (target: Target, { labels }: Series): string =>
  (target.legendFormat ?? '').replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => labels[label] ?? '');

/** The values that a variable offers. */
export async function offers(
  prometheus: Prometheus,
  dashboard: Dashboard,
  variable: Variable,
  choice: Choice,
  end: number,
): Promise<readonly string[]> {
  const text = typeof variable.query === 'string' ? variable.query : (variable.query?.query ?? '');
  const [, selector = '', label = ''] = /^label_values\((.+), (\w+)\)$/.exec(text) ?? [];
  const interpolated = interpolate(dashboard, selector, choice);
  return prometheus.labelValues(label, interpolated, sevenDaysBefore(end));
}

/** A row of a table: the text or number in each column, by the column's title. */
export type Row = Readonly<Record<string, string | number>>;

const titlesOf = (panel: Panel): Readonly<Record<string, string>> => {
  const organize = panel.transformations?.find(({ id }) => id === 'organize')?.options ?? {};
  return (organize['renameByName'] ?? {}) as Record<string, string>;
};

/** The words that a column shows in place of numbers, by the number. */
function wordsOf(panel: Panel, title: string): Readonly<Record<string, { text: string }>> {
  const properties = panel.fieldConfig?.overrides.find(
    ({ matcher }) => matcher.options === title,
  )?.properties;
  const mappings = properties?.find(({ id }) => id === 'mappings')?.value;
  const [first] = (mappings ?? []) as { options: Record<string, { text: string }> }[];
  return first?.options ?? {};
}

/** Whether two rows say the same wherever both say anything. */
const agree = (a: Record<string, unknown>, b: Record<string, unknown>): boolean =>
  Object.entries(b).every(([key, value]) => a[key] === undefined || a[key] === value);

/** Joins a table's answers into rows as Grafana's "merge" does, names the columns and sorts as the panel asks. */
export function rowsOf(panel: Panel, answers: ReadonlyMap<string, readonly Series[]>): readonly Row[] {
  const rows: Record<string, string | number>[] = [];
  for (const [refId, answer] of answers) {
    for (const { labels, points } of answer) {
      const cells = { ...labels, [`Value #${refId}`]: Number(points[0]?.[1]) };
      const row = rows.find((each) => agree(each, cells));
      if (row === undefined) rows.push({ ...cells });
      else Object.assign(row, cells);
    }
  }
  const titles = titlesOf(panel);
  const named = rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).flatMap(([field, value]) => {
        const title = titles[field];
        return title === undefined ? [] : [[title, value] as const];
      }),
    ),
  );
  const keys = panel.options?.sortBy ?? [];
  const sorted = named.toSorted((a, b) => {
    for (const { displayName, desc } of keys) {
      const [left, right] = [Number(a[displayName] ?? -Infinity), Number(b[displayName] ?? -Infinity)];
      if (left !== right) return desc === true ? right - left : left - right;
    }
    return 0;
  });
  return sorted.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([title, value]) => [
        title,
        wordsOf(panel, title)[String(value)]?.text ?? value,
      ]),
    ),
  );
}
