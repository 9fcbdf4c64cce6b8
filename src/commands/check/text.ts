import type { Config } from '../../config/config.ts';
import type { UnixSeconds } from '../../domain/quantities.ts';
import { STATE_THRESHOLDS } from '../../domain/thresholds.ts';
import { serviceOf } from '../../services/index.ts';
import { needsAttention, RESOURCE_STATES } from '../../state/resource-state.ts';
import { counted, formatCount, humanizeAgo, humanizeObjective, humanizeTime } from '../../status/humanize.ts';
import type { ResourceStatus } from '../../status/report.ts';
import { explain, STATES } from '../../status/states.ts';
import type { Terminal } from '../terminal.ts';
import { textTable, visible } from '../text-table.ts';
import { type CheckSummary, outsideObjective, type ProjectCheck, type ServiceCheck } from './results.ts';

export interface TextOptions {
  readonly style: Terminal['style'];
  /** Columns of the terminal; undefined for no limit. */
  readonly width: number | undefined;
}

/** The results as text: for each project the credentials, a table and what needs attention. */
export function checkText(
  projects: readonly ProjectCheck[],
  summary: CheckSummary,
  now: UnixSeconds,
  options: TextOptions,
): string {
  const paragraphs = projects.map((project) => projectLines(project, now, options).join('\n'));
  return `${[...paragraphs, summaryLine(summary, projects.length, options)].join('\n\n')}\n`;
}

export function offlineText({ projects }: Config): string {
  const services = projects.flatMap((project) => project.services).length;
  return `The configuration is valid: ${counted(projects.length, 'project')}, ${counted(services, 'service')}. The cloud was not contacted.\n`;
}

function summaryLine(
  { passed, failing, outside, strict }: CheckSummary,
  projects: number,
  { style }: TextOptions,
): string {
  const where = projects === 1 ? '' : ` in ${failing} of ${projects} projects`;
  const sentence = passed
    ? style('green', 'All checks passed.')
    : style('red', `Some checks failed${where}.`);
  if (outside === 0) return sentence;
  const found = `${counted(outside, 'resource')} ${outside === 1 ? 'is outside its objective' : 'are outside their objectives'}.`;
  return `${sentence} ${strict ? style('red', found) : found}`;
}

function projectLines(
  check: ProjectCheck,
  now: UnixSeconds,
  { style, width }: TextOptions,
): readonly string[] {
  const { project, region, services, refused } = check;
  const read = services.filter(({ resources }) => resources !== undefined);
  const table = textTable(HEADINGS, read.map(tableRow), {
    right: NUMBERS,
    width: width === undefined ? undefined : width - INDENT.length,
    paintHeading: (text) => style('dim', text),
  });
  return [
    `project ${visible(project)} (${visible(region)})`,
    ...indented(credentialsLines(check, now, style)),
    ...indented(read.length === 0 ? [] : table),
    ...indented(services.flatMap((service) => serviceLines(service, now, style))),
    ...indented(emptyLines(check)),
    ...indented(refused === undefined ? [] : foundLines(read, refused)),
  ];
}

/** An empty project is usually the wrong one. */
function emptyLines({ region, credentials, services, refused }: ProjectCheck): readonly string[] {
  const isEmpty = services.every(
    ({ resources, backups, problems, excluded }) =>
      resources?.length === 0 && backups === 0 && problems.length === 0 && excluded === 0,
  );
  if (!isEmpty || refused !== undefined || credentials.kind === 'failed') return [];
  return [
    `no resources and no backups found; is ${visible(region)} the right region, and this the right project?`,
  ];
}

/** If no services are named: those that responded, to paste into the configuration. */
function foundLines(
  found: readonly ServiceCheck[],
  refused: NonNullable<ProjectCheck['refused']>,
): readonly string[] {
  const denied = refused.map(({ service, reason }) => `not allowed to read ${service}: ${reason}`);
  if (found.length === 0) return ['no service responded in this region', ...denied];
  const entries = found.map(({ service, resources = [] }) => {
    const { one, many } = serviceOf(service).resource;
    return `  - type: ${service} # ${formatCount(resources.length)} ${resources.length === 1 ? one : many}`;
  });
  return [
    'services that respond here, for the configuration of this project:',
    'services:',
    ...entries,
    ...denied,
  ];
}

const INDENT = '  ';
const indented = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => (line === '' ? '' : INDENT + line));

