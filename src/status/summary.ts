import { RESOURCE_STATES, type ResourceState } from '../state/resource-state.ts';
import type { Headline, StateCounts } from './headline.ts';
import { type Html, html } from './html.ts';
import { formatCount, humanizeTime } from './humanize.ts';
import { icon, runbookLink, time, timeAgo } from './pieces.ts';
import type { AffectedScope, Problem } from './problems.ts';
import type { StatusReport } from './report.ts';
import { STATES } from './states.ts';
import { FIRST_VIEW, type View, viewLink } from './view.ts';

/** The top of the page: headline, resources by state, age of the data, and problems. */
export function renderSummary(report: StatusReport, headline: Headline, view: View): Html {
  const { tone, sentence, counts, problems } = headline;
  return html`<section id="summary" data-live aria-labelledby="headline">
<h1 id="headline" class="headline ${tone}">${sentence}</h1>
${report.resources.length > 0 && renderCounts(counts, view)}
<p>${renderAge(report)} As of <strong id="as-of">${time(report.now, humanizeTime(report.now))}</strong>.</p>
${problems.length > 0 && renderProblems(problems)}
</section>`;
}

function renderCounts(counts: StateCounts, view: View): Html {
  return html`<ul class="counts" aria-label="Resources by worst state">
${RESOURCE_STATES.map((state) => renderCount(state, counts[state], view))}
</ul>`;
}

// Links to all resources in a state, so that the number matches.
function renderCount(state: ResourceState, count: number, { state: shown, sort, direction }: View): Html {
  const { name, meaning } = STATES[state];
  const link = viewLink({ ...FIRST_VIEW, sort, direction, state });
  return html`<li><a class="count ${state}${count === 0 && ' none'}" data-key="count ${state}" href="${link}" title="${meaning}"${
    shown === state && html` aria-current="true"`
  }>${icon(state)}<b>${formatCount(count)}</b> <span>${name}</span></a></li>
`;
}

function renderAge({ polls, now }: StatusReport): Html | undefined {
  const [oldest] = polls
    .flatMap(({ lastComplete, ...poll }) => (lastComplete === undefined ? [] : [{ ...poll, lastComplete }]))
    .sort((one, other) => one.lastComplete - other.lastComplete);
  if (oldest === undefined) return undefined;
  const where = polls.length > 1 && html`, ${oldest.service} in <bdi>${projectWords(oldest)}</bdi>`;
  return html`${where ? 'Oldest data' : 'Data'} from ${timeAgo(oldest.lastComplete, now)}${where}.`;
}

const PROBLEMS_SHOWN = 10;

function renderProblems(problems: readonly Problem[]): Html {
  const number = problems.length === 1 ? 'A problem' : `${formatCount(problems.length)} problems`;
  const more = problems.length - PROBLEMS_SHOWN;
  return html`<details class="problems fold" data-key="problems"><summary><h2>${number} with the data</h2><span class="first"> <bdi>${problems[0]?.sentence}</bdi></span></summary>
<ul>
${problems.slice(0, PROBLEMS_SHOWN).map(renderProblem)}${more > 0 && html`<li>${formatCount(more)} more: see the polls below.</li>`}</ul></details>`;
}

function renderProblem({ sentence, alert, scopes }: Problem): Html {
  const where = scopes.length > 0 && html`<span class="minor">${describeScopes(scopes)}</span> `;
  return html`<li><bdi>${sentence}</bdi> ${where}${runbookLink(alert)}</li>
`;
}

const PLACES_SHOWN = 6;

/** `a, b in prod (data from 3 h ago); a in staging`, with services for a and b. */
function describeScopes(scopes: readonly AffectedScope[]): string {
  const places = Map.groupBy(
    scopes,
    (scope) => `${projectWords(scope)}${scope.note === undefined ? '' : ` (${scope.note})`}`,
  );
  const shown = Array.from(places, ([place, affected]) => {
    const services = affected.flatMap(({ service }) => service ?? []);
    return services.length === 0 ? place : `${services.join(', ')} in ${place}`;
  });
  const hidden = shown.length - PLACES_SHOWN;
  const more = hidden > 0 ? [`and ${formatCount(hidden)} more`] : [];
  return [...shown.slice(0, PLACES_SHOWN), ...more].join('; ');
}

function projectWords({ project, region }: Pick<AffectedScope, 'project' | 'region'>): string {
  return project === region ? project : `${project} (${region})`;
}
