import type { Config } from '../../config/config.ts';
import type { UnixSeconds } from '../../domain/quantities.ts';
import { STATE_THRESHOLDS } from '../../domain/thresholds.ts';
import { serviceOf } from '../../services/index.ts';
import { needsAttention, RESOURCE_STATES } from '../../state/resource-state.ts';
import { counted, formatCount, humanizeAgo, humanizeObjective, humanizeTime } from '../../status/humanize.ts';
import type { ResourceStatus } from '../../status/report.ts';
import { explain, STATES } from '../../status/states.ts';
import { RECORDING_URL } from '../program.ts';
import type { Terminal } from '../terminal.ts';
import { compact, nameOf, textTable, visible } from '../text-table.ts';
import { type CheckSummary, outsideObjective, type ProjectCheck, type ServiceCheck } from './results.ts';

export interface TextOptions {
  readonly style: Terminal['style'];
  /** Columns of the terminal; undefined for no limit. */
  readonly width: number | undefined;
  readonly now: UnixSeconds;
}

/** The results as text: for each project the credentials, a table and what needs attention. */
export function checkText(
  projects: readonly ProjectCheck[],
  summary: CheckSummary,
  options: TextOptions,
): string {
  const paragraphs = projects.map((project) => projectLines(project, options).join('\n'));
  return `${[...paragraphs, summaryLine(summary, projects.length, options)].join('\n\n')}\n`;
}

export function offlineText({ projects }: Config): string {
  const services = projects.flatMap((project) => project.services).length;
  return `The configuration is valid: ${counted(projects.length, 'project')}, ${counted(services, 'service')}. The cloud was not contacted.\n`;
}

function summaryLine(summary: CheckSummary, projects: number, { style }: TextOptions): string {
  const { passed, failing, outside, strict } = summary;
  const where = projects === 1 ? '' : ` in ${failing} of ${projects} projects`;
  const sentence = passed
    ? style('green', 'All checks passed.')
    : style('red', `Some checks failed${where}.`);
  if (outside === 0) return sentence;
  const found = `${counted(outside, 'resource')} ${outside === 1 ? 'is outside its objective' : 'are outside their objectives'}.`;
  return `${sentence} ${strict ? style('red', found) : found}`;
}

function projectLines(check: ProjectCheck, options: TextOptions): readonly string[] {
  const { project, region, services, refused } = check;
  const { style, width } = options;
  const read = services.filter(({ resources }) => resources !== undefined);
  const room = width === undefined ? undefined : width - INDENT.length;
  const table = textTable(COLUMNS, read.map(tableRow), room, (heading) => style('dim', heading));
  const details = [
    ...credentialsLines(check, options),
    ...(read.length === 0 ? [] : table),
    ...services.flatMap((service) => serviceLines(service, options)),
    ...emptyLines(check),
    ...(refused === undefined || check.credentials.kind === 'failed' ? [] : foundLines(read, refused)),
  ];
  const heading = `project ${visible(project)} (${visible(region)})`;
  return [heading, ...details.map((line) => (line === '' ? '' : INDENT + line))];
}

const INDENT = '  ';

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

function credentialsLines(
  { credentials, passwordExpires }: ProjectCheck,
  { style, now }: TextOptions,
): readonly string[] {
  switch (credentials.kind) {
    case 'signed_in': {
      if (passwordExpires === undefined) return [style('green', 'signed in')];
      const isSoon = passwordExpires - now < STATE_THRESHOLDS.credentialsExpiringWithin;
      const expires = passwordExpires > now ? 'expires' : 'expired';
      const password = `the password ${expires} ${humanizeAgo(passwordExpires, now)}, at ${humanizeTime(passwordExpires)}`;
      return [style('green', 'signed in'), isSoon ? style('red', password) : password];
    }
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

const COUNTS = ['resources', 'backups', 'within objective', 'outside', 'no objective'];
const COLUMNS = [{ heading: 'service' }, ...COUNTS.map((heading) => ({ heading, right: true }) as const)];

function tableRow({ service, resources = [], backups }: ServiceCheck): readonly string[] {
  const none = resources.filter(({ states }) => states[0] === 'not_expected').length;
  const outside = outsideObjective(resources).length;
  const counts = [resources.length, backups, resources.length - none - outside, outside, none];
  return [service, ...counts.map((count) => (count === undefined ? '?' : formatCount(count)))];
}

const MOST_NAMED = 20;

function serviceLines(check: ServiceCheck, { style, now }: TextOptions): readonly string[] {
  const { service, resources = [], problems, rejectedRows, unlisted, excluded, contradictions } = check;
  const { resourcesUnlisted } = check;
  const named = RESOURCE_STATES.filter(needsAttention).flatMap((state) =>
    resources.filter(({ states }) => states[0] === state),
  );
  const more = named.length - MOST_NAMED;
  const rows = Object.entries(rejectedRows);
  const rejected = rows.reduce((sum, [, count]) => sum + count, 0);
  const reasons = rows.map(([reason, count]) => `${reason}: ${formatCount(count)}`).join(', ');
  const facts = compact([
    ...named.slice(0, MOST_NAMED).map((resource) => resourceLine(resource, now)),
    more > 0 && `and ${formatCount(more)} more that need attention`,
    rejected > 0 &&
      `${counted(rejected, 'row')} could not be parsed and ${rejected === 1 ? 'was' : 'were'} skipped (${reasons})`,
    unlisted > 0 && `the service counts ${counted(unlisted, 'more backup')} than it lists`,
    resourcesUnlisted > 0 &&
      `the service counts ${counted(resourcesUnlisted, 'more resource')} than it lists`,
    ...contradictions.map(
      ({ assumption, found }) =>
        `${visible(found)}, which the exporter does not expect (${assumption}); record it with check --record FILE, and send the recording: ${RECORDING_URL}`,
    ),
    excluded > 0 && `${counted(excluded, 'resource')} excluded by include and exclude`,
  ]);
  return [
    ...problems.map((problem) => `${style('red', service)}: ${problem}`),
    ...facts.map((fact) => `${service}: ${fact}`),
  ];
}

function resourceLine(resource: ResourceStatus, now: UnixSeconds): string {
  const {
    states: [state],
    lastSuccess,
    objective,
  } = resource;
  const reason = explain(resource, state, now);
  const facts = compact([
    `${STATES[state].name.toLowerCase()}${reason === undefined ? '' : ` (${reason})`}`,
    lastSuccess !== undefined && `last successful backup ${humanizeAgo(lastSuccess.end, now)}`,
    objective !== undefined && `objective ${humanizeObjective(objective)}`,
  ]);
  return `${nameOf(resource)}: ${facts.join(', ')}`;
}
