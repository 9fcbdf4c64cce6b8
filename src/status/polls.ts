import type { UnixSeconds } from '../domain/quantities.ts';
import { type Html, html } from './html.ts';
import { counted, formatCount, humanizeAgo, humanizeDuration, humanizeTime } from './humanize.ts';
import { orAbsent, strip, timeAgo } from './pieces.ts';
import type { PollRecord, PollStatus, StatusReport } from './report.ts';

/** The last polls of each service, collapsed. */
export function renderPolls({ polls, now }: StatusReport): Html {
  const failing = polls.filter(
    ({ recent: [last] }) => last !== undefined && last.outcome !== 'success',
  ).length;
  const unpolled = polls.filter(({ recent }) => recent.length === 0).length;
  const facts = [
    `${counted(polls.length, 'service')} polled`,
    ...(failing > 0 ? [`${formatCount(failing)} failing`] : []),
    ...(unpolled > 0 ? [`${formatCount(unpolled)} not polled yet`] : []),
  ];
  return html`<section id="polls" data-live aria-label="Polls"><details class="polls" data-key="polls"><summary>${facts.join(', ')}</summary>
<table role="table">
<caption class="unseen">The last polls of each service of each project</caption>
<thead role="rowgroup"><tr role="row">${['Project', ...COLUMNS.map(([title]) => title)].map(
    (title) => html`<th role="columnheader" scope="col">${title}</th>`,
  )}</tr></thead>
<tbody role="rowgroup">
${polls.map((poll) => renderPoll(poll, now))}</tbody>
</table></details></section>`;
}

type Cell = (poll: PollStatus, now: UnixSeconds) => Html | string;

/** The columns after the project. */
const COLUMNS: readonly (readonly [title: string, cell: Cell])[] = [
  ['Service', ({ service }) => service],
  ['Last polls', ({ recent }, now) => renderStrip(recent, now)],
  ['Outcome', ({ recent: [last] }) => orAbsent(last, renderOutcome, 'not polled yet')],
  ['Ended', ({ recent: [last] }, now) => renderAgo(last?.ended, now)],
  ['Duration', ({ recent: [last] }) => orAbsent(last?.duration, humanizeDuration)],
  ['Requests', ({ recent: [last] }) => orAbsent(last?.requests, formatCount)],
  ['Last complete', ({ lastComplete }, now) => renderAgo(lastComplete, now)],
  ['Resources', ({ resources }) => orAbsent(resources, formatCount)],
  ['Inventory', ({ inventory }) => orAbsent(inventory, renderInventory, 'not read')],
];

function renderPoll(poll: PollStatus, now: UnixSeconds): Html {
  return html`<tr role="row"><th role="rowheader" scope="row"><bdi>${poll.project}</bdi> <span class="minor">${poll.region}</span></th>
${COLUMNS.map(([title, cell]) => html`<td role="cell" data-label="${title}">${cell(poll, now)}</td>`)}</tr>
`;
}

const renderAgo = (time: UnixSeconds | undefined, now: UnixSeconds): Html | string =>
  orAbsent(time, (at) => timeAgo(at, now), 'never');

const renderOutcome = ({ outcome, reason }: PollRecord): Html =>
  html`${outcome}${reason !== undefined && html` <bdi class="minor">${reason}</bdi>`}`;

const renderInventory = ({ complete }: NonNullable<PollStatus['inventory']>): string =>
  complete ? 'read' : 'could not be read';

function renderStrip(recent: readonly PollRecord[], now: UnixSeconds): Html {
  const marks = recent.toReversed().map(({ ended, outcome, duration, requests, reason }) => {
    const cause = reason === undefined ? '' : `: ${reason}`;
    const cost = `${counted(requests, 'request')} in ${humanizeDuration(duration)}`;
    return {
      kind: outcome === 'success' ? 'succeeded' : 'failed',
      words: `${outcome}, ${humanizeAgo(ended, now)}, ${humanizeTime(ended)}, ${cost}${cause}`,
    };
  });
  return strip('Last polls, oldest first', marks);
}
