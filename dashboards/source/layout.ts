import { type Panel, RowBuilder, type RowPanel } from '@grafana/grafana-foundation-sdk/dashboard';

const GRID_WIDTH = 24;
/** Ids of a section start here times its number, so that a new panel moves no id of another section. */
const IDS_PER_SECTION = 100;

/** Panels side by side: they share the width in equal parts unless `widths` says otherwise. */
interface Line {
  readonly height: number;
  readonly widths?: readonly number[];
  readonly panels: readonly Panel[];
}

/** A titled part of the dashboard. */
export interface Section {
  readonly title: string;
  readonly lines: readonly Line[];
}

const widthOf = (line: Line, index: number): number =>
  line.widths?.[index] ?? Math.floor(GRID_WIDTH / line.panels.length);

/** Gives each section and each panel its id and its place, from the top down. */
export function place(sections: readonly Section[]): readonly (Panel | RowPanel)[] {
  const placed: (Panel | RowPanel)[] = [];
  let y = 0;
  for (const [number, section] of sections.entries()) {
    let id = (number + 1) * IDS_PER_SECTION;
    placed.push(new RowBuilder(section.title).id(id).gridPos({ x: 0, y, w: GRID_WIDTH, h: 1 }).build());
    y += 1;
    for (const line of section.lines) {
      let x = 0;
      for (const [index, panel] of line.panels.entries()) {
        const w = widthOf(line, index);
        id += 1;
        placed.push({ ...panel, id, gridPos: { x, y, w, h: line.height } });
        x += w;
      }
      y += line.height;
    }
  }
  return placed;
}
