import { readFileSync } from 'node:fs';

/** A query of a panel in the file. */
export interface Target {
  refId: string;
  expr: string;
  legendFormat?: string;
  instant?: boolean;
  format?: string;
  interval?: string;
  datasource?: { uid?: string };
}

/** A panel in the file. */
export interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  collapsed?: boolean;
  gridPos: { x: number; y: number; w: number; h: number };
  datasource?: { uid?: string };
  targets?: Target[];
  transformations?: { id: string; options: Record<string, unknown> }[];
  fieldConfig?: {
    defaults: { unit?: string; noValue?: string };
    overrides: { matcher: { options?: unknown }; properties: { id: string; value?: unknown }[] }[];
  };
  options?: { sortBy?: { displayName: string; desc?: boolean }[] };
  panels?: Panel[];
}

/** A variable in the file. */
export interface Variable {
  type: string;
  name: string;
  query?: string | { query: string; refId: string };
  datasource?: { uid?: string };
  regex?: string;
  hide?: number;
  multi?: boolean;
  includeAll?: boolean;
  allValue?: string;
  refresh?: number;
}

/** A dashboard in the file. */
export interface Dashboard {
  id: number | null;
  uid: string;
  title: string;
  editable: boolean;
  schemaVersion: number;
  refresh: string;
  panels: Panel[];
  templating: { list: Variable[] };
  annotations: { list: { name: string; enable: boolean; expr: string; datasource?: { uid?: string } }[] };
  links: { title: string; url?: string }[];
}

/** The uids of the dashboards, which are also the names of their files. */
export const UIDS = ['huaweicloud-backup', 'huaweicloud-backup-exporter'] as const;

/** The text of a committed file. */
export const committedText = (uid: string): string =>
  readFileSync(new URL(`../../dashboards/${uid}.json`, import.meta.url), 'utf8');

/** A committed dashboard; a new copy for each call, so that tests can change it. */
export const committed = (uid: string): Dashboard => JSON.parse(committedText(uid)) as Dashboard;

/** Every panel that is not a row, from the top down. */
export const panelsOf = (dashboard: Dashboard): readonly Panel[] =>
  dashboard.panels.flatMap((panel) => (panel.type === 'row' ? (panel.panels ?? []) : [panel]));

/** The panel with this title. */
export function panelOf(dashboard: Dashboard, title: string): Panel {
  const panel = panelsOf(dashboard).find((each) => each.title === title);
  if (panel === undefined) throw new Error(`the dashboard has no panel "${title}"`);
  return panel;
}

/** The numbers at the top. */
export const headlineOf = (dashboard: Dashboard): readonly Panel[] =>
  panelsOf(dashboard).filter(({ type }) => type === 'stat');
