import type { UnixSeconds } from '../domain/quantities.ts';
import { ALERT_PREFIX } from '../rules/rule.ts';
import { runbookUrl } from '../rules/runbooks.ts';
import { RESOURCE_STATES, type ResourceState } from '../state/resource-state.ts';
import { type Html, html } from './html.ts';
import { humanizeAgo, humanizeTime, isoTime } from './humanize.ts';
import { STATES } from './states.ts';

/** The symbols for {@link icon}; occurs once on the page. */
export const iconSheet: Html = html`<svg class="sheet" aria-hidden="true">${RESOURCE_STATES.map(
  (state) =>
    html`<symbol id="icon-${state}" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${STATES[state].icon}</symbol>`,
)}</svg>`;

/** The symbol of a state, hidden from screen readers. */
export function icon(state: ResourceState): Html {
  return html`<svg width="1em" height="1em" aria-hidden="true"><use href="#icon-${state}" /></svg>`;
}

/** A time in the given words, with the full time for machines and on hover. */
export function time(at: UnixSeconds, words: string): Html {
  const iso = isoTime(at);
  if (iso === undefined) return html`<span>${words}</span>`;
  return html`<time datetime="${iso}" title="${humanizeTime(at)}">${words}</time>`;
}

/** How long ago a time was, with the full time on hover. */
export function timeAgo(at: UnixSeconds, now: UnixSeconds): Html {
  return time(at, humanizeAgo(at, now));
}

/** A value as it is shown; if it is unknown, a dash, and its meaning for screen readers. */
export function orAbsent<Value>(
  value: Value | undefined,
  show: (value: Value) => Html | string,
  meaning = 'unknown',
): Html | string {
  if (value !== undefined) return show(value);
  return html`<span class="absent" aria-hidden="true">–</span><span class="unseen">${meaning}</span>`;
}

/** A mark in a strip, with a text for the pointer and for screen readers. */
export interface Mark {
  readonly kind: string;
  readonly words: string;
}

/** A strip of small marks. */
export function strip(label: string, marks: readonly Mark[]): Html {
  return html`<ol class="strip" aria-label="${label}">${marks.map(
    ({ kind, words }) =>
      html`<li class="mark ${kind}" title="${words}"><span class="unseen">${words}</span></li>`,
  )}</ol>`;
}

/** A link to the runbook of an alert, named without the prefix. */
export function runbookLink(alert: string): Html {
  const name = `${ALERT_PREFIX}${alert}`;
  return html`<a href="${runbookUrl(name)}">Runbook<span class="unseen"> ${name}</span></a>`;
}
