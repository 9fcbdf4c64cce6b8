import type { UnixSeconds } from '../domain/quantities.ts';
import { shareOfObjective } from './build-report.ts';
import { renderDetails } from './details.ts';
import { explain, STATE_NAMES, scheduleStopped } from './explain.ts';
import { hasData, isBeforeFirstPoll } from './headline.ts';
import { historyOf } from './history.ts';
import { cut, type Html, html } from './html.ts';
import { formatCount, humanizeAgo, humanizeDuration, humanizeObjective, humanizeSize } from './humanize.ts';
import type { PageOptions } from './page.ts';
import { absent, icon, strip, time } from './pieces.ts';
import type { ResourceStatus, StatusReport } from './report.ts';
import {
  FIRST_VIEW,
  firstDirection,
  PAGE_SIZE,
  type Selection,
  type SortKey,
  select,
  type View,
  viewLink,
} from './view.ts';

/** The table of resources, or why there is none. */
export function renderResults(report: StatusReport, view: View, options: PageOptions): Html {
  return html`<section id="results" data-live tabindex="-1" aria-label="Resources">
${report.resources.length === 0 ? renderNoResources(report) : renderSelection(report, view, options)}
</section>`;
}

function renderNoResources(report: StatusReport): Html {
  if (isBeforeFirstPoll(report)) {
    return html`<p class="empty">The first poll is under way. Resources are shown here as soon as it ends.</p>`;
  }
  if (!hasData(report)) {
    return html`<p class="empty">Resources are shown here after the first complete poll.</p>`;
  }
  return html`<p class="empty">The projects hold no resources and no backups, or the configuration excludes them.</p>`;
}

function renderSelection(report: StatusReport, view: View, options: PageOptions): Html {
  const selection = select(report, view);
  if (selection.matching === 0) {
    return html`<p class="empty">No resource matches the filter. <a data-key="show all" href="${viewLink({
      ...FIRST_VIEW,
      sort: view.sort,
      direction: view.direction,
    })}">Show all ${formatCount(report.resources.length)}</a></p>`;
  }
  return html`<table role="table" class="resources">
<caption>${captionOf(report, view, selection)}</caption>
<thead role="rowgroup"><tr role="row">
${COLUMNS.map((column) => renderHeading(column, view))}</tr></thead>
<tbody role="rowgroup">
${selection.rows.map((resource) => renderRow(resource, report.now, options))}</tbody>
</table>
${selection.pages === 1 ? undefined : renderPager(view, selection)}`;
}

function captionOf(report: StatusReport, view: View, { matching, page, pages }: Selection): Html {
  const total = report.resources.length;
  const first = (page - 1) * PAGE_SIZE + 1;
  const last = Math.min(matching, page * PAGE_SIZE);
  const range = pages === 1 ? '' : `${formatCount(first)}–${formatCount(last)} of `;
  const number = `${range}${formatCount(matching)} ${matching === 1 ? 'resource' : 'resources'}`;
  const filtered = matching === total ? '' : ` matching the filter, of ${formatCount(total)}`;
  return html`<b>${number}</b>${filtered}, ${orderWords(view)}`;
}

function orderWords({ sort, direction }: View): string {
  if (sort === 'state') return direction === 'desc' ? 'worst first' : 'best first';
  const order = direction === 'asc' ? 'ascending' : 'descending';
  return `by ${SORT_NAMES[sort].toLowerCase()}, ${order}`;
}

export const SORT_NAMES: Readonly<Record<SortKey, string>> = {
  state: 'State',
  resource: 'Resource',
  service: 'Service',
  project: 'Project',
  age: 'Last success',
  size: 'Size',
  duration: 'Duration',
  failures: 'Failures',
  running: 'Running',
};

const HINTS: Readonly<Record<SortKey, string>> = {
  state: 'worst first',
  resource: 'by name',
  service: 'by name',
  project: 'by name',
  age: 'oldest first',
  size: 'largest first',
  duration: 'longest first',
  failures: 'most first',
  running: 'longest first',
};

const COLUMNS: readonly { readonly name: string; readonly sort: readonly SortKey[] }[] = [
  { name: 'state', sort: ['state', 'failures', 'running'] },
  { name: 'resource', sort: ['resource'] },
  { name: 'scope', sort: ['project', 'service'] },
  { name: 'age', sort: ['age'] },
  { name: 'history', sort: [] },
  { name: 'size', sort: ['size'] },
  { name: 'duration', sort: ['duration'] },
  { name: 'more', sort: [] },
];
const UNSORTED: Readonly<Record<string, string>> = { history: 'Last backups', more: 'Details' };

function renderHeading({ name, sort }: (typeof COLUMNS)[number], view: View): Html {
  const order = sort.includes(view.sort)
    ? html` aria-sort="${view.direction === 'asc' ? 'ascending' : 'descending'}"`
    : undefined;
  return html`<th role="columnheader" scope="col" class="${name}"${order}>${
    sort.length === 0 ? UNSORTED[name] : sort.map((key) => renderSortLink(key, view))
  }</th>
`;
}

