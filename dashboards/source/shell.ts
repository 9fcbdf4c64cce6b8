import { RUNBOOKS_URL } from '../../src/rules/runbooks.ts';
import { DATASOURCE, type Panel } from './panels.ts';

/** A variable with the values of a label of the same name, restricted by the variables before it. */
type Choice = readonly [label: string, title: string, metric: string];
/** A hidden variable with the values of a label in the result of a query. */
type Selection = readonly [name: string, label: string, query: string];

/** A section of a dashboard: lines of panels of equal width. */
export interface Section {
  readonly title: string;
  readonly isCollapsed?: true;
  readonly lines: readonly (readonly Panel[])[];
}

/** The contents of a dashboard. */
interface Contents {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly choices: readonly Choice[];
  readonly selections: readonly Selection[];
  /** Matchers for the alerts of the selection. */
  readonly alerts: string;
  /** The other dashboard. */
  readonly other: { readonly title: string; readonly uid: string };
  readonly sections: readonly Section[];
}

const GRID_WIDTH = 24;
const HEIGHT: Readonly<Record<string, number>> = { stat: 4, table: 10, timeseries: 9, 'state-timeline': 9 };
/** The distance between the first ids of sections, so that a new panel changes no ids of other sections. */
const IDS_PER_SECTION = 100;

/** Assigns ids and positions to sections and panels, from top to bottom. */
function place(sections: readonly Section[]): readonly Panel[] {
  let y = 0;
  return sections.flatMap(({ title, isCollapsed = false, lines }, number) => {
    let id = (number + 1) * IDS_PER_SECTION;
    const row = { type: 'row', title, id, collapsed: isCollapsed, gridPos: { x: 0, y, w: GRID_WIDTH, h: 1 } };
    y += 1;
    let below = y;
    const panels = lines.flatMap((line) => {
      const w = Math.floor(GRID_WIDTH / line.length);
      const h = HEIGHT[String(line[0]?.['type'])] ?? 0;
      const placed = line.map((panel, index) => {
        id += 1;
        return { ...panel, id, gridPos: { x: index * w, y: below, w, h } };
      });
      below += h;
      return placed;
    });
    if (isCollapsed) return [{ ...row, panels }];
    y = below;
    return [{ ...row, panels: [] }, ...panels];
  });
}

const queryVariable = (name: string, query: string, more: object) => ({
  type: 'query',
  name,
  datasource: DATASOURCE,
  query: { query, refId: name },
  definition: query,
  refresh: 2,
  multi: true,
  includeAll: true,
  current: { selected: true, text: ['All'], value: ['$__all'] },
  ...more,
});

function choiceVariable([label, title, metric]: Choice, index: number, all: readonly Choice[]) {
  const matchers = all.slice(0, index).map(([before]) => `${before}=~"$${before}"`);
  const selector = matchers.length === 0 ? metric : `${metric}{${matchers.join(', ')}}`;
  return queryVariable(label, `label_values(${selector}, ${label})`, {
    label: title,
    sort: 7,
    allValue: '.+',
  });
}

// Without a value for All, Grafana inserts all values found by the query.
const selectionVariable = ([name, label, query]: Selection) =>
  queryVariable(name, `query_result(${query})`, { regex: `/${label}="([^"]+)"/`, hide: 2 });

/** The JSON file of a dashboard for Grafana 10 or later. */
export function renderDashboard({ uid, title, description, other, ...contents }: Contents): string {
  const dashboard = {
    uid,
    id: null,
    title,
    description,
    tags: ['huaweicloud', 'backup'],
    schemaVersion: 42,
    editable: true,
    timezone: 'browser',
    graphTooltip: 1,
    time: { from: 'now-7d', to: 'now' },
    refresh: '5m',
    links: [
      { type: 'link', title: other.title, url: `/d/${other.uid}`, includeVars: true, keepTime: true },
      { type: 'link', title: 'Runbooks', url: RUNBOOKS_URL, targetBlank: true, icon: 'doc' },
    ],
    annotations: {
      list: [
        {
          name: 'Firing alerts',
          datasource: DATASOURCE,
          enable: true,
          iconColor: 'red',
          expr: `topk(100, ALERTS{${contents.alerts}, alertstate="firing", severity="critical"})`,
          step: '5m',
          titleFormat: '{{alertname}}',
          textFormat: '{{resource_name}} {{project}} {{cloud_service}}',
          tagKeys: 'severity',
        },
      ],
    },
    templating: {
      list: [
        {
          type: 'datasource',
          name: 'datasource',
          label: 'Data source',
          query: 'prometheus',
          current: { text: 'default', value: 'default' },
        },
        ...contents.choices.map(choiceVariable),
        ...contents.selections.map(selectionVariable),
      ],
    },
    panels: place(contents.sections),
  };
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}
