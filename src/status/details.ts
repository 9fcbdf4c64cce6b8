import { BACKUP_STATES } from '../domain/backup.ts';
import type { UnixSeconds } from '../domain/quantities.ts';
import { cut, type Html, html } from './html.ts';
import {
  formatCount,
  humanizeDuration,
  humanizeObjective,
  humanizeSize,
  humanizeTime,
  ifKnown,
  listed,
} from './humanize.ts';
import type { PageOptions } from './page.ts';
import { runbookLink, timeAgo } from './pieces.ts';
import type { ResourceStatus } from './report.ts';
import { backupsCommand } from './shell.ts';
import { explain, STATES, scheduleStopped } from './states.ts';

const LONGEST_NAME = 64;

/** All facts about a resource, collapsed: why it is in its state, what is stored, and useful commands. */
export function renderDetails(resource: ResourceStatus, now: UnixSeconds, options: PageOptions): Html {
  const troubles = troublesOf(resource, now);
  const [title, of] = troubles.length === 0 ? ['Details', 'of'] : ['What to do', 'about'];
  return html`<details><summary>${title}<span class="unseen"> ${of} ${cut(resource.name, LONGEST_NAME)}</span></summary>
<div class="panel">${troubles.length > 0 && html`<ul>${troubles}</ul>`}<dl>${renderFacts(resource, now)}</dl>
${options.dashboardUrl && html`<p><a href="${dashboardLink(options.dashboardUrl, resource)}">Dashboard</a></p>`}
${renderCommand('List its backups', backupsCommand('list', resource, options))}
${resource.exists && renderCommand('Start a backup', backupsCommand('create', resource, options))}</div></details>`;
}

function troublesOf(resource: ResourceStatus, now: UnixSeconds): readonly Html[] {
  const item = (name: string, reason: string | undefined, alert: string): Html =>
    html`<li><b>${name}</b>${reason && `: ${reason}`}. ${runbookLink(alert)}</li>`;
  const stopped = scheduleStopped(resource, now);
  return [
    ...resource.states.flatMap((state) => {
      const { name, alert } = STATES[state];
      return alert === undefined ? [] : [item(name, explain(resource, state, now), alert)];
    }),
    ...(stopped === undefined ? [] : [item('Schedule stopped', stopped, 'ScheduleStopped')]),
  ];
}

/** Names and values; unknown ones are left out. */
function renderFacts(resource: ResourceStatus, now: UnixSeconds): readonly Html[] {
  const { objective, lastSuccess, lastAutomaticSuccess, medians, listing } = resource;
  const at = (time: UnixSeconds | undefined, more?: string): Html | undefined =>
    time === undefined ? undefined : html`${timeAgo(time, now)}, ${humanizeTime(time)}${more && `: ${more}`}`;
  const size = ifKnown(lastSuccess?.size, humanizeSize);
  const took = ifKnown(lastSuccess?.duration, (duration) => `took ${humanizeDuration(duration)}`);
  const isNewest = lastAutomaticSuccess === lastSuccess?.end;
  const facts: readonly (readonly [name: string, value: Html | string | undefined])[] = [
    ['Last success', at(lastSuccess?.end, listed(size, took, lastSuccess?.method))],
    // Shown only if a manual backup is newer: then the schedule may have stopped.
    ['Last automatic success', at(isNewest ? undefined : lastAutomaticSuccess)],
    ['Usually', listed(ifKnown(medians.size, humanizeSize), ifKnown(medians.duration, humanizeDuration))],
    ['Last failure', at(resource.lastFailure)],
    ['Failures since the last success', formatCount(resource.consecutiveFailures)],
    ['Running backup started', at(resource.runningSince)],
    ['Objective', objective === undefined ? 'none' : humanizeObjective(objective)],
    ['Next backup due', at(resource.due)],
    ['Oldest restorable backup', at(resource.oldestSuccess)],
    ['Stored', storedWords(resource)],
    ['Created', at(listing?.created)],
    ['Type', listing?.kind],
    ['Status', listing?.status],
  ];
  return facts.flatMap(([name, value]) => {
    if (value === undefined || value === '') return [];
    const shown = typeof value === 'string' ? html`<bdi>${value}</bdi>` : value;
    return [html`<div><dt>${name}</dt> <dd>${shown}</dd></div>`];
  });
}

function storedWords({ stored, storedBytes }: ResourceStatus): string {
  const counts = BACKUP_STATES.filter((state) => stored[state] > 0).map(
    (state) => `${formatCount(stored[state])} ${state}`,
  );
  return counts.length === 0 ? 'no backups' : listed(...counts, ifKnown(storedBytes, humanizeSize));
}

/** The URL of a resource on the Grafana dashboard. */
function dashboardLink(grafanaUrl: string, { service, region, project, name }: ResourceStatus): string {
  const variables = new URLSearchParams({
    'var-cloud_service': service,
    'var-region': region,
    'var-project': project,
    'var-resource_name': name,
  });
  return `${grafanaUrl}/d/huaweicloud-backup?${variables}`;
}

function renderCommand(purpose: string, command: string): Html {
  return html`<div class="command"><span>${purpose}</span> <button type="button" class="copy with-script" aria-label="Copy the command: ${purpose.toLowerCase()}">Copy</button><code>${command}</code></div>`;
}
