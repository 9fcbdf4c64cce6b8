import { ALERT_PREFIX } from '../rules/rule.ts';
import { runbookUrl } from '../rules/runbooks.ts';
import { type Html, html } from './html.ts';
import type { ResourceStatus } from './report.ts';

/** A link to the runbook of an alert, named without the prefix. */
export function runbookLink(alert: string): Html {
  const name = `${ALERT_PREFIX}${alert}`;
  return html`<a href="${runbookUrl(name)}">Runbook<span class="unseen"> ${name}</span></a>`;
}

/** The URL of a resource on the Grafana dashboard. */
export function dashboardUrl(
  grafanaUrl: string,
  { service, region, project, resourceName }: ResourceStatus,
): string {
  const variables = new URLSearchParams({
    'var-cloud_service': service,
    'var-region': region,
    'var-project': project,
    'var-resource_name': resourceName,
  });
  return `${grafanaUrl}/d/huaweicloud-backup?${variables}`;
}
