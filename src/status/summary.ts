import { needsAttention, RESOURCE_STATES, type ResourceState } from '../state/resource-state.ts';
import { STATE_MEANINGS, STATE_NAMES } from './explain.ts';
import type { Headline, StateCounts } from './headline.ts';
import { type Html, html } from './html.ts';
import { formatCount, humanizeAgo, humanizeTime } from './humanize.ts';
import { runbookLink } from './links.ts';
import { icon, time } from './pieces.ts';
import type { Problem, ProblemPlace } from './problems.ts';
import type { PollStatus, StatusReport } from './report.ts';
import { FIRST_VIEW, type View, viewLink } from './view.ts';

/** The top of the page: headline, resources by state, age of the data, and problems. */
export function renderSummary(report: StatusReport, headline: Headline, view: View): Html {
  return html`<section id="summary" data-live aria-labelledby="headline">
<h1 id="headline" class="headline ${headline.tone}">${headline.sentence}</h1>
${report.resources.length === 0 ? undefined : renderCounts(headline.counts, view)}
<p class="data-age">${renderAge(report)} As of <strong id="as-of">${time(report.now, humanizeTime(report.now))}</strong>.</p>
${headline.problems.length === 0 ? undefined : renderProblems(headline.problems)}
</section>`;
}

function renderCounts(counts: StateCounts, view: View): Html {
  return html`<ul class="counts" aria-label="Resources by state">
${RESOURCE_STATES.map((state) => renderCount(state, counts[state], view))}
</ul>`;
}

// Links to all resources in a state, so that the number matches.
function renderCount(state: ResourceState, count: number, view: View): Html {
  const shown = view.state === state;
  const link = viewLink({ ...FIRST_VIEW, sort: view.sort, direction: view.direction, state });
  const classes = `count ${state}${count === 0 ? ' none' : ''}`;
  return html`<li><a class="${classes}" data-key="count ${state}" href="${link}" title="${STATE_MEANINGS[state]}"${
    shown ? html` aria-current="true"` : undefined
  }>${icon(state)}<b>${formatCount(count)}</b> <span>${STATE_NAMES[state]}</span></a></li>
`;
}

function renderAge({ polls, now }: StatusReport): Html {
  const read = polls.filter(({ lastComplete }) => lastComplete !== undefined);
  const [oldest] = read.toSorted((one, other) => (one.lastComplete ?? 0) - (other.lastComplete ?? 0));
  if (oldest?.lastComplete === undefined) return html``;
  const data = time(oldest.lastComplete, humanizeAgo(oldest.lastComplete, now));
  return polls.length === 1 ? html`Data from ${data}.` : html`Oldest data from ${data}, ${pollName(oldest)}.`;
}

const PROBLEMS_SHOWN = 10;

function renderProblems(problems: readonly Problem[]): Html {
  const number = problems.length === 1 ? 'A problem' : `${formatCount(problems.length)} problems`;
  const more = problems.length - PROBLEMS_SHOWN;
  return html`<details class="problems fold" data-key="problems"><summary><h2>${number} with the data</h2><span class="first"> <bdi>${problems[0]?.sentence}</bdi></span></summary>
<ul>
${problems.slice(0, PROBLEMS_SHOWN).map(renderProblem)}${
  more > 0 ? html`<li>${formatCount(more)} more: see the polls below.</li>` : undefined
}</ul></details>`;
}

function renderProblem({ sentence, alert, scopes }: Problem): Html {
  return html`<li><bdi>${sentence}</bdi> ${scopes.length === 0 ? undefined : html`<span class="minor">${describeScopes(scopes)}</span> `}${runbookLink(alert)}</li>
`;
}

const PLACES_SHOWN = 6;

/** `a, b in prod (data from 3 h ago); a in staging`, with services for a and b. */
function describeScopes(scopes: readonly ProblemPlace[]): string {
  const byProject = Map.groupBy(scopes, ({ project, region, note = '' }) =>
    JSON.stringify([project, region, note]),
  );
  const shown = Array.from(byProject.values(), ([first, ...more]) => {
    const services = [first, ...more].flatMap((place) => place?.service ?? []);
    const project = first === undefined ? '' : scopeWords(first);
    const where = services.length === 0 ? project : `${services.join(', ')} in ${project}`;
    return first?.note === undefined ? where : `${where} (${first.note})`;
  });
  const hidden = shown.length - PLACES_SHOWN;
  return [...shown.slice(0, PLACES_SHOWN), ...(hidden > 0 ? [`and ${formatCount(hidden)} more`] : [])].join(
    '; ',
  );
}

const scopeWords = ({ project, region }: Pick<PollStatus, 'project' | 'region'>): string =>
  project === region ? project : `${project} (${region})`;

const pollName = (poll: PollStatus): Html => html`${poll.service} in <bdi>${scopeWords(poll)}</bdi>`;

/** The title of the page: the headline, visible even in a background tab. */
export function pageTitle({ sentence }: Headline): string {
  return `${sentence} – Huawei Cloud backups`;
}

/** The name of the page's icon. */
export function pageIcon({ tone, counts }: Headline): 'trouble' | 'fine' {
  const attention = RESOURCE_STATES.some((state) => needsAttention(state) && counts[state] > 0);
  return attention || tone === 'bad' || tone === 'doubtful' ? 'trouble' : 'fine';
}
