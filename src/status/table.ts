import type { UnixSeconds } from '../domain/quantities.ts';
import { cut, type Html, html } from './html.ts';
import { absent, icon, STANDING_NAMES, time } from './pieces.ts';
import type { ResourceStatus, StatusReport } from './report.ts';
import { backupsCommand } from './shell.ts';
import { shareOfObjective, waitingSince } from './standing.ts';
import { hasData, isBeforeFirstPoll } from './verdict.ts';
import {
  FIRST_VIEW,
  firstDirection,
  PAGE_SIZE,
  type Selection,
  SORT_KEYS,
  type SortKey,
  select,
  type View,
  viewLink,
} from './view.ts';
import { ageWords, agoWords, countWords, durationWords, momentWords, sizeWords } from './words.ts';

/** The table of resources, or why there is none. */
export function renderResults(report: StatusReport, view: View): Html {
  return html`<section id="results" data-live tabindex="-1" aria-label="Resources">
${report.resources.length === 0 ? renderNoResources(report) : renderSelection(report, view, select(report, view))}
</section>`;
}

function renderNoResources(report: StatusReport): Html {
  if (isBeforeFirstPoll(report)) {
    return html`<p class="empty">The first poll is under way. Its resources are shown here as soon as it has ended.</p>`;
  }
  if (!hasData(report)) {
    return html`<p class="empty">Resources are shown here after the first complete poll.</p>`;
  }
  return html`<p class="empty">The projects that are polled hold no graph or instance and no backup, or the configuration excludes them.</p>`;
}

function renderSelection(report: StatusReport, view: View, selection: Selection): Html {
  if (selection.matching === 0) {
    return html`<p class="empty">No resource matches the filter. <a data-key="show all" href="${viewLink({
      ...FIRST_VIEW,
      sort: view.sort,
      direction: view.direction,
    })}">Show all ${countWords(report.resources.length)}</a></p>`;
  }
  return html`<table role="table" class="resources">
<caption>${captionOf(report, view, selection)}</caption>
<thead role="rowgroup"><tr role="row">
${SORT_KEYS.map((key) => renderHeading(key, view))}<th role="columnheader" scope="col" class="more">Details</th>
</tr></thead>
<tbody role="rowgroup">
${selection.rows.map((resource) => renderRow(resource, report.now))}</tbody>
</table>
${selection.pages === 1 ? undefined : renderPager(view, selection)}`;
}

function captionOf(report: StatusReport, view: View, { matching, page, pages }: Selection): Html {
  const total = report.resources.length;
  const first = (page - 1) * PAGE_SIZE + 1;
  const last = Math.min(matching, page * PAGE_SIZE);
  const range = pages === 1 ? '' : `${countWords(first)}–${countWords(last)} of `;
  const number = `${range}${countWords(matching)} ${matching === 1 ? 'resource' : 'resources'}`;
  const filtered = matching === total ? '' : ` matching the filter, of ${countWords(total)}`;
  return html`<b>${number}</b>${filtered}, ${orderWords(view)}`;
}

function orderWords({ sort, direction }: View): string {
  if (sort === 'state') return direction === 'desc' ? 'worst first' : 'best first';
  const order = direction === 'asc' ? 'ascending' : 'descending';
  return `by ${HEADINGS[sort].title.toLowerCase()}, ${order}`;
}

const HEADINGS: Readonly<Record<SortKey, { readonly title: string; readonly hint: string }>> = {
  state: { title: 'State', hint: 'worst first' },
  resource: { title: 'Resource', hint: 'by name' },
  service: { title: 'Service', hint: 'by name' },
  project: { title: 'Project', hint: 'by name' },
  age: { title: 'Newest good backup', hint: 'oldest first' },
  size: { title: 'Size', hint: 'largest first' },
  duration: { title: 'Duration', hint: 'longest first' },
  failures: { title: 'Failures in a row', hint: 'most first' },
  running: { title: 'Running since', hint: 'longest first' },
};

