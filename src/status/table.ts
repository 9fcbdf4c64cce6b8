import type { Bytes, UnixSeconds } from '../domain/quantities.ts';
import { renderDetails } from './details.ts';
import { hasData, isBeforeFirstPoll } from './headline.ts';
import { historyOf } from './history.ts';
import { cut, type Html, html } from './html.ts';
import { counted, formatCount, humanizeDuration, humanizeObjective, humanizeSize } from './humanize.ts';
import type { PageOptions } from './page.ts';
import { icon, orAbsent, strip, timeAgo } from './pieces.ts';
import type { ResourceStatus, StatusReport } from './report.ts';
import { explain, STATES, scheduleStopped } from './states.ts';
import {
  FIRST_VIEW,
  PAGE_SIZE,
  type Selection,
  SORTS,
  type SortKey,
  select,
  shareOfObjective,
  type View,
  viewLink,
} from './view.ts';

/** The table of resources, or why there is none. */
export function renderResults(report: StatusReport, view: View, options: PageOptions): Html {
  return html`<section id="results" data-live tabindex="-1" aria-label="Resources">
${report.resources.length === 0 ? html`<p class="empty">${whyEmpty(report)}</p>` : renderSelection(report, view, options)}
</section>`;
}

function whyEmpty(report: StatusReport): string {
  if (isBeforeFirstPoll(report)) {
    return 'The first poll is under way. Resources are shown here as soon as it ends.';
  }
  if (!hasData(report)) return 'Resources are shown here after the first complete poll.';
  return 'The projects hold no resources and no backups, or the configuration excludes them.';
}

function renderSelection(report: StatusReport, view: View, options: PageOptions): Html {
  const selection = select(report, view);
  if (selection.matching === 0) {
    const link = viewLink({ ...FIRST_VIEW, sort: view.sort, direction: view.direction });
    return html`<p class="empty">No resource matches the filter. <a data-key="show all" href="${link}">Show all ${formatCount(report.resources.length)}</a></p>`;
  }
  return html`<table role="table" class="resources">
<caption>${captionOf(report, view, selection)}</caption>
<thead role="rowgroup"><tr role="row">
${Object.entries(COLUMNS).map((column) => renderHeading(column, view))}</tr></thead>
<tbody role="rowgroup">
${selection.rows.map((resource) => renderRow(resource, report.now, options))}</tbody>
</table>
${selection.pages > 1 && renderPager(view, selection)}`;
}

function captionOf(report: StatusReport, view: View, { matching, page, pages }: Selection): Html {
  const total = report.resources.length;
  const first = formatCount((page - 1) * PAGE_SIZE + 1);
  const last = formatCount(Math.min(matching, page * PAGE_SIZE));
  const range = pages > 1 && `${first}–${last} of `;
  const filtered = matching < total && ` matching the filter, of ${formatCount(total)}`;
  return html`<b>${range}${counted(matching, 'resource')}</b>${filtered}, ${orderWords(view)}`;
}

function orderWords({ sort, direction }: View): string {
  if (sort === 'state') return direction === 'desc' ? 'worst first' : 'best first';
  return `by ${SORTS[sort].name.toLowerCase()}, ${ARIA_SORT[direction]}`;
}

const ARIA_SORT = { asc: 'ascending', desc: 'descending' } as const;

/** The columns: what each is sorted by, or else its title. */
const COLUMNS: Readonly<Record<string, string | readonly SortKey[]>> = {
  state: ['state', 'failures', 'running'],
  resource: ['resource'],
  scope: ['project', 'service'],
  age: ['age'],
  history: 'Last backups',
  size: ['size'],
  duration: ['duration'],
  more: 'Details',
};

function renderHeading([column, sorts]: readonly [string, string | readonly SortKey[]], view: View): Html {
  const isCurrent = typeof sorts !== 'string' && sorts.includes(view.sort);
  const order = isCurrent && html` aria-sort="${ARIA_SORT[view.direction]}"`;
  const content = typeof sorts === 'string' ? sorts : sorts.map((key) => renderSortLink(key, view));
  return html`<th role="columnheader" scope="col" class="${column}"${order}>${content}</th>
`;
}

function renderSortLink(key: SortKey, view: View): Html {
  const { name, first, hint } = SORTS[key];
  const isCurrent = key === view.sort;
  const turned = view.direction === 'asc' ? 'desc' : 'asc';
  const link = viewLink({ ...view, sort: key, direction: isCurrent ? turned : first, page: 1 });
  const title = isCurrent ? 'reverse the order' : `sort, ${hint}`;
  const arrow = html`<span class="arrow" aria-hidden="true">${view.direction === 'asc' ? '▲' : '▼'}</span>`;
  return html`<a${isCurrent && html` class="current"`} data-key="sort ${key}" href="${link}" title="${title}">${name}${isCurrent && arrow}</a> `;
}

