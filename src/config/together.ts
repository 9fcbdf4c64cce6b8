import { defaultApi, serviceOf } from '../services/index.ts';
import { formatDuration } from './duration.ts';
import { defaultTimeout } from './poll-times.ts';
import { pathText, type SettingPath } from './problem.ts';
import type { ProjectSettings, Settings } from './schema.ts';
import { nearest } from './suggestion.ts';
import type { Partially, Walked } from './walk.ts';

/** Something about settings that are each right by themselves. */
interface Remark {
  readonly path: SettingPath;
  readonly message: string;
  /** Whether it is a mistake; else it deserves a second look. */
  readonly mistake: boolean;
}

const mistake = (path: SettingPath, message: string): Remark => ({ path, message, mistake: true });
const doubt = (path: SettingPath, message: string): Remark => ({ path, message, mistake: false });

const aboutTimes = (poll: Partially<Settings['poll']> | undefined): readonly Remark[] => {
  const { interval, timeout, request_timeout: requestTimeout } = poll ?? {};
  if (interval !== undefined && timeout !== undefined && timeout > interval) {
    const message = `${formatDuration(timeout)} is longer than the interval of ${formatDuration(interval)}; allowed: a duration up to the interval`;
    return [mistake(['poll', 'timeout'], message)];
  }
  const limit = timeout ?? (interval === undefined ? undefined : defaultTimeout(interval));
  if (limit === undefined || requestTimeout === undefined || requestTimeout <= limit) return [];
  const message = `${formatDuration(requestTimeout)} is longer than the timeout of ${formatDuration(limit)}, which ends a request first`;
  return [doubt(['poll', 'request_timeout'], message)];
};

interface ProjectName {
  readonly index: number;
  readonly name: string;
  readonly given: boolean;
}

/** The names of the projects; one with a mistake in its name is left out. */
const projectNames = (walked: Walked): readonly ProjectName[] =>
  (walked.settings?.projects ?? []).flatMap((project, index) => {
    const given = walked.isGiven(['projects', index, 'name']);
    const name = given ? project?.name : project?.region;
    return name === undefined ? [] : [{ index, name, given }];
  });

const aboutNames = (names: readonly ProjectName[]): readonly Remark[] =>
  names.flatMap(({ index, name, given }) => {
    const first = names.find((other) => other.name === name);
    if (first === undefined || first.index === index) return [];
    const whose = pathText(['projects', first.index]);
    const message = given
      ? `${JSON.stringify(name)} is the name of ${whose}, too; allowed: a name of its own for each project`
      : `without a name it is called ${JSON.stringify(name)} after its region, like ${whose}; allowed: a name of its own for each project`;
    return [mistake(['projects', index, 'name'], message)];
  });

const aboutServices = (
  project: Partially<ProjectSettings> | undefined,
  projectIndex: number,
): readonly Remark[] => {
  const types = project?.services?.map((service) => service?.type) ?? [];
  return types.flatMap((type, index) => {
    if (type === undefined || types.indexOf(type) === index) return [];
    const path = ['projects', projectIndex, 'services', index, 'type'];
    return [mistake(path, `${type} is given more than once for this project; allowed: each type once`)];
  });
};

const hasPolicies = (type: string): boolean => defaultApi(serviceOf(type)).policies !== undefined;

type Override = Partially<Settings['rpo']['overrides'][number]>;

const aboutOverride = (
  override: Override | undefined,
  index: number,
  known: { readonly projects: readonly string[]; readonly regions: readonly string[] },
): readonly Remark[] => {
  const path = ['rpo', 'overrides', index];
  const remarks: Remark[] = [];
  const { service, project, region } = override?.match ?? {};
  if (service !== undefined && override?.rpo?.kind === 'policy' && !hasPolicies(service)) {
    const message = `"policy" is not possible for service ${service}, which does not tell its policy; allowed: a duration, none`;
    remarks.push(mistake([...path, 'rpo'], message));
  }
  for (const [key, value, values] of [
    ['project', project, known.projects],
    ['region', region, known.regions],
  ] as const) {
    if (value === undefined || values.includes(value)) continue;
    const meant = nearest(value, values);
    const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
    remarks.push(
      doubt(
        [...path, 'match', key],
        `no project has the ${key === 'project' ? 'name' : 'region'} ${JSON.stringify(value)}${hint}, the override matches nothing`,
      ),
    );
  }
  return remarks;
};

/** What is wrong or doubtful about settings together. What has a mistake by itself is left out of the comparison. */
export const lookAtAllTogether = (walked: Walked): readonly Remark[] => {
  const { settings } = walked;
  const projects = settings?.projects ?? [];
  const names = projectNames(walked);
  const known = {
    projects: names.map(({ name }) => name),
    regions: projects.flatMap((project) => project?.region ?? []),
  };
  return [
    ...aboutTimes(settings?.poll),
    ...(settings?.rpo?.overrides ?? []).flatMap((override, index) => aboutOverride(override, index, known)),
    ...aboutNames(names),
    ...projects.flatMap(aboutServices),
  ];
};
