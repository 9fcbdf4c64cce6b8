import type { UnixSeconds } from '../domain/quantities.ts';
import type { ServiceType } from '../domain/service.ts';
import { STATE_THRESHOLDS } from '../domain/thresholds.ts';
import { serviceOf } from '../services/index.ts';
import { type PollStatus, RESOURCE_STANDINGS, type StatusReport } from './report.ts';
import { countStandings, needsAttention, type StandingCounts } from './standing.ts';
import { agoWords, countWords } from './words.ts';

/** How serious it is: someone must act, the data may deceive, all is well, or nothing can be said. */
export type Tone = 'bad' | 'doubtful' | 'good' | 'unknown';

/** Something about one poll that keeps its data from being fresh and complete. */
export interface Trouble {
  readonly poll: PollStatus;
  readonly sentence: string;
}

/** What the head of the page says. */
export interface Verdict {
  readonly tone: Tone;
  readonly sentence: string;
  readonly counts: StandingCounts;
  readonly troubles: readonly Trouble[];
}

/** Sums a report up in one sentence, and lists what keeps its data from being fresh and complete. */
export function verdictOf(report: StatusReport): Verdict {
  const counts = countStandings(report.resources);
  const troubles = isBeforeFirstPoll(report)
    ? []
    : report.polls.flatMap((poll) => troublesOf(poll, report.now).map((sentence) => ({ poll, sentence })));
  return { ...summaryOf(report, counts, troubles.length > 0), counts, troubles };
}

/** Whether no poll has ended yet. */
export function isBeforeFirstPoll({ polls }: StatusReport): boolean {
  return polls.every(({ outcome }) => outcome === undefined);
}

/** Whether some service has been read completely. */
export function hasData({ polls }: StatusReport): boolean {
  return polls.some(({ lastComplete }) => lastComplete !== undefined);
}

/** What the resources of a service are called. */
export const resourcesWord = (service: ServiceType): string => serviceOf(service).resource.many;

function summaryOf(
  report: StatusReport,
  counts: StandingCounts,
  troubled: boolean,
): Pick<Verdict, 'tone' | 'sentence'> {
  const total = report.resources.length;
  const expected = total - counts.not_expected;
  const attention = RESOURCE_STANDINGS.filter(needsAttention).reduce((sum, one) => sum + counts[one], 0);
  if (isBeforeFirstPoll(report)) return { tone: 'unknown', sentence: 'Nothing has been polled yet' };
  if (attention > 0) {
    const verb = attention === 1 ? 'needs' : 'need';
    return { tone: 'bad', sentence: `${countWords(attention)} of ${resources(total)} ${verb} attention` };
  }
  if (!hasData(report)) return { tone: 'bad', sentence: 'No data: no poll has been complete yet' };
  if (troubled) {
    return {
      tone: 'doubtful',
      sentence: 'No resource is known to need attention, but some data is old or missing',
    };
  }
  if (total === 0) return { tone: 'unknown', sentence: 'No resource was found' };
  if (expected === 0) return { tone: 'unknown', sentence: 'No resource is expected to be backed up' };
  if (expected < total) {
    const verb = expected === 1 ? 'is' : 'are';
    return {
      tone: 'good',
      sentence: `${countWords(expected)} of ${resources(total)} ${verb} fine, the others are not expected to be backed up`,
    };
  }
  return {
    tone: 'good',
    sentence: total === 1 ? 'The one resource is fine' : `All ${resources(total)} are fine`,
  };
}

function troublesOf(poll: PollStatus, now: UnixSeconds): readonly string[] {
  const things = resourcesWord(poll.service);
  const sentences: string[] = [];
  if (poll.outcome === undefined) sentences.push(`Not polled yet: its ${things} are not shown.`);
  else if (poll.outcome !== 'success') {
    sentences.push(`The poll fails${because(poll.outcome, poll.reason)} ${whatIsShown(poll, now)}`);
  } else if (poll.lastComplete !== undefined && now - poll.lastComplete > STATE_THRESHOLDS.dataStaleAfter) {
    sentences.push(`The last poll ended ${agoWords(poll.lastComplete, now)}: what is shown is as old.`);
  }
  if (poll.inventory?.complete === false) {
    const reason = because(undefined, poll.inventory.reason);
    sentences.push(`The list of ${things} cannot be read${reason} Those never backed up may be missing.`);
  }
  if (poll.unlisted !== undefined && poll.unlisted > 0) {
    const backups = poll.unlisted === 1 ? 'backup' : 'backups';
    sentences.push(`The service counts ${countWords(poll.unlisted)} ${backups} that it does not list.`);
  }
  if (poll.overLimit !== undefined && poll.overLimit > 0) {
    sentences.push(`${countWords(poll.overLimit)} ${things} over limits.resources are not shown.`);
  }
  return sentences;
}

function because(outcome: string | undefined, reason: string | undefined): string {
  const kind = outcome === undefined ? '' : ` (${outcome})`;
  return reason === undefined ? `${kind}.` : `${kind}: ${reason.trim().replace(/\.$/, '')}.`;
}

function whatIsShown({ lastComplete, service }: PollStatus, now: UnixSeconds): string {
  return lastComplete === undefined
    ? `None has been complete yet: its ${resourcesWord(service)} are not shown.`
    : `What is shown is from the last complete one, ${agoWords(lastComplete, now)}.`;
}

function resources(total: number): string {
  return `${countWords(total)} ${total === 1 ? 'resource' : 'resources'}`;
}
