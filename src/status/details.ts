import { BACKUP_STATES } from '../domain/backup.ts';
import type { UnixSeconds } from '../domain/quantities.ts';
import { explain, STATE_ALERTS, STATE_NAMES, scheduleStopped } from './explain.ts';
import { cut, type Html, html } from './html.ts';
import {
  formatCount,
  humanizeAgo,
  humanizeDuration,
  humanizeObjective,
  humanizeSize,
  humanizeTime,
} from './humanize.ts';
import { dashboardUrl, runbookLink } from './links.ts';
import type { PageOptions } from './page.ts';
import { time } from './pieces.ts';
import type { ResourceStatus } from './report.ts';
import { backupsCommand } from './shell.ts';

const LONGEST_NAME = 64;

/** All facts about a resource, collapsed: why it is in its state, what is stored, and useful commands. */
export function renderDetails(resource: ResourceStatus, now: UnixSeconds, options: PageOptions): Html {
  const troubles = renderTroubles(resource, now);
  const [title, of] = troubles === undefined ? ['Details', 'of'] : ['What to do', 'about'];
  return html`<details><summary>${title}<span class="unseen"> ${of} ${cut(resource.resourceName, LONGEST_NAME)}</span></summary>
<div class="panel">${troubles}<dl>${renderFacts(resource, now)}</dl>
${
  options.dashboardUrl === undefined
    ? undefined
    : html`<p><a href="${dashboardUrl(options.dashboardUrl, resource)}">Dashboard</a></p>`
}${renderCommand('List its backups', backupsCommand('list', resource, options))}${
  resource.exists ? renderCommand('Start a backup', backupsCommand('create', resource, options)) : undefined
}</div></details>`;
}

function renderTroubles(resource: ResourceStatus, now: UnixSeconds): Html | undefined {
  const items = resource.states.flatMap((state) => {
    const alert = STATE_ALERTS[state];
    const reason = explain(resource, state, now);
    return alert === undefined
      ? []
      : [
          html`<li><b>${STATE_NAMES[state]}</b>${reason === undefined ? '' : `: ${reason}`}. ${runbookLink(alert)}</li>`,
        ];
  });
  const stopped = scheduleStopped(resource, now);
  if (stopped !== undefined)
    items.push(html`<li><b>Schedule stopped</b>: ${stopped}. ${runbookLink('ScheduleStopped')}</li>`);
  return items.length === 0 ? undefined : html`<ul class="reasons">${items}</ul>`;
}

function renderFacts(resource: ResourceStatus, now: UnixSeconds): Html {
  const { objective, due, lastSuccess, lastSize, lastDuration, lastMethod, medianSize, medianDuration } =
    resource;
  // Shown only if a manual backup is newer: then the schedule may have stopped.
  const { lastAutomaticSuccess } = resource;
  const automatic = lastAutomaticSuccess === lastSuccess ? undefined : lastAutomaticSuccess;
  const last = words([
    lastSize === undefined ? undefined : humanizeSize(lastSize),
    lastDuration === undefined ? undefined : `took ${humanizeDuration(lastDuration)}`,
    lastMethod,
  ]);
  const usual = words([
    medianSize === undefined ? undefined : humanizeSize(medianSize),
    medianDuration === undefined ? undefined : humanizeDuration(medianDuration),
  ]);
  return html`${renderTime('Last success', lastSuccess, now, last)}${renderTime('Last automatic success', automatic, now)}${renderText('Usually', usual)}${renderTime(
    'Last failure',
    resource.lastFailure,
    now,
  )}${renderText('Failures since the last success', formatCount(resource.consecutiveFailures))}${renderTime(
    'Running since',
    resource.runningSince,
    now,
  )}${renderText('Objective', objective === undefined ? 'none' : humanizeObjective(objective))}${renderTime(
    'Next backup due',
    due,
    now,
  )}${renderTime('Oldest backup to restore', resource.oldestSuccess, now)}${renderText(
    'Stored',
    storedWords(resource),
  )}${renderTime('Created', resource.created, now)}${renderText('Type', resource.kind)}${renderText(
    'Status',
    resource.status,
  )}`;
}

function storedWords({ stored, storedBytes }: ResourceStatus): string {
  const counts = BACKUP_STATES.filter((state) => stored[state] > 0).map(
    (state) => `${formatCount(stored[state])} ${state}`,
  );
  if (counts.length === 0) return 'no backups';
  return [...counts, ...(storedBytes === undefined ? [] : [humanizeSize(storedBytes)])].join(', ');
}

const words = (parts: readonly (string | undefined)[]): string | undefined => {
  const known = parts.filter((part) => part !== undefined);
  return known.length === 0 ? undefined : known.join(', ');
};

function renderFact(name: string, value: Html): Html {
  return html`<div><dt>${name}</dt> <dd>${value}</dd></div>`;
}

function renderText(name: string, value: string | undefined): Html | undefined {
  return value === undefined ? undefined : renderFact(name, html`<bdi>${value}</bdi>`);
}

function renderTime(
  name: string,
  at: UnixSeconds | undefined,
  now: UnixSeconds,
  more?: string,
): Html | undefined {
  if (at === undefined) return undefined;
  const extra = more === undefined ? '' : `: ${more}`;
  return renderFact(name, html`${time(at, humanizeAgo(at, now))}, ${humanizeTime(at)}${extra}`);
}

function renderCommand(purpose: string, command: string): Html {
  return html`<div class="command"><span class="purpose">${purpose}</span> <button type="button" class="copy with-script" aria-label="Copy the command: ${purpose.toLowerCase()}">Copy</button><code>${command}</code></div>
`;
}
