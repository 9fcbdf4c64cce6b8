import { readFileSync } from 'node:fs';

/** A query of a panel, as the file holds it. */
export interface Target {
  refId: string;
  expr: string;
  legendFormat?: string;
  instant?: boolean;
  range?: boolean;
  format?: string;
  interval?: string;
  datasource?: { type?: string; uid?: string };
}

/** A field's setting, by the name of the setting. */
interface Property {
  id: string;
  value?: unknown;
}

/** A panel, as the file holds it. */
export interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  datasource?: { type?: string; uid?: string };
  targets?: Target[];
  links?: { title: string; url?: string }[];
  transformations?: { id: string; options: Record<string, unknown> }[];
  fieldConfig?: {
    defaults: { unit?: string; noValue?: string };
    overrides: { matcher: { id: string; options?: unknown }; properties: Property[] }[];
  };
  options?: {
    reduceOptions?: { calcs: string[] };
    sortBy?: { displayName: string; desc?: boolean }[];
  };
  panels?: Panel[];
}

/** A variable, as the file holds it. */
export interface Variable {
  type: string;
  name: string;
  label?: string;
  query?: string | { query: string; refId: string };
  datasource?: { type?: string; uid?: string };
  current?: { text: string | string[]; value: string | string[] };
  multi?: boolean;
  includeAll?: boolean;
  allValue?: string;
  refresh?: number;
}

/** The dashboard, as the file holds it. */
export interface Dashboard {
  id: number | null;
  uid: string;
  title: string;
  description?: string;
  tags: string[];
  editable: boolean;
  schemaVersion: number;
  refresh: string;
  time: { from: string; to: string };
  panels: Panel[];
  templating: { list: Variable[] };
  annotations: {
    list: {
      name: string;
      enable: boolean;
      expr?: string;
      datasource?: { uid?: string };
      placement?: string;
    }[];
  };
  links: { title: string; url?: string; placement?: string }[];
}

const FILE = new URL('../../dashboards/huaweicloud-backup.json', import.meta.url);

/** The committed file's text. */
export const committedText = (): string => readFileSync(FILE, 'utf8');

/** The committed dashboard: a new copy per call, so that a test may change it. */
export const committedDashboard = (): Dashboard => JSON.parse(committedText()) as Dashboard;

/** The titles of the sections, from the top down. */
export const sectionsOf = (dashboard: Dashboard): readonly string[] =>
  dashboard.panels.filter(({ type }) => type === 'row').map(({ title }) => title);

/** Every panel that shows something, from the top down. */
export const panelsOf = (dashboard: Dashboard): readonly Panel[] =>
  dashboard.panels.flatMap((panel) => (panel.type === 'row' ? (panel.panels ?? []) : [panel]));

/** The panel of that title. */
export function panelOf(dashboard: Dashboard, title: string): Panel {
  const panel = panelsOf(dashboard).find((each) => each.title === title);
  if (panel === undefined) throw new Error(`the dashboard has no panel "${title}"`);
  return panel;
}

/** The panels of the first section: the headline. */
export function headlineOf(dashboard: Dashboard): readonly Panel[] {
  const [first, second] = dashboard.panels.flatMap(({ type }, index) => (type === 'row' ? [index] : []));
  return dashboard.panels.slice((first ?? 0) + 1, second);
}

/** A column that a query fills. */
export interface Column {
  readonly title: string;
  readonly unit: string | undefined;
}

/** What a table makes of each query's value, by the query's ref; a value that is not shown is absent. */
export function columnsOf(panel: Panel): ReadonlyMap<string, Column> {
  const organize = panel.transformations?.find(({ id }) => id === 'organize')?.options ?? {};
  const excluded = (organize['excludeByName'] ?? {}) as Record<string, boolean>;
  const renamed = (organize['renameByName'] ?? {}) as Record<string, string>;
  const columns = new Map<string, Column>();
  for (const { refId } of panel.targets ?? []) {
    const field = `Value #${refId}`;
    if (excluded[field] === true) continue;
    const title = renamed[field] ?? field;
    const properties = panel.fieldConfig?.overrides.find(
      ({ matcher }) => matcher.options === title,
    )?.properties;
    const unit = properties?.find(({ id }) => id === 'unit')?.value;
    columns.set(refId, { title, unit: typeof unit === 'string' ? unit : panel.fieldConfig?.defaults.unit });
  }
  return columns;
}