function renderSortLink(key: SortKey, view: View): Html {
  const name = SORT_NAMES[key];
  if (key !== view.sort) {
    const link = viewLink({ ...view, sort: key, direction: firstDirection(key), page: 1 });
    return html`<a data-key="sort ${key}" href="${link}" title="sort, ${HINTS[key]}">${name}</a> `;
  }
  const [turned, arrow] = view.direction === 'asc' ? (['desc', '▲'] as const) : (['asc', '▼'] as const);
  const link = viewLink({ ...view, direction: turned, page: 1 });
  return html`<a class="current" data-key="sort ${key}" href="${link}" title="reverse the order">${name}<span class="arrow" aria-hidden="true">${arrow}</span></a> `;
}

const LONGEST_NAME = 64;
const LONGEST_PROJECT = 32;

function renderRow(resource: ResourceStatus, now: UnixSeconds, options: PageOptions): Html {
  const { states, service, region, project, resourceId, resourceName, lastSize, lastDuration } = resource;
  const [state] = states;
  return html`<tr role="row" class="${state}" data-key="${[service, region, project, resourceId].join(' ')}">
<td role="cell" class="state"><span class="badge">${icon(state)}${STATE_NAMES[state]}</span>${renderReasons(resource, now)}</td>
<th role="rowheader" scope="row" class="resource">${renderName(resourceName)}${
    resourceId === resourceName
      ? undefined
      : html` <bdi class="minor id" title="${resourceId}">${cut(resourceId, LONGEST_NAME)}</bdi>`
  }</th>
<td role="cell" class="scope">${renderName(project, LONGEST_PROJECT)} <span class="minor">${service}${
    region === project ? undefined : html`, ${region}`
  }</span></td>
<td role="cell" class="age">${renderAge(resource, now)}</td>
<td role="cell" class="history">${strip('Last backups, oldest first', historyOf(resource, now))}</td>
<td role="cell" class="size${quiet(lastSize)}" data-label="Size">${
    lastSize === undefined
      ? absent('unknown')
      : html`<span title="${formatCount(lastSize)} bytes">${humanizeSize(lastSize)}</span>`
  }</td>
<td role="cell" class="duration${quiet(lastDuration)}" data-label="Duration">${
    lastDuration === undefined ? absent('unknown') : humanizeDuration(lastDuration)
  }</td>
<td role="cell" class="more">${renderDetails(resource, now, options)}</td>
</tr>
`;
}

const quiet = (value: number | undefined): string => (value === undefined ? ' quiet' : '');

function renderName(name: string, longest = LONGEST_NAME): Html {
  const shown = cut(name, longest);
  return html`<bdi class="name"${shown === name ? undefined : html` title="${name}"`}>${shown}</bdi>`;
}

/** Why the resource is in its state, and its other states. */
function renderReasons(resource: ResourceStatus, now: UnixSeconds): Html {
  const [state, ...others] = resource.states;
  const reason = explain(resource, state, now);
  // A stuck backup is always running.
  const besides = others.filter((other) => other !== 'running' || !resource.states.includes('stuck'));
  const more = besides.map((other) => {
    const words = explain(resource, other, now);
    return html` <span class="why">${STATE_NAMES[other].toLowerCase()}${words === undefined ? '' : ` ${words}`}</span>`;
  });
  const stopped = scheduleStopped(resource, now);
  return html`${reason === undefined ? undefined : html` <span class="why">${reason}</span>`}${more}${stopped === undefined ? undefined : html` <span class="why">${stopped}</span>`}${
    resource.lastState === 'unknown'
      ? html` <span class="why">newest backup in an unknown state</span>`
      : undefined
  }`;
}

function renderAge(resource: ResourceStatus, now: UnixSeconds): Html {
  const { objective, lastSuccess, created } = resource;
  const age =
    lastSuccess !== undefined
      ? html`<b>${time(lastSuccess, humanizeAgo(lastSuccess, now))}</b>`
      : html`<b>never</b>${created === undefined ? undefined : html`, created ${time(created, humanizeAgo(created, now))}`}`;
  if (objective === undefined) return html`${age}, no objective`;
  const share = shareOfObjective(resource, now);
  return html`${age}, <span class="whole">objective ${humanizeObjective(objective)}</span>${share === undefined ? undefined : renderShare(share)}`;
}

function renderShare(share: number): Html {
  return html` <span class="gauge">${renderBar(share)}<span class="share">${percent(share)}</span></span>`;
}

function percent(share: number): string {
  if (share > 9.99) return 'over 999 %';
  return `${formatCount(share > 1 ? Math.ceil(share * 100) : Math.floor(share * 100))} %`;
}

// The bar ends at 1.5 objectives, so that exceeding it is visible.
const BAR_END = 1.5;

function renderBar(share: number): Html {
  const width = (Math.min(share, BAR_END) / BAR_END) * 100;
  const limit = 100 / BAR_END;
  return html`<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="6" /><rect class="used${
    share > 1 ? ' over' : ''
  }" width="${width.toFixed(1)}" height="6" /><rect class="limit" x="${limit.toFixed(1)}" width="1" height="6" /></svg>`;
}

function renderPager(view: View, { page, pages }: Selection): Html {
  const link = (to: number, words: string): Html =>
    to < 1 || to > pages || to === page
      ? html`<span class="off" aria-hidden="true">${words}</span>`
      : html`<a data-key="${words} page" href="${viewLink({ ...view, page: to })}">${words}<span class="unseen"> page</span></a>`;
  return html`<nav class="pager" aria-label="Pages">${link(1, 'First')} ${link(page - 1, 'Previous')} <span>Page ${formatCount(page)} of ${formatCount(pages)}</span> ${link(page + 1, 'Next')} ${link(pages, 'Last')}</nav>`;
}
