import { type Dashboard, panelOf } from './model.ts';

/** A way to break a dashboard, and the problem that must be found. */
export interface Fault {
  readonly name: string;
  readonly apply: (dashboard: Dashboard) => void;
  readonly problem: RegExp;
}

/** Rewrites the first query of a panel; throws if that does not change it. */
const rewrite = (title: string, from: string | RegExp, to: string) => (dashboard: Dashboard) => {
  const [target] = panelOf(dashboard, title).targets ?? [];
  const expr = target?.expr.replace(from, to);
  if (target === undefined || expr === target.expr) throw new Error(`"${title}" does not contain ${from}`);
  target.expr = expr ?? '';
};

const change = (title: string, edit: (panel: ReturnType<typeof panelOf>) => void) => (dashboard: Dashboard) =>
  edit(panelOf(dashboard, title));

/** Faults in the dashboard of backups that the checks of its JSON find. */
export const STATIC_FAULTS: readonly Fault[] = [
  {
    name: 'a panel without a description',
    apply: change('Stale', (panel) => delete panel.description),
    problem: /"Stale": no description/,
  },
  {
    name: 'a panel without a unit',
    apply: change('Stale', (panel) => delete panel.fieldConfig?.defaults.unit),
    problem: /"Stale": no unit/,
  },
  {
    name: 'a made-up number',
    apply: rewrite('Stale', /$/, ' or vector(0)'),
    problem: /"Stale": A: has a made-up number/,
  },
  {
    name: 'a trend of every resource',
    apply: rewrite('Objective used', /, resource_id=~"\$worst"/g, ''),
    problem: /"Objective used": A: draws every resource/,
  },
  {
    name: 'overlapping panels',
    apply: change('Stale', (panel) => {
      panel.gridPos.x -= 1;
    }),
    problem: /"Never backed up" overlaps "Stale"/,
  },
  {
    name: 'a dashboard that cannot be edited',
    apply: (dashboard) => {
      dashboard.editable = false;
    },
    problem: /cannot be edited/,
  },
  {
    name: 'two panels with the same id',
    apply: change('Stale', (panel) => {
      panel.id = 101;
    }),
    problem: /two panels have the same id/,
  },
  {
    name: 'a metric that is not exported',
    apply: rewrite('Failed', 'consecutive_failures', 'failures'),
    problem: /huaweicloud_backup_failures is shown but not exported/,
  },
  {
    name: 'a metric that is no longer shown',
    apply: (dashboard) => {
      dashboard.panels = dashboard.panels.filter(({ title }) => title !== 'Stored backups');
    },
    problem: /huaweicloud_backup_stored_bytes is neither shown nor excused/,
  },
];

/** Faults in a panel of the dashboard of backups that only queries find. */
export const QUERY_FAULTS: readonly (Fault & { readonly panel: string })[] = [
  {
    name: 'a query that cannot be parsed',
    panel: 'Stale',
    apply: rewrite('Stale', 'count(', 'count(('),
    problem: /"Stale" A: .*parse error/,
  },
  {
    name: 'a query that doubles with a second replica',
    panel: 'Objective used',
    apply: rewrite('Objective used', /max by \([^)]*\) /g, ''),
    problem: /two series have the same name/,
  },
  {
    name: 'a comparison the wrong way round',
    panel: 'Stale',
    apply: rewrite('Stale', '> 0', '< 0'),
    problem: /Stale: Stale shows/,
  },
  {
    name: 'a matcher that ignores a variable',
    panel: 'Resources',
    apply: rewrite('Resources', /resource_name=~"\$resource_name"/g, 'resource_name=~".+"'),
    problem: /Resources: Resources shows/,
  },
  {
    name: 'a legend that does not distinguish series',
    panel: 'Objective used',
    apply: change('Objective used', (panel) => {
      for (const target of panel.targets ?? []) target.legendFormat = '{{project}}';
    }),
    problem: /two series have the same name/,
  },
  {
    name: 'a legend with a label that does not exist',
    panel: 'Objective used',
    apply: change('Objective used', (panel) => {
      for (const target of panel.targets ?? []) target.legendFormat = '{{resource_name}} ({{zone}})';
    }),
    problem: /lacks a label/,
  },
  {
    name: 'a state that precedes a worse one',
    panel: 'Resources, worst first',
    apply: rewrite('Resources, worst first', '+ 9', '+ 2'),
    problem: /has State New for/,
  },
  {
    name: 'a column of another metric',
    panel: 'Resources, worst first',
    apply: change('Resources, worst first', (panel) => {
      for (const target of panel.targets ?? [])
        target.expr = target.expr.replace('last_success_size_bytes{', 'success_size_median_bytes{');
    }),
    problem: /has Size/,
  },
];
