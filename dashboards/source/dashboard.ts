import {
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { exporter } from './exporter-panels.ts';
import { place } from './layout.ts';
import { DASHBOARD_UID, inSight, runbooksLink } from './links.ts';
import { atAGlance, resources, states, trends } from './resource-panels.ts';
import { DATASOURCE, variables } from './variables.ts';

/** An alert without one of these labels belongs to every choice: an empty value matches too. */
const FIRING_ALERTS =
  'ALERTS{alertname=~"HuaweiCloudBackup.+", alertstate="firing", project=~"$project|", cloud_service=~"$service|", region=~"$region|", resource_name=~"$resource|"}';

const firingAlerts = () =>
  new AnnotationQueryBuilder()
    .name('Firing alerts')
    .datasource(DATASOURCE)
    .enable(true)
    .hide(false)
    .iconColor('red')
    .expr(FIRING_ALERTS)
    .step('60s')
    .titleFormat('{{alertname}}')
    .textFormat('{{resource_name}} {{project}} {{cloud_service}}')
    .tagKeys('severity');

/** The dashboard as Grafana 10 and later loads it. */
function buildDashboard(): Dashboard {
  const dashboard = new DashboardBuilder('Huawei Cloud backups')
    .id(null)
    .uid(DASHBOARD_UID)
    .description(
      'Backups of graphs (GES) and MySQL databases (GaussDB for MySQL) on Huawei Cloud, as huaweicloud-backup-exporter reads them.',
    )
    .tags(['huaweicloud', 'backup'])
    .timezone('browser')
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: 'now-7d', to: 'now' })
    .refresh('1m')
    .variables(variables())
    .annotation(inSight(firingAlerts()))
    .link(runbooksLink())
    .build();
  return { ...dashboard, panels: [...place([atAGlance, resources, states, trends, exporter])] };
}

/** The text of the file that Grafana loads. */
export const renderDashboard = (): string => `${JSON.stringify(buildDashboard(), null, 2)}\n`;
