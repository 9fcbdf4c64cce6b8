import { readFileSync } from 'node:fs';
import { EXCUSED } from '../../dashboards/source/excused.ts';
import { EXPORTED, exportedMetric } from './exported-metrics.ts';
import { labelsOf, measureOf } from './meaning.ts';
import {
  columnsOf,
  type Dashboard,
  headlineOf,
  type Panel,
  panelsOf,
  sectionsOf,
  type Target,
  type Variable,
} from './model.ts';
import { parseQuery, type Query, type Read, readsOf } from './promql.ts';

/** A rule of the dashboard. `problems` names each place that breaks it. */
export interface Check {
  readonly rule: string;
  readonly problems: (dashboard: Dashboard) => readonly string[];
}

const RESOURCE = ['cloud_service', 'region', 'project', 'resource_id', 'resource_name'];
const UNITS = ['none', 's', 'bytes', 'percentunit', 'opm'];
const VARIABLES = ['datasource', 'job', 'instance', 'project', 'service', 'region', 'resource'];
const DATASOURCE = '$' + '{datasource}';
const SECTIONS = ['At a glance', 'Resources', 'States', 'Trends', 'Exporter'];
/** Alerts are series that Prometheus makes by itself. */
const MADE_BY_PROMETHEUS = ['ALERTS'];

const unless = (holds: boolean, problem: string): readonly string[] => (holds ? [] : [problem]);
const isText = (value: string | undefined): boolean => value !== undefined && value.trim() !== '';

const perPanel =
  (rule: (panel: Panel) => readonly string[]) =>
  (dashboard: Dashboard): readonly string[] =>
    panelsOf(dashboard).flatMap((panel) => rule(panel).map((problem) => `"${panel.title}": ${problem}`));

const perTarget = (rule: (target: Target, panel: Panel) => readonly string[]) =>
  perPanel((panel) =>
    (panel.targets ?? []).flatMap((target) =>
      rule(target, panel).map((problem) => `${target.refId}: ${problem}`),
    ),
  );

/** A query that cannot be read is a problem of its own; whatever the reading throws is named. */
const perQuery = (rule: (query: Query, target: Target, panel: Panel) => readonly string[]) =>
  perTarget((target, panel) => {
    try {
      return rule(parseQuery(target.expr), target, panel);
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)];
    }
  });

const identity: Check = {
  rule: 'is found under a fixed address, cannot be edited and opens on seven days',
  problems: (dashboard) => [
    ...unless(dashboard.uid === 'huaweicloud-backup', `uid is ${dashboard.uid}`),
    ...unless(dashboard.id === null, `id is ${dashboard.id}`),
    ...unless(dashboard.editable === false, 'it can be edited'),
    ...unless(dashboard.schemaVersion === 42, `schemaVersion is ${dashboard.schemaVersion}`),
    ...unless(dashboard.tags.length > 0, 'it has no tags'),
    ...unless(isText(dashboard.description), 'it has no description'),
    ...unless(dashboard.refresh === '1m', `refresh is ${dashboard.refresh}`),
    ...unless(dashboard.time.from === 'now-7d' && dashboard.time.to === 'now', 'the range is not seven days'),
    ...unless(!('__inputs' in dashboard), 'it asks for inputs'),
  ],
};

const sections: Check = {
  rule: 'has its sections in the order in which someone on call reads',
  problems: (dashboard) =>
    unless(
      sectionsOf(dashboard).join() === SECTIONS.join(),
      `sections are ${sectionsOf(dashboard).join(', ')}`,
    ),
};

const words: Check = {
  rule: 'says of every panel what it shows, in which unit, and what no data means',
  problems: perPanel((panel) => [
    ...unless(isText(panel.title), `panel ${panel.id} has no title`),
    ...unless(isText(panel.description), 'no description'),
    ...unless(isText(panel.fieldConfig?.defaults.unit), 'no unit'),
    ...unless(isText(panel.fieldConfig?.defaults.noValue), 'no text for no data'),
  ]),
};

