import type { CloudActivity, RequestedPage } from './cloud.ts';

/** The requests of one poll, in the worst of several polls. */
export interface PageCounts {
  /** Pages of lists. */
  readonly requested: number;
  /** Pages that were requested before in the same poll. */
  readonly repeated: number;
  /** Pages that were requested with fewer rows than the service is known to return. */
  readonly small: number;
}

// The vendor documents no maximum for graphs; 120 is the largest known to be accepted. For instances it is 100.
const ROWS_OF_GRAPH_LISTS = 120;
const ROWS_OF_INSTANCE_LISTS = 100;

/** Summarizes the pages of each poll. */
export function summarizePages(polls: readonly (readonly RequestedPage[])[]): PageCounts {
  const most = (count: (pages: readonly RequestedPage[]) => number): number =>
    Math.max(0, ...polls.map(count));
  return {
    requested: most((pages) => pages.length),
    repeated: most((pages) => pages.length - new Set(pages.map(keyOf)).size),
    small: most((pages) => pages.filter(isSmall).length),
  };
}

const keyOf = ({ path, query }: RequestedPage): string => `${path}?${query}`;

function isSmall({ path, query }: RequestedPage): boolean {
  const allowed = path.includes('/graphs') ? ROWS_OF_GRAPH_LISTS : ROWS_OF_INSTANCE_LISTS;
  return Number(new URLSearchParams(query).get('limit')) < allowed;
}

/** The starts of polls in Unix seconds: each starts with the first page of the backups. */
export const pollStarts = (activity: readonly CloudActivity[]): readonly number[] =>
  activity
    .flatMap(({ pages }) => pages)
    .filter(({ operation, query }) => operation === 'list_backups' && /(?:^|&)offset=0(?:&|$)/.test(query))
    .map(({ at }) => at);
