/** The style of the status page. Sizes are relative to the reader's own font size. */
export const statusStyle = `:root {
  color-scheme: light dark;
  --ground: #f6f7f9;
  --surface: #fff;
  --text: #1b2027;
  --minor: #59636f;
  --line: #dfe3e8;
  --link: #0b57d0;
  --focus: #0b57d0;
  --track: #dfe3e8;
  --bad: #b3261e;
  --bad-ground: #fdeceb;
  --doubtful: #8a4a00;
  --doubtful-ground: #fdf2dd;
  --good: #17693a;
  --good-ground: #e9f6ee;
  --running: #1557b0;
  --running-ground: #e8f0fd;
  --idle: #515b66;
  --idle-ground: #eceff2;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #111418;
    --surface: #191d22;
    --text: #e4e7eb;
    --minor: #9ba5b0;
    --line: #2d333b;
    --link: #8ab4f8;
    --focus: #8ab4f8;
    --track: #343b44;
    --bad: #ff9d94;
    --bad-ground: #3b1917;
    --doubtful: #f2bd66;
    --doubtful-ground: #35260c;
    --good: #7ed4a0;
    --good-ground: #12301f;
    --running: #9fc1ff;
    --running-ground: #172a49;
    --idle: #aab3bd;
    --idle-ground: #272d34;
  }
}
*, ::before, ::after { box-sizing: border-box; }
html {
  background: var(--ground);
  color: var(--text);
  font: 0.875rem/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  -webkit-text-size-adjust: 100%;
  scroll-padding-top: 4.5rem;
}
body { margin: 0 auto; max-width: 110rem; padding: 0 1.25rem 2rem; }
h1, h2, p, ul, dl, dd { margin: 0; padding: 0; }
ul { list-style: none; }
a { color: var(--link); }
time, .count b, td { font-variant-numeric: tabular-nums; }
code, .id, kbd { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace; font-size: 0.92em; }
time, .whole { white-space: nowrap; }
.running time { white-space: normal; }
.minor, .absent { color: var(--minor); }
.unseen, .sheet { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.icon { width: 1em; height: 1em; flex: none; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 2px; }
#results:focus { outline: none; }
.skip { position: absolute; left: 1rem; top: -4rem; z-index: 3; background: var(--surface); padding: 0.5rem 0.75rem; }
.skip:focus { top: 0.5rem; }
.with-script { display: none; }
.scripted .with-script { display: inline-block; }
.scripted .without-script { display: none; }
button, input, select {
  font: inherit; color: inherit; background: var(--surface); border: 1px solid var(--minor); border-radius: 4px; padding: 0.3rem 0.6rem; height: 2.2rem;
}
button { cursor: pointer; }

.top { display: flex; flex-wrap: wrap; gap: 0 1rem; justify-content: space-between; padding: 0.75rem 0; color: var(--minor); }
.verdict { font-size: 1.6rem; line-height: 1.25; font-weight: 650; letter-spacing: -0.01em; overflow-wrap: anywhere; border-left: 0.35rem solid; padding-left: 0.75rem; }
.verdict.bad { border-color: var(--bad); }
.verdict.doubtful { border-color: var(--doubtful); }
.verdict.good { border-color: var(--good); }
.verdict.unknown { border-color: var(--minor); }
.counts { display: grid; grid-template-columns: repeat(6, minmax(0, 1fr)); gap: 0.5rem; margin-top: 1rem; }
.count { display: flex; flex-wrap: wrap; align-items: center; gap: 0 0.45rem; height: 100%; padding: 0.5rem 0.7rem; border: 1px solid var(--line); border-radius: 6px; background: var(--surface); color: var(--tone); text-decoration: none; }
.count b { font-size: 1.35rem; line-height: 1.2; }
.count span { flex-basis: 100%; color: var(--text); }
.count:hover { border-color: var(--tone); }
.count[aria-current] { border-color: var(--tone); box-shadow: inset 0 0 0 1px var(--tone); }
.count.none { color: var(--minor); }
.count.none span { color: var(--minor); }
.never, .stale { --tone: var(--bad); --tone-ground: var(--bad-ground); }
.failed { --tone: var(--doubtful); --tone-ground: var(--doubtful-ground); }
.running { --tone: var(--running); --tone-ground: var(--running-ground); }
.fine { --tone: var(--good); --tone-ground: var(--good-ground); }
.not_expected { --tone: var(--idle); --tone-ground: var(--idle-ground); }
.data-age, .polls { margin-top: 0.75rem; }
.data-age strong { font-weight: 600; }
.troubles { margin-top: 0.75rem; padding: 0.6rem 0.8rem; border-radius: 6px; border: 1px solid var(--doubtful); background: var(--doubtful-ground); overflow-wrap: anywhere; }
.troubles h2 { font-size: 1em; color: var(--doubtful); }
.troubles li { margin-top: 0.2rem; }
summary { cursor: pointer; color: var(--link); width: fit-content; }

.controls { display: flex; flex-wrap: wrap; gap: 0.75rem 2rem; justify-content: space-between; align-items: end; margin: 1.25rem 0 0.75rem; }
.filter { display: flex; flex-wrap: wrap; gap: 0.5rem 0.75rem; align-items: end; }
.filter label { display: grid; gap: 0.15rem; color: var(--minor); }
.filter input { width: 20rem; max-width: 100%; color: var(--text); }
.filter select { color: var(--text); }
.filter .clear { line-height: 2.2rem; }
.refresh { color: var(--minor); text-align: right; }
.refresh button { margin-left: 0.5rem; }
.refresh button[aria-pressed=true] { background: var(--idle-ground); border-style: dashed; }
.refresh [role=status] { color: var(--text); max-width: 60ch; }
.refresh.failing [role=status] { color: var(--bad); font-weight: 600; }

.empty { padding: 2.5rem 1rem; text-align: center; background: var(--surface); border: 1px solid var(--line); border-radius: 6px; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; padding-bottom: 0.4rem; color: var(--minor); }
caption b { color: var(--text); }
th { text-align: left; font-weight: 600; }
tbody th { font-weight: 400; }
.polls table { width: auto; margin-top: 0.4rem; background: var(--surface); border: 1px solid var(--line); }
.polls th, .polls td { padding: 0.3rem 0.8rem; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }

/* Each row is a grid, so that its details can take the whole width and narrow screens can have cards.
   The roles in the markup keep it a table for screen readers. */
.resources, .resources :is(caption, thead, tbody) { display: block; }
.resources tr { display: grid; position: relative; }
.resources :is(td, th) { display: block; min-width: 0; overflow-wrap: anywhere; }
.resources thead a { color: var(--text); text-decoration: none; }
.resources thead a:hover { text-decoration: underline; }
.arrow { margin-left: 0.3em; font-size: 0.75em; }
.resources tbody tr { background: var(--surface); }
.resources .name { font-weight: 600; }
.resources .project .name { font-weight: 400; }
.badge { display: inline-flex; align-items: center; gap: 0.4em; padding: 0.05rem 0.5rem 0.05rem 0.4rem; border-radius: 4px; color: var(--tone); background: var(--tone-ground); font-weight: 600; overflow-wrap: normal; }
.gauge { display: flex; align-items: center; gap: 0.5em; }
.bar { flex: 1; min-width: 3em; height: 0.4rem; border-radius: 2px; }
.share { min-width: 3.4em; text-align: right; color: var(--minor); }
:is(.stale, .never) .share { color: var(--tone); font-weight: 600; }
.bar .track { fill: var(--track); }
.bar .used { fill: var(--minor); }
.bar .used.over { fill: var(--bad); }
.bar .limit { fill: var(--text); }
.some { font-weight: 600; color: var(--bad); }
.panel { padding: 0.75rem; border: 1px solid var(--line); border-radius: 6px; background: var(--ground); }
.panel dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(22rem, 100%), 1fr)); gap: 0.5rem 1.5rem; }
.panel dt { color: var(--minor); }
.panel dd { overflow-wrap: anywhere; }
.command { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 0.75rem; margin-top: 0.75rem; }
.command code { flex-basis: 100%; padding: 0.45rem 0.6rem; background: var(--surface); border: 1px solid var(--line); border-radius: 4px; overflow-wrap: anywhere; white-space: pre-wrap; user-select: all; -webkit-user-select: all; }
.copy { height: auto; padding: 0.05rem 0.5rem; }
.pager { display: flex; flex-wrap: wrap; gap: 0.5rem 1.25rem; justify-content: center; padding: 1rem 0; }
.pager .off { color: var(--minor); }
footer { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin-top: 1.5rem; padding-top: 0.75rem; border-top: 1px solid var(--line); color: var(--minor); }

@media (min-width: 78.01rem) {
  .resources tr { grid-template-columns: 10em minmax(0, 1fr) 5.9em 8.5em 13.6em 6em 7em 6em 6.6em 5.6em; }
  .resources :is(td, th) { padding: 0.4rem 0.5rem; }
  .resources thead { position: sticky; top: 0; z-index: 1; background: var(--surface); border: 1px solid var(--line); }
  .resources thead th { align-self: end; }
  .resources thead th:has(a) { padding: 0; }
  .resources thead a { display: block; padding: 0.4rem 0.5rem; }
  .resources thead a:focus-visible { outline-offset: -2px; }
  .resources tbody { border: 1px solid var(--line); border-top: 0; }
  .resources tbody tr + tr { border-top: 1px solid var(--line); }
  .resources :is(.size, .duration, .failures) { text-align: right; }
  .resources :is(td, th) > .minor { display: block; }
  .resources .id { font-size: 0.79em; line-height: 1.8; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
  .resources tbody .more { grid-column: 1 / -1; padding: 0; }
  .resources .more summary { position: absolute; top: 0.4rem; right: 0.5rem; }
  .panel { margin: 0 0.5rem 0.5rem; }
}
@media (min-width: 92rem) {
  .resources tr { grid-template-columns: 12.5em minmax(0, 1fr) 9em 9em 18em 6em 7em 6em 8em 6em; }
}
@media (max-width: 78rem) {
  .counts { grid-template-columns: repeat(3, minmax(0, 1fr)); }
  .resources thead tr { display: flex; flex-wrap: wrap; gap: 0.1rem 0.25rem; align-items: baseline; padding-bottom: 0.5rem; }
  .resources thead tr::before { content: "Sort by"; color: var(--minor); padding-right: 0.25rem; }
  .resources thead th { font-weight: 400; }
  .resources thead th[aria-sort] { font-weight: 600; }
  .resources thead a { display: block; padding: 0.3rem 0.4rem; color: var(--link); text-decoration: underline; }
  .resources thead .more { display: none; }
  .polls :is(table, tbody, tr, td, th) { display: block; width: auto; min-width: 0; padding: 0; border: 0; background: none; }
  .polls thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .resources tbody tr, .polls tbody tr { display: grid; grid-template-columns: repeat(6, minmax(0, 1fr)); gap: 0.35rem 1rem; margin-bottom: 0.6rem; padding: 0.6rem 0.75rem; background: var(--surface); border: 1px solid var(--line); border-radius: 6px; }
  .resources tbody tr { border-left: 0.25rem solid var(--tone); }
  td[data-label]::before { content: attr(data-label); content: attr(data-label) / ""; display: block; color: var(--minor); font-size: 0.9em; font-weight: 400; }
  .resources tbody .resource { order: -2; grid-column: span 4; }
  .resources tbody .state { order: -1; grid-column: span 2; }
  .resources tbody .age { grid-column: span 2; }
  .resources tbody .more, .polls tbody th { grid-column: 1 / -1; }
  .resources tbody .quiet { display: none; }
  .resources .minor { display: block; }
  .panel { margin-top: 0.5rem; }
}
@media (max-width: 40rem) {
  body { padding: 0 0.75rem 1.5rem; }
  .verdict { font-size: 1.35rem; }
  .count { padding: 0.3rem 0.45rem; }
  .count span { font-size: 0.9em; }
  .filter { display: grid; grid-template-columns: 1fr auto; width: 100%; }
  .filter label:first-child { grid-column: 1 / -1; }
  .filter :is(input, select) { width: 100%; }
  .refresh { text-align: left; }
  .resources tbody tr, .polls tbody tr { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .resources tbody :is(.resource, .state, .age) { grid-column: 1 / -1; }
  .resources .minor { display: inline; }
  .resources .id { display: block; }
}
@media (forced-colors: active) {
  .badge, .count { border: 1px solid; }
  .bar .track { fill: Canvas; stroke: CanvasText; }
  .bar .used, .bar .used.over { fill: Highlight; }
  .bar .limit { fill: CanvasText; }
}
@media print {
  .controls, .pager, footer, .skip, .resources .more { display: none; }
}
`;
