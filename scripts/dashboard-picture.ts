import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { legendOf, resultOf, rowsOf, sevenDaysBefore, type View } from '../test/dashboards/grafana.ts';
import { committed, type Panel } from '../test/dashboards/model.ts';
import { startPrometheus } from '../test/dashboards/prometheus.ts';
import { recordWorld } from '../test/dashboards/recorded-world.ts';
import { startBrowser } from '../test/status/browser.ts';

// Draws docs/dashboard.png: the dashboard "Huawei Cloud backups" with the results of its queries on a real Prometheus, with nine
// days of history from the exporter. Grafana is not involved, and the picture says so.

const WIDTH = 1200;
const ROW_HEIGHT = 30;
/** The number of grid rows in the picture, down to the first trends. */
const ROWS_DRAWN = 36;
const MAX_TABLE_ROWS = 8;
const MAX_LEGENDS = 4;

const COLORS: Readonly<Record<string, string>> = {
  red: '#f2495c',
  orange: '#ff9830',
  yellow: '#fade2a',
  green: '#73bf69',
  blue: '#5794f2',
  text: '#ccccdc',
};
const LINES = ['#73bf69', '#f2cc0c', '#8ab8ff', '#ff780a', '#f2495c', '#5794f2', '#b877d9', '#705da0'];

interface Step {
  readonly value: number | null;
  readonly color: string;
}

interface Look {
  readonly unit: string;
  readonly noValue: string;
  readonly steps: readonly Step[];
  readonly mappings: Readonly<Record<string, { readonly text: string; readonly color: string }>>;
  readonly isColored: boolean;
  readonly max?: number;
}

/** How a panel shows a field: its defaults, with the overrides of the column with this title. */
function lookOf(panel: Panel, column?: string): Look {
  const own =
    panel.fieldConfig?.overrides.find(({ matcher }) => matcher.options === column)?.properties ?? [];
  const settings: Record<string, unknown> = {
    ...panel.fieldConfig?.defaults,
    ...Object.fromEntries(own.map(({ id, value }) => [id, value])),
  };
  const [mapping] = (settings['mappings'] ?? []) as { options: Look['mappings'] }[];
  return {
    unit: String(settings['unit'] ?? 'none'),
    noValue: String(settings['noValue'] ?? ''),
    steps: (settings['thresholds'] as { steps: readonly Step[] } | undefined)?.steps ?? [],
    mappings: mapping?.options ?? {},
    isColored: column === undefined || 'custom.cellOptions' in settings,
    ...(typeof settings['max'] === 'number' && { max: settings['max'] }),
  };
}

function durationText(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const clock = new Date(Math.max(0, seconds % 86_400) * 1000).toISOString().slice(11, 19);
  return days > 0 ? `${days} d ${clock}` : clock;
}

function valueText(value: number, unit: string): string {
  if (unit === 'dtdhms') return durationText(value);
  if (unit === 'percentunit') return `${Math.round(value * 100)}%`;
  if (unit !== 'bytes') return String(Math.round(value * 100) / 100);
  const power = value < 1024 ? 0 : Math.floor(Math.log2(value) / 10);
  return `${Number((value / 1024 ** power).toPrecision(3))} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][power]}`;
}