function renderHeading(key: SortKey, view: View): Html {
  const { title, hint } = HEADINGS[key];
  if (key === view.sort) return renderCurrentHeading(key, title, view);
  const link = viewLink({ ...view, sort: key, direction: firstDirection(key), page: 1 });
  return html`<th role="columnheader" scope="col" class="${key}"><a data-key="sort ${key}" href="${link}" title="sort, ${hint}">${title}</a></th>
`;
}

function renderCurrentHeading(key: SortKey, title: string, view: View): Html {
  const [order, turned, arrow] =
    view.direction === 'asc' ? (['ascending', 'desc', '▲'] as const) : (['descending', 'asc', '▼'] as const);
  const link = viewLink({ ...view, direction: turned, page: 1 });
  return html`<th role="columnheader" scope="col" class="${key}" aria-sort="${order}"><a data-key="sort ${key}" href="${link}" title="turn the order round">${title}<span class="arrow" aria-hidden="true">${arrow}</span></a></th>
`;
}

const LONGEST_NAME = 64;
const LONGEST_PROJECT = 32;

function renderRow(resource: ResourceStatus, now: UnixSeconds): Html {
  const { standing, service, region, project, resourceId, resourceName } = resource;
  return html`<tr role="row" class="${standing}" data-key="${[service, region, project, resourceId].join(' ')}">
<td role="cell" class="state"><span class="badge">${icon(standing)}${STANDING_NAMES[standing]}</span>${renderRemark(resource)}</td>
<th role="rowheader" scope="row" class="resource">${renderName(resourceName)}${
    resourceId === resourceName
      ? undefined
      : html` <bdi class="minor id" title="${resourceId}">${cut(resourceId, LONGEST_NAME)}</bdi>`
  }</th>
<td role="cell" class="service" data-label="Service">${service}</td>
<td role="cell" class="project" data-label="Project">${renderName(project, LONGEST_PROJECT)}${
    region === project ? undefined : html` <span class="minor">${region}</span>`
  }</td>
<td role="cell" class="age" data-label="Newest good backup">${renderAge(resource, now)}</td>
<td role="cell" class="size${resource.lastSize === undefined ? ' quiet' : ''}" data-label="Size">${
    resource.lastSize === undefined
      ? absent('unknown')
      : html`<span title="${countWords(resource.lastSize)} bytes">${sizeWords(resource.lastSize)}</span>`
  }</td>
<td role="cell" class="duration${resource.lastDuration === undefined ? ' quiet' : ''}" data-label="Duration">${
    resource.lastDuration === undefined ? absent('unknown') : durationWords(resource.lastDuration)
  }</td>
<td role="cell" class="failures${resource.consecutiveFailures > 0 ? ' some' : ' quiet'}" data-label="Failures in a row">${countWords(resource.consecutiveFailures)}</td>
<td role="cell" class="running${resource.runningSince === undefined ? ' quiet' : ''}" data-label="Running since">${renderRunning(resource, now)}</td>
<td role="cell" class="more">${renderMore(resource, now)}</td>
</tr>
`;
}

function renderName(name: string, longest = LONGEST_NAME): Html {
  const shown = cut(name, longest);
  return html`<bdi class="name"${shown === name ? undefined : html` title="${name}"`}>${shown}</bdi>`;
}

// What the state alone does not tell.
function renderRemark({
  exists,
  standing,
  lastState,
  consecutiveFailures,
}: ResourceStatus): Html | undefined {
  if (!exists) return html` <span class="minor">deleted</span>`;
  if (lastState === 'unknown') return html` <span class="minor">newest in an unknown state</span>`;
  if (standing !== 'failed' && consecutiveFailures > 0)
    return html` <span class="minor">newest failed</span>`;
  return undefined;
}