function credentialsLines(
  { credentials, passwordExpires }: ProjectCheck,
  now: UnixSeconds,
  style: Terminal['style'],
): readonly string[] {
  switch (credentials.kind) {
    case 'signed_in':
      return [style('green', 'signed in'), ...passwordLines(passwordExpires, now, style)];
    case 'accepted':
      return [style('green', 'credentials accepted')];
    case 'unknown':
      return [];
    case 'failed':
      return [
        credentials.reason.replace(/^cannot sign in(?=:)|^cannot [^:]+/, (what) =>
          style('red', what === 'cannot sign in' ? 'sign-in failed' : what),
        ),
      ];
    default:
      return credentials satisfies never;
  }
}

function passwordLines(
  expires: UnixSeconds | undefined,
  now: UnixSeconds,
  style: Terminal['style'],
): readonly string[] {
  if (expires === undefined) return [];
  const isSoon = expires - now < STATE_THRESHOLDS.credentialsExpiringWithin;
  const text = `the password ${expires > now ? 'expires' : 'expired'} ${humanizeAgo(expires, now)}, at ${humanizeTime(expires)}`;
  return [isSoon ? style('red', text) : text];
}

const HEADINGS = ['service', 'resources', 'backups', 'within objective', 'outside', 'no objective'];
const NUMBERS: ReadonlySet<number> = new Set([1, 2, 3, 4, 5]);

function tableRow({ service, resources = [], backups }: ServiceCheck): readonly string[] {
  const none = resources.filter(({ states }) => states[0] === 'not_expected').length;
  const outside = outsideObjective(resources).length;
  const counts = [resources.length, backups, resources.length - none - outside, outside, none];
  return [service, ...counts.map((count) => (count === undefined ? '?' : formatCount(count)))];
}

const MOST_NAMED = 20;

function serviceLines(check: ServiceCheck, now: UnixSeconds, style: Terminal['style']): readonly string[] {
  const { service, resources = [], problems, rejectedRows, unlisted, excluded, contradictions } = check;
  const named = RESOURCE_STATES.filter(needsAttention).flatMap((state) =>
    resources.filter(({ states }) => states[0] === state),
  );
  const more = named.length - MOST_NAMED;
  const facts = [
    ...named.slice(0, MOST_NAMED).map((resource) => resourceLine(resource, now)),
    ...lineIf(more > 0, `and ${formatCount(more)} more that need attention`),
    ...rejectionLines(rejectedRows),
    ...lineIf(unlisted > 0, `the service counts ${counted(unlisted, 'backup')} more than it lists`),
    ...contradictions.map(contradictionLine),
    ...lineIf(excluded > 0, `${counted(excluded, 'resource')} excluded by include and exclude`),
  ];
  return [
    ...problems.map((problem) => `${style('red', service)}: ${problem}`),
    ...facts.map((fact) => `${service}: ${fact}`),
  ];
}

const contradictionLine = ({ assumption, found }: ServiceCheck['contradictions'][number]): string =>
  `${visible(found)}, which the exporter does not expect (${assumption}); please send a recording of it: check --record FILE`;

function rejectionLines(rows: ServiceCheck['rejectedRows']): readonly string[] {
  const reasons = Object.entries(rows);
  const total = reasons.reduce((sum, [, count]) => sum + count, 0);
  const named = reasons.map(([reason, count]) => `${reason}: ${formatCount(count)}`).join(', ');
  return lineIf(
    total > 0,
    `${counted(total, 'row')} could not be parsed and ${total === 1 ? 'was' : 'were'} skipped (${named})`,
  );
}

function resourceLine(resource: ResourceStatus, now: UnixSeconds): string {
  const { resourceName, resourceId, states, lastSuccess, objective } = resource;
  const name =
    resourceName === resourceId ? visible(resourceId) : `${visible(resourceName)} (${visible(resourceId)})`;
  const [state] = states;
  const reason = explain(resource, state, now);
  const facts = [
    `${STATES[state].name.toLowerCase()}${reason === undefined ? '' : ` (${reason})`}`,
    lastSuccess === undefined ? undefined : `last successful backup ${humanizeAgo(lastSuccess, now)}`,
    objective === undefined ? undefined : `objective ${humanizeObjective(objective)}`,
  ];
  return `${name}: ${facts.filter((fact) => fact !== undefined).join(', ')}`;
}

const lineIf = (applies: boolean, text: string): readonly string[] => (applies ? [text] : []);
