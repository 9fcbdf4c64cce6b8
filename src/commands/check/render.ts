import type { Config } from '../../config/config.ts';
import type { UnixSeconds } from '../../domain/quantities.ts';
import { serviceOf } from '../../services/index.ts';
import type { ResourceStatus } from '../../status/report.ts';
import { agoWords, counted, countWords, durationWords } from '../../status/words.ts';
import type { Terminal } from '../terminal.ts';
import { textTable, visible } from '../text-table.ts';
import {
  type CredentialsFinding,
  isOverdue,
  outsideObjective,
  type ProjectExamination,
  type ServiceExamination,
} from './examine.ts';
import type { Verdict } from './verdict.ts';

/** How an examination is shown. */
export interface RenderOptions {
  readonly style: Terminal['style'];
  /** Places in a line; undefined for any number. */
  readonly width: number | undefined;
}

/** The examination for people: for each project what came of its credentials, a table, and what should be known. */
export function renderExamination(
  projects: readonly ProjectExamination[],
  verdict: Verdict,
  now: UnixSeconds,
  options: RenderOptions,
): string {
  const paragraphs = projects.map((project) => projectLines(project, now, options).join('\n'));
  return `${[...paragraphs, verdictLine(verdict, projects.length, options)].join('\n\n')}\n`;
}

/** What `--offline` has to say. */
export function renderOffline({ projects }: Config): string {
  const services = projects.flatMap((project) => project.services).length;
  return `The configuration is valid: ${counted(projects.length, 'project')}, ${counted(services, 'service')}. Nothing was asked of the cloud.\n`;
}

function verdictLine(
  { fine, failing, outside }: Verdict,
  projects: number,
  { style }: RenderOptions,
): string {
  if (failing > 0) {
    const where = projects === 1 ? '' : ` in ${failing} of ${projects} projects`;
    return style('red', `Something keeps the exporter from its work${where}.`);
  }
  const good = style('green', 'The exporter can do its work.');
  if (outside === 0) return good;
  const found = `${counted(outside, 'resource')} ${outside === 1 ? 'is' : 'are'} outside of ${outside === 1 ? 'its objective' : 'their objectives'}.`;
  return `${good} ${fine ? found : style('red', found)}`;
}

function projectLines(
  { project, region, credentials, services, refused }: ProjectExamination,
  now: UnixSeconds,
  { style, width }: RenderOptions,
): readonly string[] {
  const read = services.filter(({ resources }) => resources !== undefined);
  const table = textTable(
    HEADINGS,
    read.map((examination) => summary(examination, now)),
    {
      right: NUMBERS,
      width: width === undefined ? undefined : width - INDENT.length,
      paintHeading: (text) => style('dim', text),
    },
  );
  return [
    `project ${visible(project)} (${visible(region)})`,
    ...indented(credentialsLines(credentials, style)),
    ...indented(read.length === 0 ? [] : table),
    ...indented(services.flatMap((examination) => remarks(examination, now, style))),
    ...indented(refused === undefined ? [] : foundLines(read, refused)),
  ];
}

/** Where no services were named: the list of those that answer, to be pasted into the configuration. */
function foundLines(
  found: readonly ServiceExamination[],
  refused: NonNullable<ProjectExamination['refused']>,
): readonly string[] {
  const denied = refused.map(({ service, reason }) => `not allowed to read ${service}: ${reason}`);
  if (found.length === 0) return ['no service answered in this region', ...denied];
  const entries = found.map(({ service, resources = [] }) => {
    const { one, many } = serviceOf(service).resource;
    return `  - type: ${service} # ${countWords(resources.length)} ${resources.length === 1 ? one : many}`;
  });
  return [
    'services that answer here, for the configuration of this project:',
    'services:',
    ...entries,
    ...denied,
  ];
}

const INDENT = '  ';
const indented = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => (line === '' ? '' : INDENT + line));

function credentialsLines(finding: CredentialsFinding, style: Terminal['style']): readonly string[] {
  switch (finding.kind) {
    case 'signed_in':
      return [style('green', 'signed in')];
    case 'accepted':
      return [style('green', 'credentials accepted')];
    case 'unknown':
      return [];
    case 'failed':
      return [
        finding.reason.replace(/^cannot sign in(?=:)|^cannot [^:]+/, (what) =>
          style('red', what === 'cannot sign in' ? 'sign-in failed' : what),
        ),
      ];
    default:
      return finding satisfies never;
  }
}

const HEADINGS = ['service', 'resources', 'backups', 'inside', 'outside', 'never', 'no objective'];
const NUMBERS: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 6]);

function summary(
  { service, resources = [], backups }: ServiceExamination,
  now: UnixSeconds,
): readonly string[] {
  const never = resources.filter(({ standing }) => standing === 'never').length;
  const none = resources.filter(({ standing }) => standing === 'not_expected').length;
  const outside = outsideObjective(resources, now).filter(({ standing }) => standing !== 'never').length;
  const inside = resources.length - never - none - outside;
  const counts = [resources.length, backups, inside, outside, never, none];
  return [service, ...counts.map((count) => (count === undefined ? '?' : countWords(count)))];
}

const MOST_NAMED = 20;

function remarks(
  examination: ServiceExamination,
  now: UnixSeconds,
  style: Terminal['style'],
): readonly string[] {
  const { service, resources = [], troubles, rejectedRows, unlisted, excluded } = examination;
  const named = resources.filter(({ standing }) => standing === 'stale' || standing === 'never');
  const more = named.length - MOST_NAMED;
  const facts = [
    ...named.slice(0, MOST_NAMED).map((resource) => resourceRemark(resource, now)),
    ...remark(
      more > 0,
      `and ${countWords(more)} more that are outside of their objective or never backed up`,
    ),
    ...rejectionRemark(rejectedRows),
    ...remark(unlisted > 0, `the service counts ${counted(unlisted, 'backup')} that it does not list`),
    ...remark(excluded > 0, `${counted(excluded, 'resource')} left out by include and exclude`),
  ];
  return [
    ...troubles.map((trouble) => `${style('red', service)}: ${trouble}`),
    ...facts.map((fact) => `${service}: ${fact}`),
  ];
}

function rejectionRemark(rows: ServiceExamination['rejectedRows']): readonly string[] {
  const reasons = Object.entries(rows);
  const total = reasons.reduce((sum, [, count]) => sum + count, 0);
  const named = reasons.map(([reason, count]) => `${reason}: ${countWords(count)}`).join(', ');
  return remark(
    total > 0,
    `${counted(total, 'row')} of the lists could not be read and ${total === 1 ? 'is' : 'are'} not counted (${named})`,
  );
}

function resourceRemark(resource: ResourceStatus, now: UnixSeconds): string {
  const { resourceName, resourceId, lastSuccess, objective, created } = resource;
  const name =
    resourceName === resourceId ? visible(resourceId) : `${visible(resourceName)} (${visible(resourceId)})`;
  if (lastSuccess === undefined) {
    const since = created === undefined ? '' : `; created ${agoWords(created, now)}`;
    return `${name} ${isOverdue(resource, now) ? 'was never backed up' : 'has no good backup yet'}${since}`;
  }
  const wanted = objective === undefined ? '' : `, objective ${durationWords(objective)}`;
  return `${name}: newest good backup was complete ${agoWords(lastSuccess, now)}${wanted}`;
}

const remark = (applies: boolean, text: string): readonly string[] => (applies ? [text] : []);
