import { type Dashboard, type Panel, panelOf, type Target } from './model.ts';

/** A way to break the dashboard, and the complaint that must follow. */
export interface Fault {
  readonly name: string;
  readonly plant: (dashboard: Dashboard) => void;
  /** What finds it: the rules alone, or the queries on a Prometheus. */
  readonly foundBy: 'rules' | 'prometheus';
  readonly complaint: RegExp;
}

function targetOf(panel: Panel, refId = 'A'): Target {
  const target = panel.targets?.find((each) => each.refId === refId);
  if (target === undefined) throw new Error(`"${panel.title}" has no query ${refId}`);
  return target;
}

/** Changes the text of a query; a change that changes nothing is an error. */
function rewrite(title: string, from: string | RegExp, to: string, refId = 'A') {
  return (dashboard: Dashboard): void => {
    const target = targetOf(panelOf(dashboard, title), refId);
    const expr = target.expr.replace(from, to);
    if (expr === target.expr) throw new Error(`"${title}" does not hold ${from}`);
    target.expr = expr;
  };
}

const legend = (title: string, legendFormat: string) => (dashboard: Dashboard) => {
  targetOf(panelOf(dashboard, title)).legendFormat = legendFormat;
};

const setting =
  (title: string, change: (defaults: Record<string, unknown>) => void) => (dashboard: Dashboard) => {
    const defaults = panelOf(dashboard, title).fieldConfig?.defaults;
    if (defaults === undefined) throw new Error(`"${title}" has no settings`);
    change(defaults);
  };

const drop = (title: string) => (dashboard: Dashboard) => {
  const before = dashboard.panels.length;
  dashboard.panels = dashboard.panels.filter((panel) => panel.title !== title);
  if (dashboard.panels.length === before) throw new Error(`there is no "${title}"`);
};