function renderAge(resource: ResourceStatus, now: UnixSeconds): Html {
  const { objective, lastSuccess } = resource;
  const since = waitingSince(resource);
  const age =
    lastSuccess === undefined
      ? html`<b>none</b>`
      : html`<b>${time(lastSuccess, ageWords(lastSuccess, now))}</b>`;
  if (objective === undefined) return html`${age} <span class="minor">no objective</span>`;
  const waiting =
    lastSuccess === undefined && since !== undefined
      ? html` after ${time(since, ageWords(since, now))}`
      : undefined;
  const share = shareOfObjective(resource, now);
  return html`${age}${waiting} of <span class="whole">${durationWords(objective)}</span>${share === undefined ? undefined : renderShare(share)}`;
}

function renderShare(share: number): Html {
  return html` <span class="gauge">${renderBar(share)}<span class="share">${percent(share)}</span></span>`;
}

function percent(share: number): string {
  if (share > 9.99) return 'over 999 %';
  return `${countWords(share > 1 ? Math.ceil(share * 100) : Math.floor(share * 100))} %`;
}

// The bar ends at one and a half objectives, so that being over it can be seen.
const BAR_END = 1.5;

function renderBar(share: number): Html {
  const width = (Math.min(share, BAR_END) / BAR_END) * 100;
  const limit = 100 / BAR_END;
  return html`<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="6" /><rect class="used${
    share > 1 ? ' over' : ''
  }" width="${width.toFixed(1)}" height="6" /><rect class="limit" x="${limit.toFixed(1)}" width="1" height="6" /></svg>`;
}

function renderRunning({ runningSince }: ResourceStatus, now: UnixSeconds): Html {
  if (runningSince === undefined) return absent('not running');
  return html`${time(runningSince, agoWords(runningSince, now))}`;
}

function renderMore(resource: ResourceStatus, now: UnixSeconds): Html {
  const { resourceName, resourceId, objective, lastSuccess, created, runningSince, lastState } = resource;
  const objectiveWords =
    objective === undefined ? 'none' : `${durationWords(objective)} (${countWords(objective)} s)`;
  return html`<details><summary>Details<span class="unseen"> of ${cut(resourceName, LONGEST_NAME)}</span></summary>
<div class="panel"><dl>${renderFact('Name', html`<bdi>${resourceName}</bdi>`)}${renderFact('Id', html`<bdi>${resourceId}</bdi>`)}${renderFact(
    'Newest backup',
    html`${lastState ?? 'there is none'}`,
  )}${renderMoment('Newest good backup', lastSuccess, now)}${renderFact('Objective', html`${objectiveWords}`)}${renderMoment(
    'Running since',
    runningSince,
    now,
  )}${renderMoment('Created', created, now)}</dl>
${renderCommand('See its backups', backupsCommand('list', resource))}${
  resource.exists ? renderCommand('Start a backup', backupsCommand('create', resource)) : undefined
}</div></details>`;
}

function renderFact(name: string, value: Html): Html {
  return html`<div><dt>${name}</dt> <dd>${value}</dd></div>`;
}

function renderMoment(name: string, moment: UnixSeconds | undefined, now: UnixSeconds): Html | undefined {
  if (moment === undefined) return undefined;
  return renderFact(name, html`${time(moment, momentWords(moment))}, ${agoWords(moment, now)}`);
}

function renderCommand(purpose: string, command: string): Html {
  return html`<div class="command"><span class="purpose">${purpose}</span> <button type="button" class="copy with-script" aria-label="Copy the command: ${purpose.toLowerCase()}">Copy</button><code>${command}</code></div>
`;
}

function renderPager(view: View, { page, pages }: Selection): Html {
  const link = (to: number, words: string): Html =>
    to < 1 || to > pages || to === page
      ? html`<span class="off" aria-hidden="true">${words}</span>`
      : html`<a data-key="${words} page" href="${viewLink({ ...view, page: to })}">${words}<span class="unseen"> page</span></a>`;
  return html`<nav class="pager" aria-label="Pages">${link(1, 'First')} ${link(page - 1, 'Previous')} <span>Page ${countWords(page)} of ${countWords(pages)}</span> ${link(page + 1, 'Next')} ${link(pages, 'Last')}</nav>`;
}
