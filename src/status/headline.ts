import { needsAttention, RESOURCE_STATES, type ResourceState } from '../state/resource-state.ts';
import { counted, formatCount } from './humanize.ts';
import { type Problem, problemsOf } from './problems.ts';
import type { ResourceStatus, StatusReport } from './report.ts';

/** How many resources are in each state, 0 included. */
export type StateCounts = Readonly<Record<ResourceState, number>>;

export interface Headline {
  /** Action is needed, something may be wrong, all is well, or nothing is known. */
  readonly tone: 'bad' | 'doubtful' | 'good' | 'unknown';
  readonly sentence: string;
  readonly counts: StateCounts;
  readonly problems: readonly Problem[];
}

/** Summarizes a report in one sentence. */
export function headlineOf(report: StatusReport): Headline {
  const counts = countStates(report.resources);
  const problems = isBeforeFirstPoll(report) ? [] : problemsOf(report);
  return { ...sentenceOf(report, counts, problems.length > 0), counts, problems };
}

/** Counts the resources by their worst state. */
export function countStates(resources: readonly ResourceStatus[]): StateCounts {
  const inState = Map.groupBy(resources, ({ states: [state] }) => state);
  const counts = RESOURCE_STATES.map((state) => [state, inState.get(state)?.length ?? 0]);
  return Object.fromEntries(counts) as StateCounts;
}

/** Whether no poll has ended yet. */
export function isBeforeFirstPoll({ polls }: StatusReport): boolean {
  return polls.every(({ recent }) => recent.length === 0);
}

export function hasData({ polls }: StatusReport): boolean {
  return polls.some(({ lastComplete }) => lastComplete !== undefined);
}

function sentenceOf(
  report: StatusReport,
  counts: StateCounts,
  hasProblems: boolean,
): Pick<Headline, 'tone' | 'sentence'> {
  if (isBeforeFirstPoll(report)) return { tone: 'unknown', sentence: 'Nothing has been polled yet' };
  if (!hasData(report)) return { tone: 'bad', sentence: 'No data: no complete poll yet' };
  const total = report.resources.length;
  const attention = RESOURCE_STATES.filter(needsAttention).reduce((sum, state) => sum + counts[state], 0);
  const unread = report.polls.filter(({ lastComplete }) => lastComplete === undefined).length;
  const blind =
    unread === 0 ? '' : `; no data yet from ${counted(unread, 'service')} of ${report.polls.length}`;
  if (attention > 0) {
    const verb = attention === 1 ? 'needs' : 'need';
    const sentence = `${formatCount(attention)} of ${counted(total, 'resource')} ${verb} attention${blind}`;
    return { tone: 'bad', sentence };
  }
  if (hasProblems) {
    const sentence = `No resource is known to need attention, but something is wrong with the data${blind}`;
    return { tone: 'doubtful', sentence };
  }
  const fine = counts.fine + counts.running;
  return { tone: fine > 0 ? 'good' : 'unknown', sentence: calmSentence(total, fine, counts) };
}

function calmSentence(total: number, fine: number, counts: StateCounts): string {
  if (total === 0) return 'No resources found';
  if (fine === total)
    return total === 1 ? 'The one resource is fine' : `All ${counted(total, 'resource')} are fine`;
  if (counts.not_expected === total) return 'No resource is expected to be backed up';
  const parts = [
    { count: fine, what: 'fine' },
    { count: counts.new, what: 'new' },
    { count: counts.not_expected, what: 'not expected to be backed up' },
  ];
  return parts
    .filter(({ count }) => count > 0)
    .map(({ count, what }, index) => {
      const subject = index === 0 ? counted(count, 'resource') : formatCount(count);
      return `${subject} ${count === 1 ? 'is' : 'are'} ${what}`;
    })
    .join(', ');
}