const titles: Check = {
  rule: 'gives no two panels of a section the same title',
  problems: (dashboard) => {
    const seen = new Map<string, string>();
    let section = '';
    return dashboard.panels.flatMap((panel) => {
      if (panel.type === 'row') section = panel.title;
      const key = `${section}/${panel.title}`;
      const twice = panel.type !== 'row' && seen.has(key);
      seen.set(key, panel.title);
      return unless(!twice, `"${panel.title}" stands twice in ${section}`);
    });
  },
};

const ids: Check = {
  rule: 'has an id on every panel and none twice',
  problems: (dashboard) => {
    const all = dashboard.panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]);
    return all.flatMap((panel, index) => [
      ...unless(Number.isInteger(panel.id) && panel.id > 0, `"${panel.title}" has the id ${panel.id}`),
      ...unless(
        all.findIndex(({ id }) => id === panel.id) === index,
        `"${panel.title}" has the id of another panel, ${panel.id}`,
      ),
    ]);
  },
};

const overlaps = (a: Panel['gridPos'], b: Panel['gridPos']): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

const grid: Check = {
  rule: 'places panels within the grid, none over another',
  problems: ({ panels }) =>
    panels.flatMap((panel, index) => [
      ...unless(
        panel.gridPos.w > 0 && panel.gridPos.h > 0 && panel.gridPos.x + panel.gridPos.w <= 24,
        `"${panel.title}" leaves the grid`,
      ),
      ...panels
        .slice(index + 1)
        .filter((other) => overlaps(panel.gridPos, other.gridPos))
        .map((other) => `"${panel.title}" lies over "${other.title}"`),
    ]),
};

const datasource: Check = {
  rule: 'sends every query to the data source that the user picks',
  problems: (dashboard) => [
    ...perTarget((target, panel) => [
      ...unless(target.datasource?.uid === DATASOURCE, `is sent to ${target.datasource?.uid}`),
      ...unless(panel.datasource?.uid === DATASOURCE, `its panel asks ${panel.datasource?.uid}`),
    ])(dashboard),
    ...dashboard.templating.list
      .filter(({ type }) => type === 'query')
      .flatMap(({ name, datasource: of }) => unless(of?.uid === DATASOURCE, `$${name} asks ${of?.uid}`)),
    ...dashboard.annotations.list.flatMap(({ name, datasource: of }) =>
      unless(of?.uid === DATASOURCE, `${name} asks ${of?.uid}`),
    ),
  ],
};

/** The metric that a variable reads, the variables that narrow it, and the label it offers. */
function readVariable(variable: Variable) {
  const text = typeof variable.query === 'string' ? variable.query : (variable.query?.query ?? '');
  const parts = /^label_values\((\w+)(?:\{(.*)\})?, (\w+)\)$/.exec(text);
  const narrowedBy = [...(parts?.[2] ?? '').matchAll(/(\w+)=~"\$(\w+)"/g)].map(([, , name]) => name);
  return { metric: parts?.[1] ?? '', label: parts?.[3] ?? '', narrowedBy };
}

const variables: Check = {
  rule: 'offers variables that narrow each other, with All and several at once',
  problems: ({ templating: { list } }) => [
    ...unless(
      list.map(({ name }) => name).join() === VARIABLES.join(),
      `variables are ${list.map(({ name }) => name)}`,
    ),
    ...list
      .filter(({ type }) => type === 'query')
      .flatMap((variable, index) => {
        const { metric, label, narrowedBy } = readVariable(variable);
        const served = exportedMetric(metric)?.labels ?? [];
        const problems = [
          ...unless(
            narrowedBy.join() === VARIABLES.slice(1, index + 1).join(),
            `is narrowed by ${narrowedBy}`,
          ),
          ...unless(['job', 'instance', ...served].includes(label), `${metric} has no label ${label}`),
          ...unless(variable.refresh === 2, 'does not follow the range'),
          ...unless(variable.multi === true && variable.includeAll === true, 'takes one value only'),
          ...unless(variable.allValue === '.+', `takes ${variable.allValue} for All`),
          ...unless(isText(variable.label), 'has no label'),
        ];
        return problems.map((problem) => `$${variable.name} ${problem}`);
      }),
  ],
};

