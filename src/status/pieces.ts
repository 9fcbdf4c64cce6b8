import type { UnixSeconds } from '../domain/quantities.ts';
import { type Html, html } from './html.ts';
import { RESOURCE_STANDINGS, type ResourceStanding } from './report.ts';
import { momentIso, momentWords } from './words.ts';

/** What the page calls a standing. */
export const STANDING_NAMES: Readonly<Record<ResourceStanding, string>> = {
  never: 'Never backed up',
  stale: 'Stale',
  failed: 'Failed',
  running: 'Fine, running',
  fine: 'Fine',
  not_expected: 'Not expected',
};

/** What a standing means, for those who see it for the first time. */
export const STANDING_MEANINGS: Readonly<Record<ResourceStanding, string>> = {
  never: 'expected to be backed up, and no good backup exists',
  stale: 'the newest good backup is older than the objective',
  failed: 'within the objective, but the newest backups failed',
  running: 'within the objective, and a backup runs now',
  fine: 'within the objective',
  not_expected: 'deleted, or without an objective',
};

// Each has a shape of its own, so that nothing is told by colour alone.
const SHAPES: Readonly<Record<ResourceStanding, Html>> = {
  never: html`<circle cx="8" cy="8" r="6" /><path d="m4 12 8-8" />`,
  stale: html`<circle cx="8" cy="8" r="6" /><path d="M8 4.5V8l2.5 2" />`,
  failed: html`<path d="m4 4 8 8m0-8-8 8" />`,
  running: html`<path d="M5 3.5v9l7-4.5z" />`,
  fine: html`<path d="m3 8.5 3.5 3.5L13 4.5" />`,
  not_expected: html`<path d="M4 8h8" />`,
};

/** The pictures that {@link icon} refers to; stands once on the page. */
export const iconSheet: Html = html`<svg class="sheet" aria-hidden="true">${RESOURCE_STANDINGS.map(
  (standing) => html`<symbol id="icon-${standing}" viewBox="0 0 16 16">${SHAPES[standing]}</symbol>`,
)}</svg>`;

/** The picture of a standing, for eyes only. */
export function icon(standing: ResourceStanding): Html {
  return html`<svg class="icon" aria-hidden="true"><use href="#icon-${standing}" /></svg>`;
}

/** A moment in the given words, with the full time for machines and on hover. */
export function time(moment: UnixSeconds, words: string): Html {
  const iso = momentIso(moment);
  if (iso === undefined) return html`<span>${words}</span>`;
  return html`<time datetime="${iso}" title="${momentWords(moment)}">${words}</time>`;
}

/** A dash for the eye, and what it means for the ear. */
export function absent(meaning: string): Html {
  return html`<span class="absent" aria-hidden="true">–</span><span class="unseen">${meaning}</span>`;
}
