import {
  AxisPlacement,
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  GraphDrawStyle,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  LineInterpolation,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TableSortByFieldStateBuilder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
  type Panel,
  type ThresholdsConfig,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateTimelineBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { type Alert, runbookLink } from './links.ts';
import { DATASOURCE } from './variables.ts';

/** The units that the panels use, by Grafana's names. */
type Unit = 'none' | 's' | 'bytes' | 'percentunit' | 'opm';

/** What every panel says about itself. */
interface About {
  readonly title: string;
  readonly description: string;
  readonly unit: Unit;
  /** Shown in place of a value when there is none. */
  readonly noValue: string;
  /** The alerts that the panel explains. */
  readonly alerts?: readonly Alert[];
}

/** A query and how its series are named. */
interface NamedQuery {
  readonly expression: string;
  readonly legend: string;
  /** The shortest distance of two points; also what rates take for the scrape interval. */
  readonly interval?: string;
}

/** Rates need two scrapes: with this floor they are right for any scrape interval up to a minute. */
const RATE_FLOOR = '1m';

const refId = (index: number): string => String.fromCharCode('A'.charCodeAt(0) + index);

const instant = (expression: string): DataqueryBuilder =>
  new DataqueryBuilder().datasource(DATASOURCE).expr(expression).instant();

const overTime = (query: NamedQuery, index: number): DataqueryBuilder => {
  const built = new DataqueryBuilder()
    .datasource(DATASOURCE)
    .refId(refId(index))
    .expr(query.expression)
    .legendFormat(query.legend)
    .range();
  const interval = query.interval ?? (query.expression.includes('$__rate_interval') ? RATE_FLOOR : undefined);
  return interval === undefined ? built : built.interval(interval);
};

const links = (alerts: readonly Alert[] | undefined) => (alerts ?? []).map(runbookLink);

/** Thresholds are plain data here; the builders ask for something that builds them. */
const built = <T>(value: T) => ({ build: () => value });

const property = (id: string, value: unknown): DynamicConfigValue => ({ id, value });

/** One number, or one per series. */
export function stat(
  about: About & {
    readonly expression: string;
    readonly thresholds: ThresholdsConfig;
    readonly legend?: string;
    readonly mappings?: ValueMapping[];
  },
): Panel {
  return new StatBuilder()
    .title(about.title)
    .description(about.description)
    .unit(about.unit)
    .noValue(about.noValue)
    .links(links(about.alerts))
    .datasource(DATASOURCE)
    .withTarget(
      instant(about.expression)
        .refId(refId(0))
        .legendFormat(about.legend ?? about.title),
    )
    .thresholds(built(about.thresholds))
    .mappings(about.mappings ?? [])
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .colorMode(BigValueColorMode.Value)
    .textMode(about.legend === undefined ? BigValueTextMode.Value : BigValueTextMode.ValueAndName)
    .graphMode(BigValueGraphMode.None)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false).fields(''))
    .build();
}

/** Values over time. */
export function series(
  about: About & {
    readonly queries: readonly NamedQuery[];
    /** Draws these limits as dashed lines. */
    readonly limits?: ThresholdsConfig;
    /** Colours of series by their legend. */
    readonly colors?: Readonly<Record<string, string>>;
    readonly bars?: boolean;
    readonly steps?: boolean;
    readonly decimals?: number;
  },
): Panel {
  const panel = new TimeSeriesBuilder()
    .title(about.title)
    .description(about.description)
    .unit(about.unit)
    .noValue(about.noValue)
    .links(links(about.alerts))
    .datasource(DATASOURCE)
    .targets(about.queries.map(overTime))
    .min(0)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName))
    .lineWidth(1)
    .fillOpacity(about.bars === true ? 80 : 0)
    .drawStyle(about.bars === true ? GraphDrawStyle.Bars : GraphDrawStyle.Line)
    .lineInterpolation(about.steps === true ? LineInterpolation.StepAfter : LineInterpolation.Linear)
    .showPoints(VisibilityMode.Never)
    .axisPlacement(AxisPlacement.Auto)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .calcs(['lastNotNull', 'max']),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  for (const [name, fixedColor] of Object.entries(about.colors ?? {})) {
    panel.overrideByName(name, [property('color', { mode: FieldColorModeId.Fixed, fixedColor })]);
  }
  if (about.decimals !== undefined) panel.decimals(about.decimals);
  if (about.bars === true) panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
  if (about.limits !== undefined) {
    panel
      .thresholds(built(about.limits))
      .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
  }
  return panel.build();
}

