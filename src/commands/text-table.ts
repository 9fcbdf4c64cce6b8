import { stripVTControlCharacters } from 'node:util';

/** External text that is safe to print: control characters are replaced. */
export const visible = (text: string): string => text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '\uFFFD');

/** A resource as shown in messages: `orders (4c5f882d-…)`. */
export const nameOf = ({ id, name }: { readonly id: string; readonly name: string }): string =>
  visible(name === id ? id : `${name} (${id})`);

/** Leaves out the texts that do not apply: `compact(['always', isSo && 'sometimes'])`. */
export const compact = (texts: readonly (string | false | undefined)[]): readonly string[] =>
  texts.filter((text) => text !== undefined && text !== false);

// The blocks that Unicode's East Asian Width defines as wide, and emoji.
const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\u4DBF\u4E00-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE4F\uFF01-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}/gu;
const WITHOUT_WIDTH = /\p{M}/gu;
const PLAIN = /^[\x20-\x7e]*$/;

/** Width of a text on a terminal; styles have none. */
export function displayWidth(text: string): number {
  const shown = stripVTControlCharacters(text);
  if (PLAIN.test(shown)) return shown.length;
  return [...shown.replaceAll(WIDE, '  ').replaceAll(WITHOUT_WIDTH, '')].length;
}

/** The text if it fits, else its beginning and an ellipsis. */
export function cutToWidth(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let cut = '';
  for (const character of text) {
    if (displayWidth(cut + character) > width - 1) break;
    cut += character;
  }
  return `${cut}…`;
}

export interface TableColumn {
  readonly heading: string;
  readonly right?: true;
}

/**
 * The lines of a table, headings first, columns two spaces apart. If all columns do not fit into `width`, each row
 * continues in indented lines.
 */
export function textTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  width = Number.POSITIVE_INFINITY,
  paintHeading = (text: string): string => text,
): readonly string[] {
  const headings = columns.map(({ heading }) => heading);
  const widths = columns.map(({ heading }, column) =>
    rows.reduce((widest, row) => Math.max(widest, displayWidth(row[column] ?? '')), displayWidth(heading)),
  );
  const folds = foldedColumns(widths, width);
  const linesOf = (row: readonly string[]): readonly string[] =>
    folds.map((fold, index) => {
      const cells = fold.map((column) => {
        const cell = row[column] ?? '';
        const space = ' '.repeat((widths[column] ?? 0) - displayWidth(cell));
        return columns[column]?.right ? space + cell : cell + space;
      });
      return `${index === 0 ? '' : GAP}${cells.join(GAP)}`.trimEnd();
    });
  return [...linesOf(headings).map(paintHeading), ...rows.flatMap(linesOf)];
}

/** Between columns, and before continued lines. */
const GAP = '  ';

/** Splits the columns into the lines of a row. */
function foldedColumns(widths: readonly number[], width: number): readonly (readonly number[])[] {
  const folds: number[][] = [[]];
  let used = 0;
  for (const [column, columnWidth] of widths.entries()) {
    const line = folds.at(-1) ?? [];
    if (line.length > 0 && used + columnWidth > width) {
      folds.push([column]);
      used = GAP.length;
    } else {
      line.push(column);
    }
    used += columnWidth + GAP.length;
  }
  return folds;
}