/** The matchers that a read needs so that every variable that concerns its metric narrows it. */
function matchersFor(metric: string): readonly string[] {
  const labels = exportedMetric(metric)?.labels ?? [];
  const service = metric.includes('_api_request')
    ? 'cloud_service=~"$service|iam"'
    : 'cloud_service=~"$service"';
  return [
    'job=~"$job"',
    'instance=~"$instance"',
    ...(labels.includes('project') ? ['project=~"$project"'] : []),
    ...(labels.includes('region') ? ['region=~"$region"'] : []),
    ...(labels.includes('cloud_service') ? [service] : []),
    ...(labels.includes('resource_name') ? ['resource_name=~"$resource"'] : []),
  ];
}

const matchers: Check = {
  rule: 'narrows every read by every variable that concerns its metric',
  problems: perQuery((query) =>
    readsOf(query).flatMap(({ selector }) =>
      matchersFor(selector.metric)
        .filter((matcher) => !selector.matchers.includes(matcher))
        .map((matcher) => `${selector.metric} is read without ${matcher}`),
    ),
  ),
};

const isResourceMetric = (metric: string): boolean =>
  exportedMetric(metric)?.labels.includes('resource_id') === true;

/** The aggregation nearest to the read must be by all that tells a resource from another. */
function isReduced({ around }: Read): boolean {
  const nearest = around.find((query) => query.kind === 'aggregation');
  return nearest?.operation === 'max' && RESOURCE.every((label) => nearest.by.includes(label));
}

const replicas: Check = {
  rule: 'reads every resource series through max by, so that a second replica doubles nothing',
  problems: perQuery((query) =>
    readsOf(query)
      .filter((read) => isResourceMetric(read.selector.metric) && !isReduced(read))
      .map(({ selector }) => `${selector.metric} is read without max by the labels of a resource`),
  ),
};

const CONSTANT = /\b(vector|absent|scalar)\s*\(/;

const honesty: Check = {
  rule: 'never makes up a number where there is no series',
  problems: perTarget(({ expr }) => {
    const constant = CONSTANT.exec(expr)?.[1];
    return unless(constant === undefined, `makes up a number with ${constant}()`);
  }),
};

const RATES = new Set(['rate', 'irate', 'increase', 'delta', 'idelta', 'deriv']);

const rates: Check = {
  rule: 'takes rates of counters over the span that fits the zoom, and counts over a span that is named',
  problems: perQuery((query, target, panel) =>
    readsOf(query).flatMap(({ selector, around }) => {
      const call = around.find((each) => each.kind === 'call' && RATES.has(each.name));
      const name = call?.kind === 'call' ? call.name : undefined;
      const { range, metric } = selector;
      if (name === undefined) return unless(range === undefined, `${metric} has a range and no rate`);
      const named = { '1h': 'in the past hour', '1d': 'in the past day' }[range ?? ''];
      return [
        ...unless(name === 'rate' || name === 'increase', `${name}() is used`),
        ...unless(exportedMetric(metric)?.type !== 'gauge', `${name}() is taken of a gauge, ${metric}`),
        ...(name === 'rate'
          ? [
              ...unless(range === '$__rate_interval', `rate() is taken over ${range}`),
              ...unless(target.interval === '1m', 'rate() has no shortest step'),
            ]
          : unless(
              named !== undefined && panel.title.endsWith(named),
              `increase() is taken over ${range}, which the title does not say`,
            )),
      ];
    }),
  ),
};

const measures: Check = {
  rule: 'shows every value in the unit that it is measured in',
  problems: perQuery((query, target, panel) => {
    const column = panel.type === 'table' ? columnsOf(panel).get(target.refId) : undefined;
    if (panel.type === 'table' && column === undefined) return [];
    const unit = column === undefined ? panel.fieldConfig?.defaults.unit : column.unit;
    const measure = measureOf(query);
    return [
      ...unless(UNITS.includes(unit ?? ''), `the unit ${unit} is not known`),
      ...unless(unit === measure, `measures ${measure} and is shown as ${unit}`),
    ];
  }),
};

const legendLabels = (legend: string): readonly string[] =>
  [...legend.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, label]) => label ?? '');

