import { needsAttention, RESOURCE_STATES, type ResourceState } from '../state/resource-state.ts';
import { formatCount } from './humanize.ts';
import { type Problem, problemsOf } from './problems.ts';
import type { ResourceStatus, StatusReport } from './report.ts';

/** The overall status: action is needed, something may be wrong, all is well, or unknown. */
export type Tone = 'bad' | 'doubtful' | 'good' | 'unknown';

/** How many resources are in each state, 0 included. */
export type StateCounts = Readonly<Record<ResourceState, number>>;

export interface Headline {
  readonly tone: Tone;
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
  const counts = Object.fromEntries(RESOURCE_STATES.map((state) => [state, 0])) as Record<
    ResourceState,
    number
  >;
  for (const { states } of resources) counts[states[0]] += 1;
  return counts;
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
  const total = report.resources.length;
  const attention = RESOURCE_STATES.filter(needsAttention).reduce((sum, state) => sum + counts[state], 0);
  const unread = report.polls.filter(({ lastComplete }) => lastComplete === undefined).length;
  if (isBeforeFirstPoll(report)) return { tone: 'unknown', sentence: 'Nothing has been polled yet' };
  if (!hasData(report)) return { tone: 'bad', sentence: 'No data: no complete poll yet' };
  const blind =
    unread === 0 ? '' : `; no data yet from ${counted(unread, 'service')} of ${report.polls.length}`;
  if (attention > 0) {
    const verb = attention === 1 ? 'needs' : 'need';
    return {
      tone: 'bad',
      sentence: `${formatCount(attention)} of ${counted(total, 'resource')} ${verb} attention${blind}`,
    };
  }
  if (hasProblems) {
    return {
      tone: 'doubtful',
      sentence: `No resource is known to need attention, but something is wrong with the data${blind}`,
    };
  }
  return {
    tone: counts.fine + counts.running > 0 ? 'good' : 'unknown',
    sentence: calmSentence(total, counts),
  };
}

function calmSentence(total: number, counts: StateCounts): string {
  const fine = counts.fine + counts.running;
  if (total === 0) return 'No resources found';
  if (fine === total)
    return total === 1 ? 'The one resource is fine' : `All ${counted(total, 'resource')} are fine`;
  if (counts.not_expected === total) return 'No resource is expected to be backed up';
  const parts = [
    [fine, 'fine'],
    [counts.new, 'new'],
    [counts.not_expected, 'not expected to be backed up'],
  ] as const;
  const [first = '', ...more] = parts
    .filter(([count]) => count > 0)
    .map(([count, what], index) => {
      const subject = index === 0 ? counted(count, 'resource') : formatCount(count);
      return `${subject} ${count === 1 ? 'is' : 'are'} ${what}`;
    });
  return [first, ...more].join(', ');
}

const counted = (count: number, what: string): string =>
  `${formatCount(count)} ${what}${count === 1 ? '' : 's'}`;
