import { seconds, type UnixSeconds } from '../domain/quantities.ts';
import { STATE_THRESHOLDS } from '../domain/thresholds.ts';
import { counted, formatCount, humanizeAgo, humanizeDuration, humanizeTime } from './humanize.ts';
import type { PollStatus, ProjectStatus, StatusReport } from './report.ts';

/** Something that makes the data stale or incomplete, or soon will. The same cause is one problem in all scopes. */
export interface Problem {
  readonly sentence: string;
  /** The alert for it, without the prefix. */
  readonly alert: string;
  /** The services affected; none if it is about the exporter. */
  readonly scopes: readonly AffectedScope[];
}

export interface AffectedScope {
  readonly project: string;
  readonly region: string;
  /** Undefined: the whole project. */
  readonly service?: string;
  /** Age of the data shown. */
  readonly note?: string | undefined;
}

export function problemsOf(report: StatusReport): readonly Problem[] {
  const found = [
    ...report.reloadProblems.map(reloadProblem),
    ...report.polls.flatMap((poll) => pollProblems(poll, report.now)),
    ...report.projects.flatMap((project) => passwordProblems(project, report.now)),
  ];
  const bySentence = Map.groupBy(found, ({ sentence }) => sentence);
  return Array.from(bySentence, ([sentence, same]) => ({
    sentence,
    alert: same[0]?.alert ?? '',
    scopes: same.flatMap(({ scopes }) => scopes),
  }));
}

function reloadProblem(problem: string): Problem {
  return {
    sentence: `The configuration was not reloaded; the previous one is still in use: ${withoutPeriod(problem)}.`,
    alert: 'ConfigReloadFailing',
    scopes: [],
  };
}

function passwordProblems(status: ProjectStatus, now: UnixSeconds): readonly Problem[] {
  const { project, region, passwordExpires: end } = status;
  if (end === undefined || end - now > STATE_THRESHOLDS.credentialsExpiringWithin) return [];
  const expires = `${end > now ? 'expires' : 'expired'} ${humanizeAgo(end, now)}, on ${humanizeTime(end)}`;
  const sentence = `The password of the IAM user ${expires}.`;
  return [{ sentence, alert: 'CredentialsExpiring', scopes: [{ project, region }] }];
}

function pollProblems(poll: PollStatus, now: UnixSeconds): readonly Problem[] {
  const { project, region, service, recent, lastComplete, inventory } = poll;
  const problems: Problem[] = [];
  const add = (alert: string, sentence: string, note?: string): void => {
    problems.push({ sentence, alert, scopes: [{ project, region, service, note }] });
  };
  const [last] = recent;
  if (last === undefined) {
    add('NeverPolled', 'Not polled yet.');
    return problems;
  }
  const shown = lastComplete === undefined ? 'no data yet' : `data from ${humanizeAgo(lastComplete, now)}`;
  if (last.outcome !== 'success') {
    const isRefused = last.outcome === 'auth' || last.outcome === 'permission';
    const sentence = `Polls are failing (${last.outcome})${because(last.reason)}`;
    add(isRefused ? 'AuthFailing' : 'PollFailing', sentence, shown);
  } else if (lastComplete !== undefined && now - lastComplete > STATE_THRESHOLDS.dataStaleAfter) {
    add('DataStale', `No poll for over ${humanizeDuration(STATE_THRESHOLDS.dataStaleAfter)}.`, shown);
  }
  if (inventory?.complete === false && !isSameCause(inventory.reason, last)) {
    const sentence = `The inventory could not be read${because(inventory.reason)} Resources without backups may be missing.`;
    add('PollFailing', sentence);
  }
  const { clockSkew = 0 } = poll;
  if (Math.abs(clockSkew) > STATE_THRESHOLDS.clockSkewBeyond) {
    const skew = humanizeDuration(seconds(Math.abs(clockSkew)));
    add('ClockSkew', `This machine's clock is ${skew} ${clockSkew > 0 ? 'ahead of' : 'behind'} the cloud's.`);
  }
  for (const [alert, sentence] of omissions(poll)) add(alert, sentence);
  return problems;
}

/** What complete polls leave out, by alert. */
function* omissions(poll: PollStatus): Iterable<readonly [alert: string, sentence: string]> {
  const { unlisted = 0, resourcesUnlisted = 0, overLimit = 0, policiesUnread = 0, rejected } = poll;
  if (unlisted > 0) {
    yield ['PollFailing', `The service counts ${counted(unlisted, 'more backup')} than it lists.`];
  }
  if (resourcesUnlisted > 0) {
    yield ['PollFailing', `The service counts ${counted(resourcesUnlisted, 'more resource')} than it lists.`];
  }
  if (policiesUnread > 0) {
    const policies = `The backup ${policiesUnread === 1 ? 'policy' : 'policies'} of ${counted(policiesUnread, 'resource')}`;
    yield ['PollFailing', `${policies} could not be read, so nothing says whether backups are expected.`];
  }
  if (overLimit > 0) {
    const exceeding = `${counted(overLimit, 'resource')} ${overLimit === 1 ? 'is' : 'are'}`;
    yield ['ResourcesOverLimit', `${exceeding} over limits.resources and not shown.`];
  }
  const rejections = Object.entries(rejected).filter(([, count]) => count > 0);
  if (rejections.length === 0) return;
  const total = rejections.reduce((sum, [, count]) => sum + count, 0);
  const reasons = rejections.map(
    ([reason, count]) => `${reason.replaceAll('_', ' ')}: ${formatCount(count)}`,
  );
  const rows = `${counted(total, 'row')} could not be read (${reasons.join(', ')})`;
  yield ['RecordsRejected', `${rows}; the log shows an example.`];
}

/** Whether the last poll failed for the same cause, as both lists often do. */
const isSameCause = (reason: string | undefined, last: PollStatus['recent'][number]): boolean =>
  last.outcome !== 'success' && causeOf(reason) === causeOf(last.reason);

/** The cause, without the operation that failed. */
const causeOf = (reason: string | undefined): string | undefined => reason?.replace(/^cannot [^:]+: /, '');

function because(reason: string | undefined): string {
  const cause = causeOf(reason);
  return cause === undefined ? '.' : `: ${withoutPeriod(cause)}.`;
}

const withoutPeriod = (sentence: string): string => sentence.trim().replace(/\.$/, '');
