import type { UnixSeconds } from '../domain/quantities.ts';
import { needsAttention, RESOURCE_STATES, type ResourceState } from '../state/resource-state.ts';
import { shareOfObjective } from './build-report.ts';
import type { ResourceStatus, StatusReport } from './report.ts';

/** The sortable columns, in order. */
export const SORT_KEYS = [
  'state',
  'resource',
  'service',
  'project',
  'age',
  'size',
  'duration',
  'failures',
  'running',
] as const;
export type SortKey = (typeof SORT_KEYS)[number];

/** Sort directions. For the column `state`, `desc` is worst first. */
export type SortDirection = 'asc' | 'desc';

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

/** The query string as {@link readView} needs it, such as `URLSearchParams`. */
export interface Query {
  readonly get: (name: string) => string | null;
}

const MOST_TEXT = 256;

/** Reads `q`, `state`, `sort`, `dir` and `page`, ignoring missing and unknown values. */
export function readView(query: Query): View {
  const sort = oneOf(SORT_KEYS, query.get('sort')) ?? FIRST_VIEW.sort;
  const page = query.get('page') ?? '';
  return {
    text: (query.get('q') ?? '')
      .replace(/\p{Cc}/gu, ' ')
      .trim()
      .slice(0, MOST_TEXT),
    state: oneOf(STATE_FILTERS, query.get('state')),
    sort,
    direction: oneOf(['asc', 'desc'], query.get('dir')) ?? firstDirection(sort),
    page: /^[1-9]\d{0,8}$/.test(page) ? Number(page) : FIRST_VIEW.page,
  };
}

/** The link to a view, relative to the page, without defaults. */
export function viewLink({ text, state, sort, direction, page }: View): string {
  const parameters = new URLSearchParams();
  if (text !== '') parameters.set('q', text);
  if (state !== undefined) parameters.set('state', state);
  if (sort !== FIRST_VIEW.sort) parameters.set('sort', sort);
  if (direction !== firstDirection(sort)) parameters.set('dir', direction);
  if (page !== FIRST_VIEW.page) parameters.set('page', String(page));
  return `?${parameters}`;
}

/** The initial sort direction of a column: ascending for names, else worst or largest first. */
export function firstDirection(key: SortKey): SortDirection {
  return key === 'resource' || key === 'service' || key === 'project' ? 'asc' : 'desc';
}

export interface Selection {
  readonly rows: readonly ResourceStatus[];
  /** How many resources match the filter, on all pages. */
  readonly matching: number;
  /** The page shown: the last one if a later one was requested. */
  readonly page: number;
  /** At least 1. */
  readonly pages: number;
}

/** Filters, sorts and pages the resources of a report. Ties are sorted worst first, then by name. */
export function select(report: StatusReport, view: View): Selection {
  const matching = report.resources.filter(matcherOf(view));
  const pages = Math.max(1, Math.ceil(matching.length / PAGE_SIZE));
  const page = Math.min(view.page, pages);
  return {
    rows: sorted(matching, view, report.now).slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE),
    matching: matching.length,
    page,
    pages,
  };
}

export function worstFirst(report: StatusReport): readonly ResourceStatus[] {
  return sorted(report.resources, FIRST_VIEW, report.now);
}

function matcherOf({ text, state }: View): (resource: ResourceStatus) => boolean {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return (resource) => {
    if (state !== undefined && !isInState(resource.states[0], state)) return false;
    if (words.length === 0) return true;
    const { resourceName, resourceId, service, project, region } = resource;
    const haystack = `${resourceName}\n${resourceId}\n${service}\n${project}\n${region}`.toLowerCase();
    return words.every((word) => haystack.includes(word));
  };
}

function isInState(state: ResourceState, filter: StateFilter): boolean {
  return filter === 'attention' ? needsAttention(state) : state === filter;
}

interface Ranked {
  readonly resource: ResourceStatus;
  readonly value: string | number | undefined;
  readonly badness: number;
  readonly name: string;
}

function sorted(
  resources: readonly ResourceStatus[],
  { sort, direction }: View,
  now: UnixSeconds,
): readonly ResourceStatus[] {
  const sign = direction === 'asc' ? 1 : -1;
  return resources
    .map((resource): Ranked => {
      const badness = badnessOf(resource, now);
      const name = naturalKey(resource.resourceName);
      return { resource, value: sortValue(resource, sort, badness, now), badness, name };
    })
    .sort(
      (one, other) =>
        absentLast(one.value, other.value) ||
        sign * compare(one.value, other.value) ||
        other.badness - one.badness ||
        compare(one.name, other.name) ||
        compare(one.resource.resourceId, other.resource.resourceId),
    )
    .map(({ resource }) => resource);
}

const MOST_SHARE = 1e6;

// One number, to sort ten thousand resources in a few milliseconds: the state, then the share of the objective.
function badnessOf(resource: ResourceStatus, now: UnixSeconds): number {
  const [state] = resource.states;
  const rank = RESOURCE_STATES.length - RESOURCE_STATES.indexOf(state);
  const unknownShare = state === 'never_backed_up' ? MOST_SHARE : 0;
  return rank * 2 * MOST_SHARE + Math.min(MOST_SHARE, shareOfObjective(resource, now) ?? unknownShare);
}

function sortValue(
  resource: ResourceStatus,
  sort: SortKey,
  badness: number,
  now: UnixSeconds,
): string | number | undefined {
  switch (sort) {
    case 'state':
      return badness;
    case 'resource':
      return naturalKey(resource.resourceName);
    case 'service':
      return resource.service;
    case 'project':
      return naturalKey(`${resource.project}\n${resource.region}`);
    case 'age':
      return ageOf(resource, now);
    case 'size':
      return resource.lastSize;
    case 'duration':
      return resource.lastDuration;
    case 'failures':
      return resource.consecutiveFailures;
    case 'running':
      return resource.runningSince === undefined ? undefined : now - resource.runningSince;
    default:
      return sort satisfies never;
  }
}

// A backup that is due but does not exist is older than all others.
function ageOf({ lastSuccess, states }: ResourceStatus, now: UnixSeconds): number | undefined {
  if (lastSuccess !== undefined) return now - lastSuccess;
  return states[0] === 'never_backed_up' ? Number.POSITIVE_INFINITY : undefined;
}

// So that orders-9 comes before orders-10.
function naturalKey(text: string): string {
  return text.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(12, '0'));
}

function absentLast(one: unknown, other: unknown): number {
  return Number(one === undefined) - Number(other === undefined);
}

function compare<Value extends string | number>(one: Value | undefined, other: Value | undefined): number {
  if (one === other || one === undefined || other === undefined) return 0;
  return one < other ? -1 : 1;
}

function oneOf<Known extends string>(known: readonly Known[], given: string | null): Known | undefined {
  return known.find((value) => value === given);
}
