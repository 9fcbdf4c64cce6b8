import { seconds, type UnixSeconds } from '../domain/quantities.ts';
import { STATE_THRESHOLDS } from '../domain/thresholds.ts';
import { formatCount, humanizeAgo, humanizeDuration, humanizeTime } from './humanize.ts';
import type { PollStatus, ProjectStatus, StatusReport } from './report.ts';

/** Something that makes the data stale or incomplete, or soon will. The same cause is one problem in all scopes. */
export interface Problem {
  readonly sentence: string;
  /** The alert for it, without the prefix. */
  readonly alert: string;
  /** The services affected; none if it is about the exporter. */
  readonly scopes: readonly ProblemPlace[];
}

export interface ProblemPlace {
  readonly project: string;
  readonly region: string;
  /** Undefined: the whole project. */
  readonly service: string | undefined;
  /** Age of the data shown. */
  readonly note: string | undefined;
}

export function problemsOf(report: StatusReport): readonly Problem[] {
  const found = [
    ...report.reloadProblems.map(reloadProblem),
    ...report.polls.flatMap((poll) => pollProblems(poll, report.now)),
    ...report.projects.flatMap((project) => passwordProblem(project, report.now) ?? []),
  ];
  const bySentence = Map.groupBy(found, ({ sentence }) => sentence);
  return Array.from(bySentence, ([sentence, [first, ...more]]) => ({
    sentence,
    alert: first?.alert ?? '',
    scopes: [first, ...more].flatMap((problem) => problem?.scopes ?? []),
  }));
}

function reloadProblem(problem: string): Problem {
  return {
    sentence: `The configuration was not reloaded, the previous one is in use: ${endless(problem)}.`,
    alert: 'ConfigReloadFailing',
    scopes: [],
  };
}

function passwordProblem(
  { project, region, passwordExpires }: ProjectStatus,
  now: UnixSeconds,
): Problem | undefined {
  if (passwordExpires === undefined || passwordExpires - now > STATE_THRESHOLDS.credentialsExpiringWithin)
    return undefined;
  const verb = passwordExpires > now ? 'expires' : 'expired';
  return {
    sentence: `The password of the IAM user ${verb} ${humanizeAgo(passwordExpires, now)}, on ${humanizeTime(passwordExpires)}.`,
    alert: 'CredentialsExpiring',
    scopes: [{ project, region, service: undefined, note: undefined }],
  };
}

function pollProblems(poll: PollStatus, now: UnixSeconds): readonly Problem[] {
  const [last] = poll.recent;
  const { project, region, service, lastComplete, inventory, unlisted = 0, overLimit = 0 } = poll;
  const rejected = Object.values(poll.rejected).reduce((sum, count) => sum + count, 0);
  const problem = (applies: boolean, alert: string, sentence: string, note?: string): readonly Problem[] =>
    applies ? [{ sentence, alert, scopes: [{ project, region, service, note }] }] : [];
  if (last === undefined) return problem(true, 'NeverPolled', 'Not polled yet.');
  const failed = last.outcome !== 'success';
  const shown = lastComplete === undefined ? 'no data yet' : `data from ${humanizeAgo(lastComplete, now)}`;
  const isOld = !failed && lastComplete !== undefined && now - lastComplete > STATE_THRESHOLDS.dataStaleAfter;
  const skew = poll.clockSkew ?? 0;
  const inventoryCause = inventory?.complete === false ? causeOf(inventory.reason) : undefined;
  return [
    ...problem(failed, alertOf(last.outcome), `Polls fail (${last.outcome})${because(last.reason)}`, shown),
    ...problem(
      isOld,
      'DataStale',
      `No poll for over ${humanizeDuration(STATE_THRESHOLDS.dataStaleAfter)}.`,
      shown,
    ),
    ...problem(
      inventory?.complete === false && !(failed && inventoryCause === causeOf(last.reason)),
      'PollFailing',
      `The inventory could not be read${because(inventory?.reason)} Resources without backups may be missing.`,
    ),
    ...problem(
      Math.abs(skew) > STATE_THRESHOLDS.clockSkewBeyond,
      'ClockSkew',
      `The clock of this machine is ${humanizeDuration(seconds(Math.abs(skew)))} ${skew > 0 ? 'ahead of' : 'behind'} the cloud.`,
    ),
    ...problem(
      unlisted > 0,
      'PollFailing',
      `The service counts ${formatCount(unlisted)} more ${unlisted === 1 ? 'backup' : 'backups'} than it lists.`,
    ),
    ...problem(
      overLimit > 0,
      'ResourcesOverLimit',
      `${formatCount(overLimit)} ${overLimit === 1 ? 'resource is' : 'resources are'} over limits.resources and not shown.`,
    ),
    ...problem(
      rejected > 0,
      'RecordsRejected',
      `${formatCount(rejected)} ${rejected === 1 ? 'row' : 'rows'} could not be read (${reasonWords(poll.rejected)}); the log shows an example.`,
    ),
  ];
}

const alertOf = (outcome: string): string =>
  outcome === 'auth' || outcome === 'permission' ? 'AuthFailing' : 'PollFailing';

const reasonWords = (rejected: PollStatus['rejected']): string =>
  Object.entries(rejected)
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `${reason.replaceAll('_', ' ')}: ${formatCount(count)}`)
    .join(', ');

/** The cause without the operation: both lists often fail for the same cause. */
const causeOf = (reason: string | undefined): string | undefined => reason?.replace(/^cannot [^:]+: /, '');

function because(reason: string | undefined): string {
  const cause = causeOf(reason);
  return cause === undefined ? '.' : `: ${endless(cause)}.`;
}

const endless = (sentence: string): string => sentence.trim().replace(/\.$/, '');
