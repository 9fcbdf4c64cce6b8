import type { Row } from './goals.ts';

type Cells = readonly [what: string, measured: string, required: string, goal: string, verdict: string];

const HEAD: Cells = ['what', 'measured', 'required', 'goal', 'verdict'];
const WIDTHS = [40, 40, 28, 24, 8] as const;

const cellsOf = ({ what, measured, required, goal, verdict }: Row): Cells => [
  what,
  measured,
  required,
  goal,
  verdict,
];

/** The table as Markdown. */
export function renderMarkdown(rows: readonly Row[]): string {
  return renderMarkdownLines([HEAD, ...rows.map(cellsOf)]);
}

/** Rows of cells as Markdown; the first row is the header. */
export function renderMarkdownLines([head = [], ...lines]: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The table for a terminal of 160 columns; long cells wrap. */
export function renderText(rows: readonly Row[]): string {
  const ruler = WIDTHS.map((width) => '-'.repeat(width)).join('  ');
  return [HEAD, ...rows.map(cellsOf)].map(renderCells).join(`\n${ruler}\n`);
}

function renderCells(cells: Cells): string {
  const wrapped = cells.map((cell, column) => wrap(cell.replaceAll('`', ''), WIDTHS[column] ?? 0));
  const height = Math.max(...wrapped.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    wrapped
      .map((lines, column) => (lines[line] ?? '').padEnd(WIDTHS[column] ?? 0))
      .join('  ')
      .trimEnd(),
  ).join('\n');
}

function wrap(text: string, width: number): readonly string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
