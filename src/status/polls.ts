import type { UnixSeconds } from '../domain/quantities.ts';
import { type Html, html } from './html.ts';
import { formatCount, humanizeAgo, humanizeDuration, humanizeTime } from './humanize.ts';
import { absent, strip, time } from './pieces.ts';
import type { PollRecord, PollStatus, StatusReport } from './report.ts';

/** The last polls of each service, collapsed. */
export function renderPolls(report: StatusReport): Html {
  const failing = report.polls.filter(
    ({ recent }) => recent[0] !== undefined && recent[0].outcome !== 'success',
  );
  const unpolled = report.polls.filter(({ recent }) => recent.length === 0).length;
  const facts = [
    `${formatCount(report.polls.length)} ${report.polls.length === 1 ? 'service' : 'services'} polled`,
    ...(failing.length > 0 ? [`${formatCount(failing.length)} failing`] : []),
    ...(unpolled > 0 ? [`${formatCount(unpolled)} not polled yet`] : []),
  ];
  return html`<section id="polls" data-live aria-label="Polls"><details class="polls" data-key="polls"><summary>${facts.join(', ')}</summary>
<table role="table">
<caption class="unseen">The last polls of each service of each project</caption>
<thead role="rowgroup"><tr role="row">${HEADINGS.map(
    (title) => html`<th role="columnheader" scope="col">${title}</th>`,
  )}</tr></thead>
<tbody role="rowgroup">
${report.polls.map((poll) => renderPoll(poll, report.now))}</tbody>
</table></details></section>`;
}

const HEADINGS = [
  'Project',
  'Service',
  'Last polls',
  'Outcome',
  'Ended',
  'Duration',
  'Requests',
  'Last complete',
  'Resources',
  'Inventory',
];

function renderPoll(poll: PollStatus, now: UnixSeconds): Html {
  const [last] = poll.recent;
  const ago = (at: UnixSeconds | undefined): Html =>
    at === undefined ? absent('never') : time(at, humanizeAgo(at, now));
  const marks = poll.recent.toReversed().map((record) => ({
    kind: record.outcome === 'success' ? 'succeeded' : 'failed',
    words: recordWords(record, now),
  }));
  return html`<tr role="row"><th role="rowheader" scope="row"><bdi>${poll.project}</bdi> <span class="minor">${poll.region}</span></th>
<td role="cell" data-label="Service">${poll.service}</td>
<td role="cell" data-label="Last polls">${strip('Last polls, oldest first', marks)}</td>
<td role="cell" data-label="Outcome">${last?.outcome ?? absent('not polled yet')}${
    last?.reason === undefined ? undefined : html` <bdi class="minor">${last.reason}</bdi>`
  }</td>
<td role="cell" data-label="Ended">${ago(last?.ended)}</td>
<td role="cell" data-label="Duration">${last === undefined ? absent('unknown') : humanizeDuration(last.duration)}</td>
<td role="cell" data-label="Requests">${last === undefined ? absent('unknown') : formatCount(last.requests)}</td>
<td role="cell" data-label="Last complete">${ago(poll.lastComplete)}</td>
<td role="cell" data-label="Resources">${poll.resources === undefined ? absent('unknown') : formatCount(poll.resources)}</td>
<td role="cell" data-label="Inventory">${inventoryWords(poll)}</td></tr>
`;
}

function recordWords({ ended, outcome, duration, requests, reason }: PollRecord, now: UnixSeconds): string {
  const cause = reason === undefined ? '' : `: ${reason}`;
  const cost = `${formatCount(requests)} ${requests === 1 ? 'request' : 'requests'} in ${humanizeDuration(duration)}`;
  return `${outcome}, ${humanizeAgo(ended, now)}, ${humanizeTime(ended)}, ${cost}${cause}`;
}

function inventoryWords({ inventory }: PollStatus): Html {
  if (inventory === undefined) return absent('not read');
  return html`${inventory.complete ? 'read' : 'could not be read'}`;
}
