import type { AskedPage, Visits } from './cloud.ts';

/** What one poll asked for, in the worst of several polls. */
export interface AskedPages {
  /** Pages of lists. */
  readonly asked: number;
  /** Pages that had been asked for before in the same poll. */
  readonly repeated: number;
  /** Pages that were asked for with less rows than the service is known to give. */
  readonly small: number;
}

// The vendor names no maximum for graphs; 120 is the largest that is known to be taken. For instances it is 100.
const ROWS_OF_GRAPH_LISTS = 120;
const ROWS_OF_INSTANCE_LISTS = 100;

/** Sums up the pages of each poll. */
export function summarizePages(polls: readonly (readonly AskedPage[])[]): AskedPages {
  const most = (count: (pages: readonly AskedPage[]) => number): number => Math.max(0, ...polls.map(count));
  return {
    asked: most((pages) => pages.length),
    repeated: most((pages) => pages.length - new Set(pages.map(keyOf)).size),
    small: most((pages) => pages.filter(isSmall).length),
  };
}

const keyOf = ({ path, query }: AskedPage): string => `${path}?${query}`;

function isSmall({ path, query }: AskedPage): boolean {
  const allowed = path.includes('/graphs') ? ROWS_OF_GRAPH_LISTS : ROWS_OF_INSTANCE_LISTS;
  return Number(new URLSearchParams(query).get('limit')) < allowed;
}

/** When polls began, in Unix seconds: each begins with the first page of the backups. */
export const pollStarts = (visits: readonly Visits[]): readonly number[] =>
  visits
    .flatMap(({ pages }) => pages)
    .filter(({ operation, query }) => operation === 'list_backups' && /(?:^|&)offset=0(?:&|$)/.test(query))
    .map(({ at }) => at);
