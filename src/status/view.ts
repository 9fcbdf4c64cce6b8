import type { UnixSeconds } from '../domain/quantities.ts';
import { needsAttention, RESOURCE_STATES } from '../state/resource-state.ts';
import type { ResourceStatus, StatusReport } from './report.ts';

export type SortDirection = 'asc' | 'desc';

interface SortOrder {
  readonly name: string;
  /** The direction at first, and in words. */
  readonly first: SortDirection;
  readonly hint: string;
  /** What is compared; undefined comes last in either direction. */
  readonly value: (resource: ResourceStatus, now: UnixSeconds) => string | number | undefined;
}

const durationOf = ({ lastSuccess }: ResourceStatus): number | undefined => lastSuccess?.duration;
const failuresOf = ({ consecutiveFailures }: ResourceStatus): number => consecutiveFailures;
const runningFor = ({ runningSince }: ResourceStatus, now: UnixSeconds): number | undefined =>
  runningSince === undefined ? undefined : now - runningSince;
const projectKey = ({ project, region }: ResourceStatus): string => naturalKey(`${project}\n${region}`);

/** How the resources can be sorted. For `state`, `desc` is worst first. */
export const SORTS = {
  state: { name: 'State', first: 'desc', hint: 'worst first', value: badnessOf },
  resource: { name: 'Resource', first: 'asc', hint: 'by name', value: ({ name }) => naturalKey(name) },
  service: { name: 'Service', first: 'asc', hint: 'by name', value: ({ service }) => service },
  project: { name: 'Project', first: 'asc', hint: 'by name', value: projectKey },
  age: { name: 'Last success', first: 'desc', hint: 'oldest first', value: ageOf },
  size: { name: 'Size', first: 'desc', hint: 'largest first', value: ({ lastSuccess }) => lastSuccess?.size },
  duration: { name: 'Duration', first: 'desc', hint: 'longest first', value: durationOf },
  failures: { name: 'Failures', first: 'desc', hint: 'most first', value: failuresOf },
  running: { name: 'Running', first: 'desc', hint: 'longest first', value: runningFor },
} as const satisfies Readonly<Record<string, SortOrder>>;

export type SortKey = keyof typeof SORTS;
export const SORT_KEYS = Object.keys(SORTS) as readonly SortKey[];

/** The values of the filter: each state, and `attention` for all that need attention. */
export const STATE_FILTERS = ['attention', ...RESOURCE_STATES] as const;
export type StateFilter = (typeof STATE_FILTERS)[number];

/** Which part of the table to show, and in which order. */
export interface View {
  /** Words that must all occur in a resource's name, id, service, project or region; empty: all resources. */
  readonly text: string;
  readonly state: StateFilter | undefined;
  readonly sort: SortKey;
  readonly direction: SortDirection;
  /** Counted from 1. */
  readonly page: number;
}

export const PAGE_SIZE = 100;

/** The default view: all resources, worst first. */
export const FIRST_VIEW: View = { text: '', state: undefined, sort: 'state', direction: 'desc', page: 1 };

const MOST_TEXT = 256;

/** Reads `q`, `state`, `sort`, `dir` and `page` of a query string, ignoring missing and unknown values. */
export function readView(query: URLSearchParams): View {
  const sort = oneOf(SORT_KEYS, query.get('sort')) ?? FIRST_VIEW.sort;
  const page = query.get('page') ?? '';
  return {
    text: (query.get('q') ?? '')
      .replace(/\p{Cc}/gu, ' ')
      .trim()
      .slice(0, MOST_TEXT),
    state: oneOf(STATE_FILTERS, query.get('state')),
    sort,
    direction: oneOf(['asc', 'desc'], query.get('dir')) ?? SORTS[sort].first,
    page: /^[1-9]\d{0,8}$/.test(page) ? Number(page) : FIRST_VIEW.page,
  };
}

function oneOf<Known extends string>(known: readonly Known[], given: string | null): Known | undefined {
  return known.find((value) => value === given);
}

