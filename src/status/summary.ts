import { type Html, html } from './html.ts';
import { absent, icon, STANDING_MEANINGS, STANDING_NAMES, time } from './pieces.ts';
import { type PollStatus, RESOURCE_STANDINGS, type ResourceStanding, type StatusReport } from './report.ts';
import { needsAttention, type StandingCounts } from './standing.ts';
import { isBeforeFirstPoll, resourcesWord, type Trouble, type Verdict } from './verdict.ts';
import { FIRST_VIEW, type View, viewLink } from './view.ts';
import { agoWords, countWords, momentWords } from './words.ts';

/** The head of the page: the verdict, how many resources stand how, how old the data is, and which polls fail. */
export function renderSummary(report: StatusReport, verdict: Verdict, view: View): Html {
  return html`<section id="summary" data-live aria-labelledby="verdict">
<h1 id="verdict" class="verdict ${verdict.tone}">${verdict.sentence}</h1>
${report.resources.length === 0 ? undefined : renderCounts(verdict.counts, view)}
<p class="data-age">${renderAge(report)} As of <strong id="as-of">${time(report.now, momentWords(report.now))}</strong>.</p>
${verdict.troubles.length === 0 ? undefined : renderTroubles(verdict.troubles)}
${report.polls.length === 0 ? undefined : renderPolls(report)}
</section>`;
}

function renderCounts(counts: StandingCounts, view: View): Html {
  return html`<ul class="counts" aria-label="Resources by state">
${RESOURCE_STANDINGS.map((standing) => renderCount(standing, counts[standing], view))}
</ul>`;
}

// A link to all of a state, so that it leads to as many rows as it says.
function renderCount(standing: ResourceStanding, count: number, view: View): Html {
  const shown = view.state === standing;
  const link = viewLink({ ...FIRST_VIEW, sort: view.sort, direction: view.direction, state: standing });
  const classes = `count ${standing}${count === 0 ? ' none' : ''}`;
  return html`<li><a class="${classes}" data-key="count ${standing}" href="${link}" title="${STANDING_MEANINGS[standing]}"${
    shown ? html` aria-current="true"` : undefined
  }>${icon(standing)}<b>${countWords(count)}</b> <span>${STANDING_NAMES[standing]}</span></a></li>
`;
}

function renderAge(report: StatusReport): Html {
  const oldest = report.polls
    .filter(({ lastComplete }) => lastComplete !== undefined)
    .reduce<PollStatus | undefined>(
      (one, other) =>
        (other.lastComplete ?? 0) < (one?.lastComplete ?? Number.POSITIVE_INFINITY) ? other : one,
      undefined,
    );
  if (oldest?.lastComplete === undefined) return html``;
  const data = time(oldest.lastComplete, agoWords(oldest.lastComplete, report.now));
  return report.polls.length === 1
    ? html`Data of ${data}.`
    : html`Oldest data: ${data}, ${pollName(oldest)}.`;
}

const TROUBLES_SHOWN = 10;

function renderTroubles(troubles: readonly Trouble[]): Html {
  const more = troubles.length - TROUBLES_SHOWN;
  return html`<div class="troubles"><h2>Troubles with the data</h2>
<ul>
${troubles
  .slice(0, TROUBLES_SHOWN)
  .map(({ poll, sentence }) => html`<li><b>${pollName(poll)}</b>: <bdi>${sentence}</bdi></li>\n`)}${
  more > 0 ? html`<li>${countWords(more)} more: see all polls below.</li>` : undefined
}</ul></div>`;
}

function renderPolls(report: StatusReport): Html {
  const failing = report.polls.filter(({ outcome }) => outcome !== undefined && outcome !== 'success').length;
  const number = `${countWords(report.polls.length)} ${report.polls.length === 1 ? 'poll' : 'polls'}`;
  const state = isBeforeFirstPoll(report)
    ? 'none has ended yet'
    : failing === 0
      ? 'none fails'
      : `${countWords(failing)} ${failing === 1 ? 'fails' : 'fail'}`;
  return html`<details class="polls" data-key="polls"><summary>${number}, ${state}</summary>
<table role="table">
<caption class="unseen">Polls: one for each service of each project</caption>
<thead role="rowgroup"><tr role="row">${[
    'Project',
    'Service',
    'Last outcome',
    'Last poll',
    'Last complete',
    'Resources',
    'Inventory',
  ].map((title) => html`<th role="columnheader" scope="col">${title}</th>`)}</tr></thead>
<tbody role="rowgroup">
${report.polls.map((poll) => renderPoll(poll, report))}</tbody>
</table></details>`;
}

function renderPoll(poll: PollStatus, { now }: StatusReport): Html {
  const ago = (moment: PollStatus['lastPoll']): Html =>
    moment === undefined ? absent('never') : time(moment, agoWords(moment, now));
  return html`<tr role="row"><th role="rowheader" scope="row"><bdi>${poll.project}</bdi> <span class="minor">${poll.region}</span></th>
<td role="cell" data-label="Service">${poll.service}</td>
<td role="cell" data-label="Last outcome">${poll.outcome ?? absent('not polled yet')}</td>
<td role="cell" data-label="Last poll">${ago(poll.lastPoll)}</td>
<td role="cell" data-label="Last complete">${ago(poll.lastComplete)}</td>
<td role="cell" data-label="Resources">${poll.resources === undefined ? absent('unknown') : countWords(poll.resources)}</td>
<td role="cell" data-label="Inventory">${inventoryWords(poll)}</td></tr>
`;
}

function inventoryWords({ inventory, service }: PollStatus): Html {
  if (inventory === undefined) return absent('not read');
  return html`${inventory.complete ? 'read' : `${resourcesWord(service)} cannot be read`}`;
}

function pollName({ project, region, service }: PollStatus): Html {
  return html`${service} in <bdi>${project}</bdi>${project === region ? undefined : html` (${region})`}`;
}

/** The title of the page: the verdict, so that a tab in the background tells it too. */
export function pageTitle({ sentence }: Verdict): string {
  return `${sentence} – Huawei Cloud backups`;
}

/** The name of the icon of the page: it tells whether something is wrong. */
export function pageIcon({ tone, counts }: Verdict): 'trouble' | 'fine' {
  const attention = RESOURCE_STANDINGS.some((standing) => needsAttention(standing) && counts[standing] > 0);
  return attention || tone === 'bad' || tone === 'doubtful' ? 'trouble' : 'fine';
}