/** Named states over time, one line per series. */
export function stateTimeline(
  about: About & { readonly query: NamedQuery; readonly mappings: ValueMapping[] },
): Panel {
  return new StateTimelineBuilder()
    .title(about.title)
    .description(about.description)
    .unit(about.unit)
    .noValue(about.noValue)
    .links(links(about.alerts))
    .datasource(DATASOURCE)
    .withTarget(overTime(about.query, 0))
    .mappings(about.mappings)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .mergeValues(true)
    .showValue(VisibilityMode.Never)
    .rowHeight(0.8)
    .fillOpacity(80)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .calcs([]),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Single).sort(SortOrder.None))
    .build();
}

/** A column that a query fills. */
export interface ValueColumn {
  readonly title: string;
  readonly expression: string;
  readonly unit: Unit;
  readonly noValue: string;
  readonly thresholds?: ThresholdsConfig;
  readonly mappings?: ValueMapping[];
}

/** A column that a label fills. */
export interface LabelColumn {
  readonly title: string;
  readonly label: string;
  readonly noValue?: string;
  readonly link?: { readonly title: string; readonly url: string };
}

const valueProperties = (column: ValueColumn): DynamicConfigValue[] => [
  property('unit', column.unit),
  property('noValue', column.noValue),
  ...(column.mappings === undefined ? [] : [property('mappings', column.mappings)]),
  ...(column.thresholds === undefined ? [] : [property('thresholds', column.thresholds)]),
  ...(column.thresholds === undefined && column.mappings === undefined
    ? []
    : [property('custom.cellOptions', { type: 'color-text' })]),
];

const labelProperties = (column: LabelColumn): DynamicConfigValue[] => [
  ...(column.noValue === undefined ? [] : [property('noValue', column.noValue)]),
  ...(column.link === undefined ? [] : [property('links', [column.link])]),
];

/** Grafana's name for the field that holds a query's values, once several queries share a table. */
const fieldOf = (ref: string): string => `Value #${ref}`;

/**
 * One row per combination of labels. `hidden` are queries whose labels fill columns and whose value, always
 * 1, is not shown.
 */
export function table(
  about: About & {
    readonly labels: readonly LabelColumn[];
    readonly values: readonly ValueColumn[];
    readonly hidden?: readonly string[];
    /** Titles of the columns to sort by, largest value first. */
    readonly sortBy: readonly string[];
  },
): Panel {
  const hidden = about.hidden ?? [];
  const hiddenRef = (index: number): string => refId(about.values.length + index);
  const columns = [
    ...about.labels.map(({ label, title }) => ({ field: label, title })),
    ...about.values.map(({ title }, index) => ({ field: fieldOf(refId(index)), title })),
  ];
  const panel = new TableBuilder()
    .title(about.title)
    .description(about.description)
    .unit(about.unit)
    .noValue(about.noValue)
    .links(links(about.alerts))
    .datasource(DATASOURCE)
    .targets([
      ...about.values.map(({ expression }, index) =>
        instant(expression).refId(refId(index)).format(PromQueryFormat.Table),
      ),
      ...hidden.map((expression, index) =>
        instant(expression).refId(hiddenRef(index)).format(PromQueryFormat.Table),
      ),
    ])
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: Object.fromEntries([
          ['Time', true],
          ...hidden.map((_, index) => [fieldOf(hiddenRef(index)), true]),
        ]),
        indexByName: Object.fromEntries(columns.map(({ field }, index) => [field, index])),
        renameByName: Object.fromEntries(columns.map(({ field, title }) => [field, title])),
      },
    })
    .filterable(true)
    .sortBy(about.sortBy.map((title) => new TableSortByFieldStateBuilder().displayName(title).desc(true)));
  for (const column of about.values) panel.overrideByName(column.title, valueProperties(column));
  for (const column of about.labels) {
    const properties = labelProperties(column);
    if (properties.length > 0) panel.overrideByName(column.title, properties);
  }
  return panel.build();
}
