import {
  type DashboardLink,
  DashboardLinkBuilder,
  DashboardLinkType,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** The address of the dashboard in every Grafana that loads it. Links and alerts rely on it. */
export const DASHBOARD_UID = 'huaweicloud-backup';

/** Where the pages about the alerts are read. */
const RUNBOOKS =
  'https://github.com/huaweicloud-backup-exporter/huaweicloud-backup-exporter/blob/main/docs/runbooks';

/** The alerts, by the end of their name, that a panel explains. */
export type Alert =
  | 'Failed'
  | 'FailingRepeatedly'
  | 'Stale'
  | 'Missing'
  | 'Stuck'
  | 'SizeDropped'
  | 'Slow'
  | 'ExporterDown'
  | 'PollFailing'
  | 'DataStale'
  | 'AuthFailing'
  | 'CredentialsExpiring'
  | 'ResourceGone'
  | 'RecordsRejected'
  | 'ConfigReloadFailing';

/** What a builder builds, without the placement that the SDK gives by default: it hides things in a menu. */
export function inSight<T extends { placement?: unknown }>(builder: { build: () => T }): { build: () => T } {
  const { placement: _hidden, ...visible } = builder.build();
  return { build: () => visible as T };
}

const externalLink = (title: string, url: string): DashboardLinkBuilder =>
  new DashboardLinkBuilder(title).type(DashboardLinkType.Link).url(url).targetBlank(true);

/** A link to the page that says what to do about an alert. */
export const runbookLink = (alert: Alert): { build: () => DashboardLink } =>
  inSight(externalLink(`Runbook: HuaweiCloudBackup${alert}`, `${RUNBOOKS}/HuaweiCloudBackup${alert}.md`));

/** A link to all runbooks. */
export const runbooksLink = (): { build: () => DashboardLink } =>
  inSight(
    externalLink('Runbooks', RUNBOOKS).icon('doc').tooltip('What each alert means and what to do about it'),
  );
