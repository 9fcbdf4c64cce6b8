import { assetVersion } from './assets.ts';
import { headlineOf } from './headline.ts';
import { type Html, html } from './html.ts';
import { iconSheet } from './pieces.ts';
import { renderPolls } from './polls.ts';
import type { StatusReport } from './report.ts';
import { type CommandOptions, DEFAULT_COMMAND } from './shell.ts';
import { STATES } from './states.ts';
import { renderSummary } from './summary.ts';
import { renderResults } from './table.ts';
import { FIRST_VIEW, readView, SORT_KEYS, SORTS, STATE_FILTERS, type View, viewLink } from './view.ts';

/** What the page needs to know about its server. */
export interface PageOptions extends CommandOptions {
  readonly telemetryPath: string;
  /** The URL of Grafana; undefined: no links to dashboards. */
  readonly dashboardUrl: string | undefined;
  readonly refreshSeconds: number;
}

export const PAGE_DEFAULTS: PageOptions = {
  ...DEFAULT_COMMAND,
  telemetryPath: '/metrics',
  dashboardUrl: undefined,
  refreshSeconds: 30,
};

/**
 * The status page as HTML for a query string. All links are relative, so that it works behind a path prefix ending in a
 * slash.
 */
export function renderStatusPage(
  report: StatusReport,
  query: URLSearchParams,
  options = PAGE_DEFAULTS,
): string {
  const view = readView(query);
  const headline = headlineOf(report);
  const icon = headline.tone === 'bad' || headline.tone === 'doubtful' ? 'trouble' : 'fine';
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${headline.sentence} – Huawei Cloud backups</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="./assets/style.css?${assetVersion}">
<link rel="icon" type="image/svg+xml" href="./assets/${icon}.svg?${assetVersion}">
<script type="module" src="./assets/script.js?${assetVersion}"></script>
</head>
<body>
<a class="skip" href="#results">Skip to the resources</a>
${iconSheet}
<header class="top"><span>Backups on Huawei Cloud</span></header>
<main>
${renderSummary(report, headline, view)}
<div class="controls">
${renderFilter(view)}
${renderRefresh(options)}
</div>
${renderResults(report, view, options)}
${renderPolls(report)}
</main>
<footer><span>huaweicloud-backup-exporter ${report.version}</span>
<a href=".${options.telemetryPath}">Metrics</a> <a href="./api/v1/status">This page as JSON</a> <a href="./config">Configuration</a>
${options.dashboardUrl && html`<a href="${options.dashboardUrl}">Dashboards</a> `}<a href="./-/healthy">Healthy</a> <a href="./-/ready">Ready</a></footer>
</body>
</html>
`;
  return page.markup;
}

function renderFilter(view: View): Html {
  const { text, state, sort, direction } = view;
  const option = (value: string, name: string, chosen: boolean): Html =>
    html`<option value="${value}"${chosen && html` selected`}>${name}</option>`;
  const states = STATE_FILTERS.map((filter) =>
    option(filter, filter === 'attention' ? 'Needs attention' : STATES[filter].name, filter === state),
  );
  const sorts = SORT_KEYS.map((key) => option(key, SORTS[key].name, key === sort));
  const isActive = text !== '' || state !== undefined;
  const allLink = viewLink({ ...FIRST_VIEW, sort, direction });
  return html`<details class="fold"${isActive && html` open`}><summary>Filter and sort</summary>
<form class="filter" role="search" aria-label="Filter the resources">
<label>Name, id, service, project or region <input type="search" name="q" value="${text}" autocomplete="off" spellcheck="false"></label>
<label>State <select name="state">${option('', 'Any', state === undefined)}${states}</select></label>
<label>Sort by <select name="sort">${sorts}</select></label>
${direction !== SORTS[sort].first && html`<input type="hidden" name="dir" value="${direction}">`}<button type="submit">Apply</button>
${isActive && html`<a href="${allLink}">Clear the filter</a>`}
</form></details>`;
}

function renderRefresh({ refreshSeconds }: PageOptions): Html {
  return html`<div class="refresh" id="refresh" data-seconds="${refreshSeconds}"><span class="without-script">Reload the page to see changes.</span><span class="with-script">Refreshes every ${refreshSeconds} s <button type="button" id="pause" aria-pressed="false">Pause</button></span>
<div id="refresh-status" role="status"></div></div>`;
}