/** Labels that another label decides: a legend may leave them out. */
const DECIDED_BY: Readonly<Record<string, string>> = { region: 'resource_id' };

const legends: Check = {
  rule: 'names series by labels that they have, and by enough of them to tell them apart',
  problems: perQuery((query, target, panel) => {
    if (panel.type === 'table') return [];
    const labels = labelsOf(query) ?? [];
    const named = legendLabels(target.legendFormat ?? '');
    return [
      ...unless(isText(target.legendFormat) && target.legendFormat !== '__auto', 'has no legend'),
      ...named.filter((label) => !labels.includes(label)).map((label) => `its series have no label ${label}`),
      ...labels
        .filter((label) => !named.includes(label) && !named.includes(DECIDED_BY[label] ?? ''))
        .map((label) => `its legend leaves out ${label}`),
    ];
  }),
};

const stats: Check = {
  rule: 'shows the last value in every stat, and asks for nothing but the last',
  problems: perPanel((panel) =>
    panel.type === 'stat'
      ? [
          ...unless(
            panel.options?.reduceOptions?.calcs.join() === 'lastNotNull',
            'does not show the last value',
          ),
          ...unless(
            panel.targets?.every(({ instant }) => instant === true) === true,
            'asks for more than the last',
          ),
        ]
      : [],
  ),
};