const variable = (dashboard: Dashboard, name: string) => {
  const found = dashboard.templating.list.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no $${name}`);
  return found;
};

const MAX_BY_RESOURCE = 'max by (cloud_service, region, project, resource_id, resource_name) ';

const inWords: readonly Fault[] = [
  {
    name: 'a panel without a description',
    plant: (dashboard) => delete panelOf(dashboard, 'Running').description,
    foundBy: 'rules',
    complaint: /"Running": no description/,
  },
  {
    name: 'two panels of one title',
    plant: (dashboard) => {
      panelOf(dashboard, 'CPU').title = 'Memory';
    },
    foundBy: 'rules',
    complaint: /"Memory" stands twice in Exporter/,
  },
  {
    name: 'a panel without a unit',
    plant: setting('Memory', (defaults) => delete defaults['unit']),
    foundBy: 'rules',
    complaint: /"Memory": no unit/,
  },
  {
    name: 'a panel without a text for no data',
    plant: setting('Outside RPO', (defaults) => delete defaults['noValue']),
    foundBy: 'rules',
    complaint: /"Outside RPO": no text for no data/,
  },
  {
    name: 'a wrong unit',
    plant: setting('Size of the newest good backup', (defaults) => {
      defaults['unit'] = 's';
    }),
    foundBy: 'rules',
    complaint: /measures bytes and is shown as s/,
  },
  {
    name: 'a wrong unit of a column',
    plant: (dashboard) => {
      const { fieldConfig } = panelOf(dashboard, 'Resources, worst first');
      const age = fieldConfig?.overrides.find(({ matcher }) => matcher.options === 'Age');
      for (const property of age?.properties ?? [])
        if (property.id === 'unit') property.value = 'percentunit';
    },
    foundBy: 'rules',
    complaint: /measures s and is shown as percentunit/,
  },
  {
    name: 'a unit that Grafana does not have',
    plant: setting('Poll duration', (defaults) => {
      defaults['unit'] = 'seconds';
    }),
    foundBy: 'rules',
    complaint: /the unit seconds is not known/,
  },
];

const inPlace: readonly Fault[] = [
  {
    name: 'two panels of one place',
    plant: (dashboard) => {
      panelOf(dashboard, 'Failing').gridPos.x -= 1;
    },
    foundBy: 'rules',
    complaint: /"Outside RPO" lies over "Failing"/,
  },
  {
    name: 'two panels of one id',
    plant: (dashboard) => {
      panelOf(dashboard, 'CPU').id = panelOf(dashboard, 'Memory').id;
    },
    foundBy: 'rules',
    complaint: /"CPU" has the id of another panel/,
  },
  {
    name: 'the exporter before the backups',
    plant: (dashboard) => {
      const at = dashboard.panels.findIndex(({ title }) => title === 'Exporter');
      dashboard.panels = [...dashboard.panels.slice(at), ...dashboard.panels.slice(0, at)];
    },
    foundBy: 'rules',
    complaint: /sections are Exporter, At a glance/,
  },
  {
    name: 'a range of six hours',
    plant: (dashboard) => {
      dashboard.time.from = 'now-6h';
    },
    foundBy: 'rules',
    complaint: /the range is not seven days/,
  },
  {
    name: 'a data source of one installation',
    plant: (dashboard) => {
      targetOf(panelOf(dashboard, 'Running')).datasource = { type: 'prometheus', uid: 'P1809F7CD0C75ACF3' };
    },
    foundBy: 'rules',
    complaint: /"Running": A: is sent to P1809F7CD0C75ACF3/,
  },
  {
    name: 'a stat that shows a mean',
    plant: (dashboard) => {
      const { options } = panelOf(dashboard, 'Failing');
      if (options?.reduceOptions !== undefined) options.reduceOptions.calcs = ['mean'];
    },
    foundBy: 'rules',
    complaint: /"Failing": does not show the last value/,
  },
];

const inVariables: readonly Fault[] = [
  {
    name: 'a dropped variable',
    plant: (dashboard) => {
      dashboard.templating.list = dashboard.templating.list.filter(({ name }) => name !== 'region');
    },
    foundBy: 'prometheus',
    complaint: /with All: there is no data|"\S.*" A: there is no data/,
  },
  {
    name: 'a variable that the one before does not narrow',
    plant: (dashboard) => {
      variable(dashboard, 'resource').query = {
        query: 'label_values(huaweicloud_backup_resource_info, resource_name)',
        refId: 'resource',
      };
    },
    foundBy: 'prometheus',
    complaint: /\$resource with project=staging: offers/,
  },
  {
    name: 'a variable of a label that there is not',
    plant: (dashboard) => {
      variable(dashboard, 'project').query = {
        query:
          'label_values(huaweicloud_backup_polls_total{job=~"$job", instance=~"$instance"}, project_name)',
        refId: 'project',
      };
    },
    foundBy: 'prometheus',
    complaint: /\$project with All: offers nothing/,
  },
  {
    name: 'a variable that does not follow the range',
    plant: (dashboard) => {
      variable(dashboard, 'resource').refresh = 1;
    },
    foundBy: 'rules',
    complaint: /\$resource does not follow the range/,
  },
  {
    name: 'All as the list of all values',
    plant: (dashboard) => delete variable(dashboard, 'resource').allValue,
    foundBy: 'rules',
    complaint: /\$resource takes undefined for All/,
  },
  {
    name: 'a query that a variable does not narrow',
    plant: rewrite('Outside RPO', /, project=~"\$project"/g, ''),
    foundBy: 'prometheus',
    complaint: /"Outside RPO" A with project=staging: shows/,
  },
  {
    name: 'a process that a variable does not narrow, by the rules alone',
    plant: rewrite('CPU', ', instance=~"$instance"', ''),
    foundBy: 'rules',
    complaint: /process_cpu_seconds_total is read without instance=~"\$instance"/,
  },
  {
    name: 'a series that a variable does not narrow',
    plant: rewrite('Poll duration', ', cloud_service=~"$service"', ''),
    foundBy: 'prometheus',
    complaint: /"Poll duration" A with service=ges: shows other series than ges/,
  },
];

const inNumbers: readonly Fault[] = [
  {
    name: 'a headline that shows 0 when blind',
    plant: rewrite('Outside RPO', /^.*$/s, '$& or vector(0)'),
    foundBy: 'prometheus',
    complaint: /"Outside RPO" A without data: shows 0 where nothing is known/,
  },
  {
    name: 'a headline of several numbers',
    plant: rewrite('Failing', /^sum\(/, 'sum by (project) ('),
    foundBy: 'rules',
    complaint: /"Failing" is not one number over all/,
  },
  {
    name: 'a made-up number, by the rules alone',
    plant: rewrite('Failing', /^.*$/s, '$& or vector(0)'),
    foundBy: 'rules',
    complaint: /makes up a number with vector\(\)/,
  },
  {
    name: 'a headline that is empty when all is well',
    plant: rewrite('Never backed up', '> bool 0', '> 0'),
    foundBy: 'prometheus',
    complaint: /"Never backed up" A with \S+: shows \d+ where \d+ is true/,
  },
  {
    name: 'a headline that leaves out what it knows nothing of',
    plant: rewrite('Outside RPO', /\n {2}or .*\* 0/s, ''),
    foundBy: 'prometheus',
    complaint: /"Outside RPO" A with resource=\S+: shows nothing where 0 is true/,
  },
  {
    name: 'a flipped comparison',
    plant: rewrite('Outside RPO', '> bool', '< bool'),
    foundBy: 'prometheus',
    complaint: /"Outside RPO" A with All: shows \d+ where \d+ is true/,
  },
  {
    name: 'a headline that counts resources without an RPO',
    plant: rewrite('Resources watched', 'rpo_seconds', 'resource_info'),
    foundBy: 'prometheus',
    complaint: /"Resources watched" A with All: shows \d+ where \d+ is true/,
  },
  {
    name: 'a headline that a second replica doubles',
    plant: rewrite('Resources watched', MAX_BY_RESOURCE, ''),
    foundBy: 'prometheus',
    complaint: /"Resources watched" A with All: shows \d+ where \d+ is true/,
  },
  {
    name: 'a missing max by, by the rules alone',
    plant: rewrite('Duration of the newest good backup', MAX_BY_RESOURCE, ''),
    foundBy: 'rules',
    complaint: /last_success_duration_seconds is read without max by/,
  },
  {
    name: 'a sum of replicas',
    plant: rewrite('Stored backups', 'max by (cloud_service', 'sum by (cloud_service'),
    foundBy: 'rules',
    complaint: /stored is read without max by/,
  },
  {
    name: 'the age of the freshest list in place of the oldest',
    plant: rewrite('Age of the data', /^max\(/, 'min('),
    foundBy: 'prometheus',
    complaint: /"Age of the data" A with All: shows \d+ where \d+ is true/,
  },
  {
    name: 'an age the wrong way round',
    plant: rewrite('Time since the last complete poll', /^time\(\) - (.*)$/s, '$1 - time()'),
    foundBy: 'prometheus',
    complaint: /"Time since the last complete poll" A: a value is negative/,
  },
  {
    name: 'a division by a size of 0',
    plant: rewrite('Size against a week ago', ' > 0)', ')'),
    foundBy: 'prometheus',
    complaint: /"Size against a week ago" A: a value is NaN/,
  },
  {
    name: 'a share of nothing',
    plant: rewrite('Polls by outcome', /^.*$/s, '$& / $&'),
    foundBy: 'prometheus',
    complaint: /"Polls by outcome" A: a value is NaN/,
  },
  {
    name: 'a latency of no requests',
    plant: rewrite('API request latency', ' >= 0', ''),
    foundBy: 'prometheus',
    complaint: /"API request latency" A: a value is NaN/,
  },
  {
    name: 'sides of a division that never match',
    plant: rewrite('RPO used', / \/ max by \(cloud_service, region/, ' / max by (region'),
    foundBy: 'prometheus',
    complaint: /"RPO used" A: there is no data/,
  },
];

const inQueries: readonly Fault[] = [
  {
    name: 'a metric that nothing serves',
    plant: rewrite('Size of the newest good backup', 'size_bytes', 'size'),
    foundBy: 'prometheus',
    complaint: /"Size of the newest good backup" A: there is no data/,
  },
  {
    name: 'a metric that nothing serves, by the rules alone',
    plant: rewrite('Poll duration', 'poll_duration_seconds', 'poll_duration'),
    foundBy: 'rules',
    complaint: /huaweicloud_backup_poll_duration is read and not served/,
  },
  {
    name: 'a metric that no panel shows any more',
    plant: drop('Resources over the limit'),
    foundBy: 'rules',
    complaint: /resources_over_limit is neither shown nor excused/,
  },
  {
    name: 'a label value that there is not',
    plant: rewrite('What is stored', 'state="succeeded"', 'state="success"', 'B'),
    foundBy: 'prometheus',
    complaint: /"What is stored" B: there is no data/,
  },
  {
    name: 'a query that does not parse',
    plant: rewrite('Memory', /\)$/, ''),
    foundBy: 'prometheus',
    complaint: /"Memory" A: .*parse error/,
  },
  {
    name: 'a rate over a fixed span',
    plant: rewrite('CPU', '$__rate_interval', '5m'),
    foundBy: 'rules',
    complaint: /rate\(\) is taken over 5m/,
  },
  {
    name: 'a rate without a shortest step',
    plant: (dashboard) => delete targetOf(panelOf(dashboard, 'Polls by outcome')).interval,
    foundBy: 'rules',
    complaint: /rate\(\) has no shortest step/,
  },
  {
    name: 'a rate of a gauge',
    plant: rewrite('CPU', 'process_cpu_seconds_total', 'process_resident_memory_bytes'),
    foundBy: 'rules',
    complaint: /rate\(\) is taken of a gauge/,
  },
  {
    name: 'a delta of a counter',
    plant: rewrite('Finished in the past day', 'increase(', 'delta('),
    foundBy: 'rules',
    complaint: /delta\(\) is used/,
  },
  {
    name: 'a span that the title does not say',
    plant: rewrite('Rows rejected in the past hour', '[1h]', '[1d]'),
    foundBy: 'rules',
    complaint: /increase\(\) is taken over 1d, which the title does not say/,
  },
  {
    name: 'alerts that are not marked',
    plant: (dashboard) => {
      for (const annotation of dashboard.annotations.list) annotation.enable = false;
    },
    foundBy: 'rules',
    complaint: /firing alerts are not marked/,
  },
  {
    name: 'alerts that are only pending',
    plant: (dashboard) => {
      for (const annotation of dashboard.annotations.list) {
        annotation.expr = annotation.expr?.replace('alertstate="firing"', 'alertstate="pending"') ?? '';
      }
    },
    foundBy: 'prometheus',
    complaint: /Firing alerts: marks nothing/,
  },
];

const inLegends: readonly Fault[] = [
  {
    name: 'a legend of a label that there is not',
    plant: legend(
      'State of the newest backup',
      '{{graph}} ({{project}}, {{cloud_service}}, {{resource_id}})',
    ),
    foundBy: 'prometheus',
    complaint: /"State of the newest backup": a series has no label graph/,
  },
  {
    name: 'a legend that does not tell two resources of one name apart',
    plant: legend('RPO used', '{{resource_name}} ({{cloud_service}})'),
    foundBy: 'prometheus',
    complaint: /"RPO used": two series are called "\S+ \(\S+\)"/,
  },
  {
    name: 'a legend without the replica',
    plant: legend('Polls of backups', '{{project}}, {{cloud_service}}, {{region}}'),
    foundBy: 'prometheus',
    complaint: /"Polls of backups": two series are called/,
  },
  {
    name: 'a legend that leaves out a label, by the rules alone',
    plant: legend('Size of the newest good backup', '{{resource_name}} ({{cloud_service}}, {{resource_id}})'),
    foundBy: 'rules',
    complaint: /its legend leaves out project/,
  },
  {
    name: 'a legend left to Grafana',
    plant: legend('CPU', '__auto'),
    foundBy: 'rules',
    complaint: /"CPU": A: has no legend/,
  },
  {
    name: 'a link hidden in a menu',
    plant: (dashboard) => {
      for (const link of dashboard.links) link.placement = 'inControlsMenu';
    },
    foundBy: 'rules',
    complaint: /Runbooks is in a menu/,
  },
  {
    name: 'no link to a runbook',
    plant: (dashboard) => {
      const panel = panelOf(dashboard, 'Passwords end in');
      panel.links = [];
    },
    foundBy: 'rules',
    complaint: /no panel leads to \S+HuaweiCloudBackupCredentialsExpiring\.md/,
  },
];

const organizeOf = (panel: Panel) =>
  panel.transformations?.find(({ id }) => id === 'organize')?.options['renameByName'] as Record<
    string,
    string
  >;

const inTables: readonly Fault[] = [
  {
    name: 'a table of two rows per resource',
    plant: rewrite('Resources, worst first', 'resource_name)', 'resource_name, instance)', 'C'),
    foundBy: 'prometheus',
    complaint: /"Resources, worst first": .*has rows for/,
  },
  {
    name: 'a table without its joining',
    plant: (dashboard) => {
      const panel = panelOf(dashboard, 'Resources, worst first');
      panel.transformations = panel.transformations?.slice(1) ?? [];
    },
    foundBy: 'rules',
    complaint: /does not join its queries/,
  },
  {
    name: 'a table that begins with the best',
    plant: (dashboard) => {
      for (const key of panelOf(dashboard, 'Resources, worst first').options?.sortBy ?? []) key.desc = false;
    },
    foundBy: 'prometheus',
    complaint: /"Resources, worst first": does not begin with the worst/,
  },
  {
    name: 'a table that sorts by a column that there is not',
    plant: (dashboard) => {
      for (const key of panelOf(dashboard, 'What is stored').options?.sortBy ?? []) key.displayName = 'Bytes';
    },
    foundBy: 'rules',
    complaint: /there is no column "Bytes"/,
  },
  {
    name: 'a renamed column whose settings stay behind',
    plant: (dashboard) => {
      organizeOf(panelOf(dashboard, 'Resources, worst first'))['Value #C'] = 'Age of the backup';
    },
    foundBy: 'rules',
    complaint: /there is no column "Age"/,
  },
  {
    name: 'states in the wrong order of precedence',
    plant: rewrite('Resources, worst first', /\* 0 \+ 5/, '* 0 + 1'),
    foundBy: 'prometheus',
    complaint: /"Resources, worst first": says .*Within RPO.* where .*Never backed up/,
  },
];

/** Every fault that is planted. */
export const FAULTS: readonly Fault[] = [
  ...inWords,
  ...inPlace,
  ...inVariables,
  ...inNumbers,
  ...inQueries,
  ...inLegends,
  ...inTables,
];
