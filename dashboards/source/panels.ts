/** The data source of all queries, which the user selects. */
export const DATASOURCE = { type: 'prometheus', uid: '$' + '{datasource}' };

/** A panel as in the JSON of Grafana, without its position. */
export type Panel = Readonly<Record<string, unknown>>;

/** Grafana's names of the units used; `dtdhms` is "1 d 02:00:00". */
type Unit = 'none' | 's' | 'dtdhms' | 'bytes' | 'percentunit';

/** Properties of all panels. */
interface About {
  readonly title: string;
  readonly description: string;
  readonly unit?: Unit;
  /** Shown instead of a missing value. */
  readonly noValue?: string;
}

/** A query and the legend of its series. */
type Query = readonly [expr: string, legend: string];
/** Texts or colours for values, in Grafana's format. */
export type Mappings = readonly object[];
export type Thresholds = { readonly mode: string; readonly steps: readonly object[] };

const refId = (index: number): string => String.fromCharCode('A'.charCodeAt(0) + index);

const target = (expr: string, index: number, more: object) => ({
  refId: refId(index),
  datasource: DATASOURCE,
  expr,
  ...more,
});
const ranged = (queries: readonly Query[], interval?: string) =>
  queries.map(([expr, legendFormat], index) =>
    target(expr, index, { legendFormat, range: true, instant: false, ...(interval && { interval }) }),
  );

/** A panel; `defaults` are Grafana's settings of its values. */
const panel = (
  type: string,
  about: About,
  targets: object[],
  { defaults, overrides = [], ...more }: { defaults: object; overrides?: object[]; options: object },
): Panel => ({
  type,
  title: about.title,
  description: about.description,
  datasource: DATASOURCE,
  targets,
  fieldConfig: {
    defaults: { unit: about.unit ?? 'none', noValue: about.noValue ?? 'No data', ...defaults },
    overrides,
  },
  ...more,
});

/** One number, or a few with names. */
export function stat(
  about: About & { readonly expr: string | readonly Query[]; readonly thresholds: Thresholds },
): Panel {
  const { title, expr, thresholds } = about;
  const queries: readonly Query[] = typeof expr === 'string' ? [[expr, title]] : expr;
  const targets = queries.map(([query, legendFormat], index) =>
    target(query, index, { legendFormat, instant: true, range: false }),
  );
  return panel('stat', about, targets, {
    defaults: { thresholds, color: { mode: 'thresholds' } },
    options: {
      colorMode: 'value',
      graphMode: 'none',
      textMode: typeof expr === 'string' ? 'value' : 'value_and_name',
      reduceOptions: { calcs: ['lastNotNull'], values: false, fields: '' },
    },
  });
}

/** Values over time; with `bars`, stacked bars, one for each interval of this length. */
export function series(
  about: About & {
    readonly queries: readonly Query[];
    /** Draws these limits as dashed lines. */
    readonly limits?: Thresholds;
    readonly bars?: '1h';
    /** The upper end of the axis, so that outliers do not flatten the other lines. */
    readonly max?: number;
  },
): Panel {
  const { queries, limits, bars, max } = about;
  const style = bars
    ? { drawStyle: 'bars', fillOpacity: 80, stacking: { mode: 'normal', group: 'A' } }
    : { drawStyle: 'line', lineInterpolation: 'stepAfter', lineWidth: 1, fillOpacity: 0 };
  const defaults = {
    min: 0,
    ...(max !== undefined && { max }),
    ...(bars && { decimals: 0 }),
    ...(limits && { thresholds: limits }),
    color: { mode: 'palette-classic-by-name' },
    custom: { ...style, showPoints: 'never', ...(limits && { thresholdsStyle: { mode: 'dashed' } }) },
  };
  const legend = {
    showLegend: true,
    displayMode: 'table',
    placement: 'bottom',
    calcs: ['lastNotNull', 'max'],
  };
  const options = { legend, tooltip: { mode: 'multi', sort: 'desc' } };
  return panel('timeseries', about, ranged(queries, bars), { defaults, options });
}

/** Named states over time, one line per series. */
export function stateTimeline(about: About & { readonly query: Query; readonly mappings: Mappings }): Panel {
  const { query, mappings } = about;
  const defaults = { mappings, color: { mode: 'thresholds' }, custom: { lineWidth: 0, fillOpacity: 80 } };
  const legend = { showLegend: true, displayMode: 'list', placement: 'bottom', calcs: [] };
  const options = { mergeValues: true, showValue: 'never', rowHeight: 0.8, legend };
  return panel('state-timeline', about, ranged([query]), { defaults, options });
}

type Settings = Readonly<Record<string, unknown>>;

/** A column of a table: the value of a query, or a label. */
export type Column = { readonly title: string; readonly settings: Settings } & (
  | { readonly expr: string }
  | { readonly label: string }
);

/** A column with the value of a query; `colours` are text mappings or thresholds. */
export function value(
  title: string,
  expr: string,
  unit: Unit = 'none',
  noValue = '',
  colours?: Settings,
): Column {
  const cell = colours && { 'custom.cellOptions': { type: 'color-text' } };
  return { title, expr, settings: { unit, noValue, ...colours, ...cell } };
}

/** A column with a label of the series. */
export const label = (title: string, name: string, settings: Settings = {}): Column => ({
  title,
  label: name,
  settings,
});

/** One row per combination of labels. */
export function table(
  about: About & {
    readonly columns: readonly Column[];
    /** Queries whose labels fill columns and whose value is not shown. */
    readonly hidden?: readonly string[];
    /** Titles of the columns to sort by; `-` before one puts the largest value first. */
    readonly sortBy: readonly string[];
  },
): Panel {
  const { columns, hidden = [], sortBy } = about;
  const shown = columns.flatMap((column) => ('expr' in column ? column.expr : []));
  const queries = [...shown, ...hidden];
  /** Grafana's name for the field with the values of a query. */
  const fieldOf = (index: number) => (queries.length === 1 ? 'Value' : `Value #${refId(index)}`);
  const fields = columns.map((each) => ('expr' in each ? fieldOf(queries.indexOf(each.expr)) : each.label));
  // The id only distinguishes rows, and is not shown.
  const excluded = ['Time', 'resource_id', ...hidden.map((_, index) => fieldOf(shown.length + index))];
  const targets = queries.map((expr, index) =>
    target(expr, index, { format: 'table', instant: true, range: false }),
  );
  const organize = {
    excludeByName: Object.fromEntries(excluded.map((field) => [field, true])),
    indexByName: Object.fromEntries(fields.map((field, index) => [field, index])),
    renameByName: Object.fromEntries(fields.map((field, index) => [field, columns[index]?.title])),
  };
  return {
    ...panel('table', about, targets, {
      defaults: { custom: { filterable: true } },
      overrides: columns.map(({ title, settings }) => ({
        matcher: { id: 'byName', options: title },
        properties: Object.entries(settings).map(([id, setting]) => ({ id, value: setting })),
      })),
      options: {
        sortBy: sortBy.map((title) => ({
          displayName: title.replace(/^-/, ''),
          desc: title.startsWith('-'),
        })),
      },
    }),
    transformations: [
      { id: 'merge', options: {} },
      { id: 'organize', options: organize },
    ],
  };
}
