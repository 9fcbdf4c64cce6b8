import type { UnixSeconds } from '../domain/quantities.ts';
import { RESOURCE_STATES, type ResourceState } from '../state/resource-state.ts';
import { type Html, html } from './html.ts';
import { humanizeTime, isoTime } from './humanize.ts';

// Each has its own shape, so that nothing depends on color alone.
const SHAPES: Readonly<Record<ResourceState, Html>> = {
  never_backed_up: html`<circle cx="8" cy="8" r="6" /><path d="m4 12 8-8" />`,
  stale: html`<circle cx="8" cy="8" r="6" /><path d="M8 4.5V8l2.5 2" />`,
  failed: html`<path d="m4 4 8 8m0-8-8 8" />`,
  stuck: html`<path d="M4 2.5h8M4 13.5h8M5 2.5c0 5.5 6 5.5 6 11M11 2.5c0 5.5-6 5.5-6 11" />`,
  shrunk: html`<path d="M8 3v10m-4-4 4 4 4-4" />`,
  slow: html`<path d="M2.5 12a5.5 5.5 0 1 1 11 0M8 12l3-4" />`,
  running: html`<path d="M5 3.5v9l7-4.5z" />`,
  new: html`<path d="M8 3v10M3 8h10" />`,
  fine: html`<path d="m3 8.5 3.5 3.5L13 4.5" />`,
  not_expected: html`<path d="M4 8h8" />`,
};

/** The symbols for {@link icon}; occurs once on the page. */
export const iconSheet: Html = html`<svg class="sheet" aria-hidden="true">${RESOURCE_STATES.map(
  (state) => html`<symbol id="icon-${state}" viewBox="0 0 16 16">${SHAPES[state]}</symbol>`,
)}</svg>`;

/** The symbol of a state, hidden from screen readers. */
export function icon(state: ResourceState): Html {
  return html`<svg class="icon" aria-hidden="true"><use href="#icon-${state}" /></svg>`;
}

/** A time in the given words, with the full time for machines and on hover. */
export function time(at: UnixSeconds, words: string): Html {
  const iso = isoTime(at);
  if (iso === undefined) return html`<span>${words}</span>`;
  return html`<time datetime="${iso}" title="${humanizeTime(at)}">${words}</time>`;
}

/** A dash, and its meaning for screen readers. */
export function absent(meaning: string): Html {
  return html`<span class="absent" aria-hidden="true">–</span><span class="unseen">${meaning}</span>`;
}

/** A strip of small marks, each with a text for the pointer and for screen readers. */
export function strip(
  label: string,
  marks: readonly { readonly kind: string; readonly words: string }[],
): Html {
  return html`<ol class="strip" aria-label="${label}">${marks.map(
    ({ kind, words }) =>
      html`<li class="mark ${kind}" title="${words}"><span class="unseen">${words}</span></li>`,
  )}</ol>`;
}