const headline: Check = {
  rule: 'has one number per headline, which is 0 when all is well and nothing when blind',
  problems: (dashboard) =>
    headlineOf(dashboard).flatMap((panel) => [
      ...unless(panel.type === 'stat' && panel.targets?.length === 1, `"${panel.title}" is not one number`),
      ...(panel.targets ?? []).flatMap(({ expr }) =>
        unless(/^(sum|count|max)\(/.test(expr), `"${panel.title}" is not one number over all`),
      ),
    ]),
};

const keysOf = (value: unknown): readonly string[] =>
  typeof value === 'object' && value !== null ? Object.keys(value) : [];
const textsOf = (value: unknown): readonly string[] =>
  typeof value === 'object' && value !== null
    ? Object.values(value).filter((each) => typeof each === 'string')
    : [];

const tables: Check = {
  rule: 'joins the queries of a table into rows, with settings and sorting for columns that exist',
  problems: perPanel((panel) => {
    if (panel.type !== 'table') return [];
    const organize = panel.transformations?.find(({ id }) => id === 'organize')?.options ?? {};
    const titlesOfColumns = textsOf(organize['renameByName']);
    const fields = (panel.targets ?? []).map(({ refId }) => `Value #${refId}`);
    const refs = (panel.targets ?? []).map(({ refId }) => refId);
    const overridden = panel.fieldConfig?.overrides.map(({ matcher }) => String(matcher.options)) ?? [];
    const sortedBy = panel.options?.sortBy?.map(({ displayName }) => displayName) ?? [];
    return [
      ...unless(panel.transformations?.[0]?.id === 'merge', 'does not join its queries'),
      ...unless(new Set(refs).size === refs.length, 'has two queries of one name'),
      ...unless(panel.targets?.every(({ format }) => format === 'table') === true, 'asks for series'),
      ...unless(sortedBy.length > 0, 'is not sorted'),
      ...unless(new Set(titlesOfColumns).size === titlesOfColumns.length, 'has two columns of one title'),
      ...fields
        .filter((field) => !keysOf(organize['renameByName']).includes(field))
        .filter((field) => !keysOf(organize['excludeByName']).includes(field))
        .map((field) => `the column of ${field} has no title`),
      ...[...overridden, ...sortedBy]
        .filter((title) => !titlesOfColumns.includes(title))
        .map((title) => `there is no column "${title}"`),
      ...[...columnsOf(panel).values()]
        .filter(({ title }) => !overridden.includes(title))
        .map(({ title }) => `the column "${title}" has no unit`),
    ];
  }),
};

/** The metrics of a query; none of one that cannot be read, of which other rules complain. */
function metricsOf({ expr }: Target): readonly string[] {
  try {
    return readsOf(parseQuery(expr)).map(({ selector }) => selector.metric);
  } catch {
    return [];
  }
}

const metricsNamed = (dashboard: Dashboard): ReadonlySet<string> => {
  const inQueries = panelsOf(dashboard).flatMap(({ targets = [] }) => targets.flatMap(metricsOf));
  const inVariables = dashboard.templating.list
    .filter(({ type }) => type === 'query')
    .map((variable) => readVariable(variable).metric);
  const inAnnotations = dashboard.annotations.list.map(({ expr = '' }) => /^\w+/.exec(expr)?.[0] ?? '');
  return new Set([...inQueries, ...inVariables, ...inAnnotations]);
};

const coverage: Check = {
  rule: 'shows or excuses every metric that is served, and names none that is not',
  problems: (dashboard) => {
    const named = [...metricsNamed(dashboard)].filter((name) => !MADE_BY_PROMETHEUS.includes(name));
    const shown = new Set(named.map((name) => exportedMetric(name)?.name));
    const excused = EXCUSED.map(({ metric }) => metric);
    const served = EXPORTED.map(({ name }) => name);
    return [
      ...named
        .filter((name) => exportedMetric(name) === undefined)
        .map((name) => `${name} is read and not served`),
      ...served
        .filter((name) => !shown.has(name) && !excused.includes(name))
        .map((name) => `${name} is neither shown nor excused`),
      ...excused.filter((name) => shown.has(name)).map((name) => `${name} is excused and shown`),
      ...excused.filter((name) => !served.includes(name)).map((name) => `${name} is excused and not served`),
      ...excused
        .filter((name, index) => excused.indexOf(name) !== index)
        .map((name) => `${name} is excused twice`),
    ];
  },
};

const annotations: Check = {
  rule: 'marks the firing alerts',
  problems: ({ annotations: { list } }) =>
    unless(
      list.some(
        ({ enable, expr = '' }) =>
          enable && expr.startsWith('ALERTS{') && expr.includes('alertstate="firing"'),
      ),
      'firing alerts are not marked',
    ),
};

const visibility: Check = {
  rule: 'hides neither a link nor the mark of an alert in a menu',
  problems: ({ links, annotations: { list } }) => [
    ...links.flatMap(({ title, placement }) => unless(placement === undefined, `${title} is in a menu`)),
    ...list.flatMap(({ name, placement }) => unless(placement === undefined, `${name} is in a menu`)),
  ],
};

const RULES = readFileSync(new URL('../../alerts/huaweicloud-backup.rules.yml', import.meta.url), 'utf8');
/** Where the alerts' rules say that their runbooks are. */
const RUNBOOKS = [...RULES.matchAll(/runbook_url: (\S+)/g)].map(([, url]) => url ?? '');

const runbooks: Check = {
  rule: 'leads to the runbook of every alert, where the alert itself says that it is',
  problems: (dashboard) => {
    const linked = panelsOf(dashboard).flatMap(({ links = [] }) => links.map(({ url = '' }) => url));
    const folder = (url: string): string => url.slice(0, url.lastIndexOf('/'));
    return [
      ...unless(RUNBOOKS.length > 0, 'no alert names its runbook'),
      ...unless(
        dashboard.links.some(({ url }) => url === folder(RUNBOOKS[0] ?? '')),
        'there is no link to all runbooks',
      ),
      ...RUNBOOKS.filter((url) => !linked.includes(url)).map((url) => `no panel leads to ${url}`),
      ...linked.filter((url) => !RUNBOOKS.includes(url)).map((url) => `no alert has the runbook ${url}`),
    ];
  },
};

/** Every rule that can be checked without a Prometheus. */
export const STATIC_CHECKS: readonly Check[] = [
  identity,
  sections,
  words,
  titles,
  ids,
  grid,
  datasource,
  variables,
  matchers,
  replicas,
  honesty,
  rates,
  measures,
  legends,
  stats,
  headline,
  tables,
  coverage,
  annotations,
  visibility,
  runbooks,
];

/** What breaks a rule, each with its rule. */
export const staticProblems = (dashboard: Dashboard): readonly string[] =>
  STATIC_CHECKS.flatMap(({ rule, problems }) => problems(dashboard).map((problem) => `${rule}: ${problem}`));
