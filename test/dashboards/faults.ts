import { type Dashboard, panelOf } from './model.ts';

/** A way to break a dashboard, and the complaint that must follow. */
export interface Fault {
  readonly name: string;
  readonly plant: (dashboard: Dashboard) => void;
  readonly complaint: RegExp;
}

/** Changes the text of the first query of a panel; a change that changes nothing is an error. */
const rewrite = (title: string, from: string | RegExp, to: string) => (dashboard: Dashboard) => {
  const [target] = panelOf(dashboard, title).targets ?? [];
  const expr = target?.expr.replace(from, to);
  if (target === undefined || expr === target.expr) throw new Error(`"${title}" does not hold ${from}`);
  target.expr = expr ?? '';
};

const change = (title: string, edit: (panel: ReturnType<typeof panelOf>) => void) => (dashboard: Dashboard) =>
  edit(panelOf(dashboard, title));

/** Faults that reading the dashboard of backups finds. */
export const WRITTEN: readonly Fault[] = [
  {
    name: 'a panel without a description',
    plant: change('Stale', (panel) => delete panel.description),
    complaint: /"Stale": no description/,
  },
  {
    name: 'a panel without a unit',
    plant: change('Stale', (panel) => delete panel.fieldConfig?.defaults.unit),
    complaint: /"Stale": no unit/,
  },
  {
    name: 'a number that is made up',
    plant: rewrite('Stale', /$/, ' or vector(0)'),
    complaint: /"Stale": A: makes up a number/,
  },
  {
    name: 'a trend of every resource',
    plant: rewrite('Objective used', /, resource_id=~"\$worst"/g, ''),
    complaint: /"Objective used": A: draws every resource/,
  },
  {
    name: 'a panel over another',
    plant: change('Stale', (panel) => {
      panel.gridPos.x -= 1;
    }),
    complaint: /"Never backed up" lies over "Stale"/,
  },
  {
    name: 'a dashboard that cannot be edited',
    plant: (dashboard) => {
      dashboard.editable = false;
    },
    complaint: /cannot be edited/,
  },
  {
    name: 'two panels of one id',
    plant: change('Stale', (panel) => {
      panel.id = 101;
    }),
    complaint: /two panels have one id/,
  },
  {
    name: 'a metric that is not served',
    plant: rewrite('Failed', 'consecutive_failures', 'failures'),
    complaint: /huaweicloud_backup_failures is shown and not served/,
  },
  {
    name: 'a metric that is no longer shown',
    plant: (dashboard) => {
      dashboard.panels = dashboard.panels.filter(({ title }) => title !== 'Stored backups');
    },
    complaint: /huaweicloud_backup_stored_bytes is neither shown nor excused/,
  },
];

/** Faults that only a Prometheus with data finds, in one panel of the dashboard of backups. */
export const ASKED: readonly (Fault & { readonly panel: string })[] = [
  {
    name: 'a query that cannot be read',
    panel: 'Stale',
    plant: rewrite('Stale', 'count(', 'count(('),
    complaint: /"Stale" A: .*parse error/,
  },
  {
    name: 'a query that a second replica doubles',
    panel: 'Objective used',
    plant: rewrite('Objective used', /max by \([^)]*\) /g, ''),
    complaint: /two series have one name/,
  },
  {
    name: 'a comparison the wrong way round',
    panel: 'Stale',
    plant: rewrite('Stale', '> 0', '< 0'),
    complaint: /Stale: Stale shows/,
  },
  {
    name: 'a matcher that a choice does not reach',
    panel: 'Resources',
    plant: rewrite('Resources', /resource_name=~"\$resource_name"/g, 'resource_name=~".+"'),
    complaint: /Resources: Resources shows/,
  },
  {
    name: 'a legend that does not tell series apart',
    panel: 'Objective used',
    plant: change('Objective used', (panel) => {
      for (const target of panel.targets ?? []) target.legendFormat = '{{project}}';
    }),
    complaint: /two series have one name/,
  },
  {
    name: 'a legend with a label that there is not',
    panel: 'Objective used',
    plant: change('Objective used', (panel) => {
      for (const target of panel.targets ?? []) target.legendFormat = '{{resource_name}} ({{zone}})';
    }),
    complaint: /lacks a label/,
  },
  {
    name: 'a state that goes before a worse one',
    panel: 'Resources, worst first',
    plant: rewrite('Resources, worst first', '+ 9', '+ 2'),
    complaint: /says State New of/,
  },
  {
    name: 'a column of another metric',
    panel: 'Resources, worst first',
    plant: change('Resources, worst first', (panel) => {
      for (const target of panel.targets ?? [])
        target.expr = target.expr.replace('last_success_size_bytes{', 'success_size_median_bytes{');
    }),
    complaint: /says Size/,
  },
];