function colorOf(value: number, { steps }: Look): string {
  const reached = steps.filter((step) => step.value === null || value >= step.value).at(-1);
  return COLORS[reached?.color ?? 'text'] ?? reached?.color ?? '#ccccdc';
}

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`);

async function statHtml(view: View, panel: Panel): Promise<string> {
  const look = lookOf(panel);
  const targets = panel.targets ?? [];
  const values = await Promise.all(
    targets.map(async (target) =>
      (await resultOf(view, target)).map((series) => ({
        name: legendOf(target, series),
        value: Number(series.points.at(-1)?.[1]),
      })),
    ),
  );
  const shown = values.flat().map(({ name, value }) => {
    const title = values.flat().length > 1 ? `<small>${escaped(name)}</small>` : '';
    return `<div class="stat" style="color:${colorOf(value, look)}">${title}${valueText(value, look.unit)}</div>`;
  });
  return `<div class="stats">${shown.join('') || `<div class="stat">${escaped(look.noValue)}</div>`}</div>`;
}

function cellHtml(panel: Panel, column: string, cell: string | number | undefined): string {
  const look = lookOf(panel, column);
  const word = Object.values(look.mappings).find(({ text }) => text === cell);
  if (word !== undefined) return `<td style="color:${COLORS[word.color]}">${word.text}</td>`;
  if (cell === undefined || Number.isNaN(cell)) return `<td>${escaped(look.noValue)}</td>`;
  if (typeof cell === 'string') return `<td>${escaped(cell)}</td>`;
  const color = look.isColored ? ` style="color:${colorOf(cell, look)}"` : '';
  return `<td class="number"${color}>${valueText(cell, look.unit)}</td>`;
}

async function tableHtml(view: View, panel: Panel): Promise<string> {
  const rows = await rowsOf(view, panel);
  if (rows.length === 0) return `<div class="stat">${escaped(lookOf(panel).noValue)}</div>`;
  const organize = panel.transformations?.find(({ id }) => id === 'organize')?.options ?? {};
  const titles = (organize['renameByName'] ?? {}) as Record<string, string>;
  const order = Object.entries((organize['indexByName'] ?? {}) as Record<string, number>);
  const columns = order
    .toSorted(([, one], [, other]) => one - other)
    .map(([field]) => titles[field] ?? field)
    .filter((column) => rows.some((row) => row[column] !== undefined));
  const head = columns.map((column) => `<th>${escaped(column)}</th>`).join('');
  const body = rows
    .slice(0, MAX_TABLE_ROWS)
    .map((row) => `<tr>${columns.map((column) => cellHtml(panel, column, row[column])).join('')}</tr>`);
  return `<table><tr>${head}</tr>${body.join('')}</table>`;
}

async function seriesOf(view: View, panel: Panel) {
  const all = await Promise.all(
    (panel.targets ?? []).map(async (target) =>
      (await resultOf(view, target)).map((series) => ({
        name: legendOf(target, series),
        points: series.points.map(([time, value]) => [time, Number(value)] as const),
      })),
    ),
  );
  return all.flat();
}

const legendHtml = (entries: readonly (readonly [name: string, color: string])[], left: number): string =>
  `<div class="legend">${entries
    .map(([name, color]) => `<span><b style="background:${color}"></b>${escaped(name)}</span>`)
    .join('')}${left > 0 ? `<span>and ${left} more</span>` : ''}</div>`;

async function linesHtml(view: View, panel: Panel): Promise<string> {
  const look = lookOf(panel);
  const series = await seriesOf(view, panel);
  const { from, to } = sevenDaysBefore(view.end);
  const highest =
    look.max ?? Math.max(1, ...series.flatMap(({ points }) => points.map(([, value]) => value)));
  const x = (time: number) => ((time - from) / (to - from)) * 1000;
  const y = (value: number) => 100 - (Math.min(value, highest) / highest) * 100;
  const color = (index: number) => LINES[index % LINES.length] ?? '#ccccdc';
  const lines = series.map(({ points }, index) => {
    const path = points
      .map(([time, value], at) => (at === 0 ? `M${x(time)} ${y(value)}` : `H${x(time)}V${y(value)}`))
      .join('');
    return `<path d="${path}" fill="none" stroke="${color(index)}" vector-effect="non-scaling-stroke"/>`;
  });
  const thresholds = look.steps.flatMap(({ value, color: name }) =>
    value === null
      ? []
      : `<path d="M0 ${y(value)}H1000" stroke="${COLORS[name]}" stroke-dasharray="6 4" vector-effect="non-scaling-stroke"/>`,
  );
  const named = series.slice(0, MAX_LEGENDS).map(({ name }, index) => [name, color(index)] as const);
  return `<div class="axis"><i>${valueText(highest, look.unit)}</i><i>0</i></div>
    <svg viewBox="0 0 1000 100" preserveAspectRatio="none">${lines.join('')}${thresholds.join('')}</svg>
    ${legendHtml(named, series.length - named.length)}`;
}

async function timelineHtml(view: View, panel: Panel): Promise<string> {
  const { mappings } = lookOf(panel);
  const { from, to } = sevenDaysBefore(view.end);
  const rows = (await seriesOf(view, panel)).slice(0, MAX_TABLE_ROWS).map(({ name, points }) => {
    const bars = points.map(([time, value], index) => {
      const next = points[index + 1]?.[0] ?? to;
      const left = ((time - from) / (to - from)) * 100;
      const width = ((Math.min(next, time + 3600) - time) / (to - from)) * 100 + 0.05;
      return `<s style="left:${left}%;width:${width}%;background:${COLORS[mappings[value]?.color ?? 'text']}"></s>`;
    });
    return `<div class="bar"><em>${escaped(name)}</em><div>${bars.join('')}</div></div>`;
  });
  const words = Object.values(mappings).map(({ text, color }) => [text, COLORS[color] ?? ''] as const);
  return `${rows.join('')}${legendHtml(words, 0)}`;
}

function contentHtml(view: View, panel: Panel): Promise<string> {
  if (panel.type === 'stat') return statHtml(view, panel);
  if (panel.type === 'table') return tableHtml(view, panel);
  return panel.type === 'state-timeline' ? timelineHtml(view, panel) : linesHtml(view, panel);
}

async function panelHtml(view: View, panel: Panel): Promise<string> {
  const { x, y, w, h } = panel.gridPos;
  const place = `left:${(x / 24) * 100}%;top:${y * ROW_HEIGHT}px;width:${(w / 24) * 100}%;height:${h * ROW_HEIGHT}px`;
  if (panel.type === 'row') return `<h2 style="${place}">${escaped(panel.title)}</h2>`;
  const content = await contentHtml(view, panel);
  return `<section style="${place}"><div><h3>${escaped(panel.title)}</h3>${content}</div></section>`;
}

const STYLE = `
  * { box-sizing: border-box; margin: 0 }
  body { background: #111217; color: #ccccdc; font: 12px/1.4 sans-serif; width: ${WIDTH}px; padding: 8px }
  h1 { font-size: 18px; font-weight: 500; padding: 4px 8px }
  h1 small { float: right; font-size: 12px; color: #9fa3af }
  main { position: relative; height: ${ROWS_DRAWN * ROW_HEIGHT}px; overflow: hidden }
  main > * { position: absolute }
  h2 { font-size: 14px; font-weight: 500; padding: 6px 8px }
  section { padding: 4px }
  section > div { background: #181b1f; border: 1px solid #2c3235; border-radius: 3px; height: 100%; padding: 6px 8px; overflow: hidden; position: relative }
  h3 { font-size: 12px; font-weight: 500; white-space: nowrap }
  .stats { display: flex; height: 75%; align-items: center; justify-content: space-around }
  .stat { font-size: 24px; font-weight: 500; text-align: center; white-space: nowrap }
  .stat small { display: block; font-size: 11px; font-weight: 400 }
  table { border-collapse: collapse; width: 100%; margin-top: 4px; white-space: nowrap }
  th, td { text-align: left; padding: 3px 6px; border-bottom: 1px solid #2c3235 }
  th { color: #6e9fff; font-weight: 500 }
  .number { text-align: right; font-variant-numeric: tabular-nums }
  svg { position: absolute; left: 46px; top: 30px; width: calc(100% - 56px); height: calc(100% - 90px); border-bottom: 1px solid #2c3235 }
  .axis { position: absolute; left: 8px; top: 24px; height: calc(100% - 78px); display: flex; flex-direction: column; justify-content: space-between }
  .axis i, .legend span { font-style: normal; color: #9fa3af }
  .legend { position: absolute; left: 8px; bottom: 4px; max-height: 44px; overflow: hidden }
  .legend span { display: inline-block; margin-right: 10px }
  .legend b { display: inline-block; width: 12px; height: 4px; margin-right: 4px; vertical-align: middle }
  .bar { display: flex; height: 22px; margin-top: 3px }
  .bar em { width: 190px; font-style: normal; overflow: hidden; white-space: nowrap }
  .bar div { flex: 1; position: relative; background: #22252b }
  .bar s { position: absolute; top: 0; height: 100% }
`;

await using stack = new AsyncDisposableStack();
const recording = await recordWorld();
stack.defer(() => recording.stop());
const prometheus = await startPrometheus(recording.history);
stack.defer(() => prometheus.stop());
const dashboard = committed('huaweicloud-backup');
const view: View = { prometheus, dashboard, choice: {}, end: recording.world().end };
const panels = await Promise.all(
  dashboard.panels.filter(({ gridPos }) => gridPos.y < ROWS_DRAWN).map((panel) => panelHtml(view, panel)),
);
const html = `<!doctype html><meta charset="utf-8"><style>${STYLE}</style>
<h1>${escaped(dashboard.title)}<small>Drawn from the results of the dashboard's queries. Not a screenshot of Grafana.</small></h1>
<main>${panels.join('')}</main>`;

const browser = await startBrowser();
stack.defer(() => browser.close());
const page = await browser.newPage({ viewport: { width: WIDTH, height: ROWS_DRAWN * ROW_HEIGHT + 50 } });
await page.setContent(html);
const file = fileURLToPath(new URL('../docs/dashboard.png', import.meta.url));
writeFileSync(file, await page.screenshot());
process.stdout.write('docs/dashboard.png written\n');
