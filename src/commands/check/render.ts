import type { UnixSeconds } from '../../domain/quantities.ts';
import type { ResourceStatus } from '../../status/report.ts';
import { ageWords, durationWords } from '../../status/words.ts';
import { isFine, outsideObjective, type ProjectExamination, type ServiceExamination } from './examine.ts';

/** Paints a text; without colour it gives it back. */
export interface Palette {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly quiet: (text: string) => string;
}

const paint = (code: number) => (text: string) => `\u001b[${code}m${text}\u001b[0m`;
const plain = (text: string): string => text;

/** The palette for a terminal, or for anything else. */
export const paletteFor = (isTerminal: boolean): Palette =>
  isTerminal
    ? { good: paint(32), bad: paint(31), quiet: paint(2) }
    : { good: plain, bad: plain, quiet: plain };

const MOST_NAMED = 20;

/** The examination as a table for people. */
export function renderExamination(
  projects: readonly ProjectExamination[],
  now: UnixSeconds,
  palette: Palette,
): string {
  const lines = projects.flatMap((project) => projectLines(project, now, palette));
  const failing = projects.filter((project) => !isFine(project)).length;
  const verdict =
    failing === 0
      ? palette.good('The exporter can do its work.')
      : palette.bad(
          `Something keeps the exporter from its work in ${failing} of ${projects.length} projects.`,
        );
  return `${[...lines, '', verdict].join('\n')}\n`;
}

function projectLines(
  { project, region, signInTrouble, services }: ProjectExamination,
  now: UnixSeconds,
  palette: Palette,
): readonly string[] {
  const heading = `project ${visible(project)} (${visible(region)})`;
  if (signInTrouble !== undefined) return [heading, `  ${palette.bad('sign-in failed')}: ${signInTrouble}`];
  const rows = services.map((examination) => summary(examination, now));
  return [
    heading,
    `  ${palette.good('signed in')}`,
    ...table([HEADINGS, ...rows]).map((line, index) => `  ${index === 0 ? palette.quiet(line) : line}`),
    ...services.flatMap((examination) => remarks(examination, now, palette).map((line) => `  ${line}`)),
  ];
}

const HEADINGS = ['service', 'resources', 'backups', 'inside', 'outside', 'never backed up', 'no objective'];

function summary({ service, resources, backups }: ServiceExamination, now: UnixSeconds): readonly string[] {
  const cells = resources === undefined ? undefined : counts(resources, now);
  return [
    service,
    ...[resources?.length, backups, cells?.inside, cells?.outside, cells?.never, cells?.none].map((count) =>
      String(count ?? '?'),
    ),
  ];
}

function counts(resources: readonly ResourceStatus[], now: UnixSeconds) {
  const never = resources.filter(({ standing }) => standing === 'never').length;
  const none = resources.filter(({ standing }) => standing === 'not_expected').length;
  const outside = outsideObjective(resources, now).filter(({ standing }) => standing !== 'never').length;
  return { never, none, outside, inside: resources.length - never - none - outside };
}

function remarks(examination: ServiceExamination, now: UnixSeconds, palette: Palette): readonly string[] {
  const { service, resources, troubles, rejectedRows, unlisted, overLimit, excluded } = examination;
  const named = (resources ?? []).filter(({ standing }) => standing === 'stale' || standing === 'never');
  return [
    ...troubles.map((trouble) => `${palette.bad(service)}: ${trouble}`),
    ...named.slice(0, MOST_NAMED).map((resource) => `${service}: ${resourceRemark(resource, now)}`),
    ...remark(
      named.length > MOST_NAMED,
      `${service}: and ${named.length - MOST_NAMED} more outside of their objective`,
    ),
    ...remark(rejectedRows > 0, `${service}: ${rejectedRows} rows could not be read and are not counted`),
    ...remark(unlisted > 0, `${service}: the service counts ${unlisted} backups that it does not list`),
    ...remark(
      overLimit > 0,
      `${service}: ${overLimit} resources are over limits.resources and would not be served`,
    ),
    ...remark(excluded > 0, `${service}: ${excluded} resources are left out by include and exclude`),
  ];
}

function resourceRemark(
  { resourceName, resourceId, standing, lastSuccess, objective, created }: ResourceStatus,
  now: UnixSeconds,
): string {
  const name =
    resourceName === resourceId ? visible(resourceId) : `${visible(resourceName)} (${visible(resourceId)})`;
  if (standing === 'never' || lastSuccess === undefined) {
    const age = created === undefined ? '' : `; created ${ageWords(created, now)} ago`;
    return `${name} was never backed up${age}`;
  }
  return `${name}: newest good backup is ${ageWords(lastSuccess, now)} old, objective ${objective === undefined ? 'none' : durationWords(objective)}`;
}

const remark = (applies: boolean, text: string): readonly string[] => (applies ? [text] : []);

// Names come from the cloud: what a terminal would obey is shown instead.
const visible = (text: string): string => text.replaceAll(/\p{C}/gu, '\uFFFD');

/** Columns as wide as their widest cell; numbers stand to the right. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}