/** The link to a view, relative to the page, without defaults. */
export function viewLink({ text, state, sort, direction, page }: View): string {
  const parameters = new URLSearchParams();
  if (text !== '') parameters.set('q', text);
  if (state !== undefined) parameters.set('state', state);
  if (sort !== FIRST_VIEW.sort) parameters.set('sort', sort);
  if (direction !== SORTS[sort].first) parameters.set('dir', direction);
  if (page !== FIRST_VIEW.page) parameters.set('page', String(page));
  return `?${parameters}`;
}

/**
 * Filters, sorts and pages the resources of a report: the rows of the page shown, which is the last one if a later one
 * was requested, and how many resources match on all pages. Ties are sorted worst first, then by name.
 */
export function select(report: StatusReport, view: View) {
  const matching = report.resources.filter(matcherOf(view));
  const pages = Math.max(1, Math.ceil(matching.length / PAGE_SIZE));
  const page = Math.min(view.page, pages);
  const rows = sorted(matching, view, report.now).slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE);
  return { rows, matching: matching.length, page, pages };
}

export type Selection = ReturnType<typeof select>;

export function worstFirst(report: StatusReport): readonly ResourceStatus[] {
  return sorted(report.resources, FIRST_VIEW, report.now);
}

function matcherOf({ text, state: filter }: View): (resource: ResourceStatus) => boolean {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return ({ states: [state], name, id, service, project, region }) => {
    if (filter === 'attention' ? !needsAttention(state) : filter !== undefined && filter !== state)
      return false;
    if (words.length === 0) return true;
    const haystack = [name, id, service, project, region].join('\n').toLowerCase();
    return words.every((word) => haystack.includes(word));
  };
}

function sorted(
  resources: readonly ResourceStatus[],
  { sort, direction }: View,
  now: UnixSeconds,
): readonly ResourceStatus[] {
  const sign = direction === 'asc' ? 1 : -1;
  return resources
    .map((resource) => ({
      resource,
      value: SORTS[sort].value(resource, now),
      badness: badnessOf(resource, now),
      name: naturalKey(resource.name),
    }))
    .sort(
      (one, other) =>
        Number(one.value === undefined) - Number(other.value === undefined) ||
        sign * compare(one.value, other.value) ||
        other.badness - one.badness ||
        compare(one.name, other.name) ||
        compare(one.resource.id, other.resource.id),
    )
    .map(({ resource }) => resource);
}

function compare<Value extends string | number>(one: Value | undefined, other: Value | undefined): number {
  if (one === other || one === undefined || other === undefined) return 0;
  return one < other ? -1 : 1;
}

/** The used share of a resource's objective, 1 when a backup is due; undefined if unknown. */
export function shareOfObjective({ objective, due }: ResourceStatus, now: UnixSeconds): number | undefined {
  if (objective === undefined || due === undefined) return undefined;
  return objective === 0 ? Number.POSITIVE_INFINITY : Math.max(0, 1 - (due - now) / objective);
}

const MOST_SHARE = 1e6;

// One number, to sort ten thousand resources in a few milliseconds: the state, then the share of the objective.
function badnessOf(resource: ResourceStatus, now: UnixSeconds): number {
  const [state] = resource.states;
  const rank = RESOURCE_STATES.length - RESOURCE_STATES.indexOf(state);
  const unknownShare = state === 'never_backed_up' ? MOST_SHARE : 0;
  return rank * 2 * MOST_SHARE + Math.min(MOST_SHARE, shareOfObjective(resource, now) ?? unknownShare);
}

// A backup that is due but does not exist is older than all others.
function ageOf({ lastSuccess, states }: ResourceStatus, now: UnixSeconds): number | undefined {
  if (lastSuccess !== undefined) return now - lastSuccess.end;
  return states[0] === 'never_backed_up' ? Number.POSITIVE_INFINITY : undefined;
}

// So that orders-9 comes before orders-10.
function naturalKey(text: string): string {
  return text.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(12, '0'));
}