const LONGEST_NAME = 64;
const LONGEST_PROJECT = 32;

function renderRow(resource: ResourceStatus, now: UnixSeconds, options: PageOptions): Html {
  const { states, service, region, project, id, name, lastSuccess } = resource;
  const [state] = states;
  const { size, duration } = lastSuccess ?? {};
  const minorId = html` <bdi class="minor id" title="${id}">${cut(id, LONGEST_NAME)}</bdi>`;
  return html`<tr role="row" class="${state}" data-key="${[service, region, project, id].join(' ')}">
<td role="cell" class="state"><span class="badge">${icon(state)}${STATES[state].name}</span>${renderReasons(resource, now)}</td>
<th role="rowheader" scope="row" class="resource">${renderName(name, LONGEST_NAME)}${id !== name && minorId}</th>
<td role="cell" class="scope">${renderName(project, LONGEST_PROJECT)} <span class="minor">${service}${region !== project && `, ${region}`}</span></td>
<td role="cell" class="age">${renderAge(resource, now)}</td>
<td role="cell" class="history">${strip('Last backups, oldest first', historyOf(resource, now))}</td>
<td role="cell" class="size" data-label="Size">${orAbsent(size, renderSize)}</td>
<td role="cell" class="duration" data-label="Duration">${orAbsent(duration, humanizeDuration)}</td>
<td role="cell" class="more">${renderDetails(resource, now, options)}</td>
</tr>
`;
}

const renderSize = (size: Bytes): Html =>
  html`<span title="${formatCount(size)} bytes">${humanizeSize(size)}</span>`;

function renderName(name: string, longest: number): Html {
  const shown = cut(name, longest);
  return html`<bdi class="name"${shown !== name && html` title="${name}"`}>${shown}</bdi>`;
}

/** Why the resource is in its state, and its other states. */
function renderReasons(resource: ResourceStatus, now: UnixSeconds): readonly Html[] {
  const [state, ...others] = resource.states;
  // A stuck backup is always running.
  const besides = others.filter((other) => other !== 'running' || !resource.states.includes('stuck'));
  const reasons = [
    explain(resource, state, now),
    ...besides.map((other) =>
      [STATES[other].name.toLowerCase(), explain(resource, other, now)].filter(Boolean).join(' '),
    ),
    scheduleStopped(resource, now),
    resource.lastState === 'unknown' ? 'newest backup in an unknown state' : undefined,
  ];
  return reasons
    .filter((reason) => reason !== undefined)
    .map((reason) => html` <span class="why">${reason}</span>`);
}

function renderAge(resource: ResourceStatus, now: UnixSeconds): Html {
  const { objective, lastSuccess, listing } = resource;
  const created = listing?.created !== undefined && html`, created ${timeAgo(listing.created, now)}`;
  const age = lastSuccess ? html`<b>${timeAgo(lastSuccess.end, now)}</b>` : html`<b>never</b>${created}`;
  if (objective === undefined) return html`${age}, no objective`;
  const share = shareOfObjective(resource, now);
  return html`${age}, <span class="whole">objective ${humanizeObjective(objective)}</span>${share !== undefined && renderShare(share)}`;
}

// The bar ends at 1.5 objectives, so that exceeding it is visible.
const BAR_END = 1.5;

function renderShare(share: number): Html {
  const used = share > 1 ? 'used over' : 'used';
  const width = (Math.min(share, BAR_END) / BAR_END) * 100;
  const limit = 100 / BAR_END;
  return html` <span class="gauge"><svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="${used}" width="${width.toFixed(1)}" height="6" /><rect class="limit" x="${limit.toFixed(1)}" width="1" height="6" /></svg><span class="share">${percent(share)}</span></span>`;
}

function percent(share: number): string {
  if (share > 9.99) return 'over 999%';
  return `${formatCount(share > 1 ? Math.ceil(share * 100) : Math.floor(share * 100))}%`;
}

function renderPager(view: View, { page, pages }: Selection): Html {
  const link = (to: number, words: string): Html =>
    to < 1 || to > pages || to === page
      ? html`<span class="off" aria-hidden="true">${words}</span>`
      : html`<a data-key="${words} page" href="${viewLink({ ...view, page: to })}">${words}<span class="unseen"> page</span></a>`;
  return html`<nav class="pager" aria-label="Pages">${link(1, 'First')} ${link(page - 1, 'Previous')} <span>Page ${formatCount(page)} of ${formatCount(pages)}</span> ${link(page + 1, 'Next')} ${link(pages, 'Last')}</nav>`;
}
