import type { z } from 'zod';
import { seconds } from '../domain/quantities.ts';
import { defaultApi, SERVICES } from '../services/index.ts';
import { tagLabel } from './config.ts';
import { DEFAULT_INTERVAL, defaultTimeout, formatDuration } from './duration.ts';
import { pathText, type SettingPath } from './problem.ts';
import type { Settings } from './schema.ts';
import { reportAt } from './setting.ts';
import { didYouMean } from './suggestion.ts';

// The checks also run if single settings are invalid, so that all mistakes are reported; values may be anything.

type Mapping = Readonly<Record<string, unknown>>;

const mappingsIn = (list: unknown): readonly Mapping[] =>
  Array.isArray(list) ? list.map((item): Mapping => Object(item)) : [];

export const checkTimeout = (
  { interval = DEFAULT_INTERVAL, timeout }: Mapping,
  context: z.RefinementCtx,
): void => {
  if (typeof interval !== 'number' || typeof timeout !== 'number' || timeout <= interval) return;
  const wrong = `is longer than the interval of ${formatDuration(seconds(interval))}`;
  reportAt(context, ['timeout'], wrong, { expected: 'a duration up to the interval' });
};

export const checkProjectNames = (list: unknown, context: z.RefinementCtx): void => {
  const projects = mappingsIn(list);
  const names = projects.map(({ name, region }) => (name === undefined ? region : name));
  projects.forEach(({ name }, index) => {
    const first = names.indexOf(names[index]);
    if (typeof names[index] !== 'string' || first === index) return;
    const other = pathText(['projects', first]);
    const wrong =
      name === undefined
        ? `missing, and the region ${JSON.stringify(names[index])} is already the name of ${other}`
        : `is also the name of ${other}`;
    reportAt(context, [index, 'name'], wrong, { expected: 'a different name for each project' });
  });
};

export const checkServiceTypes = (list: unknown, context: z.RefinementCtx): void => {
  const types = mappingsIn(list).map(({ type }) => type);
  types.forEach((type, index) => {
    if (typeof type !== 'string' || types.indexOf(type) === index) return;
    reportAt(context, [index, 'type'], 'is given more than once for this project', {
      expected: 'each type once',
    });
  });
};

export const checkPolicy = ({ match, rpo }: Mapping, context: z.RefinementCtx): void => {
  const { service } = Object(match) as Mapping;
  const { kind } = Object(rpo) as Mapping;
  const known = SERVICES.find(({ type }) => type === service);
  if (kind !== 'policy' || known === undefined || defaultApi(known).policies !== undefined) return;
  const wrong = `is not supported for service ${known.type}, whose API does not expose the backup policy`;
  reportAt(context, ['rpo'], wrong, { expected: 'a duration or none' });
};

export const checkTags = (list: unknown, context: z.RefinementCtx): void => {
  const labels = Array.isArray(list) ? list.map((key) => (typeof key === 'string' ? tagLabel(key) : '')) : [];
  labels.forEach((label, index) => {
    const first = labels.indexOf(label);
    if (label === '' || first === index) return;
    const wrong = `becomes the label ${label}, as ${pathText(['tags', first])} does`;
    reportAt(context, [index], wrong, { expected: 'tags whose labels differ' });
  });
};

interface Warning {
  readonly path: SettingPath;
  readonly message: string;
}

/** Valid settings that are probably mistakes. */
export const warningsAbout = ({ poll, rpo, projects }: Settings): readonly Warning[] => {
  const warnings: Warning[] = [];
  const { interval = DEFAULT_INTERVAL, request_timeout: requestTimeout } = poll;
  const { timeout = defaultTimeout(interval) } = poll;
  if (requestTimeout !== undefined && requestTimeout > timeout) {
    const message = `${formatDuration(requestTimeout)} is longer than the timeout of ${formatDuration(timeout)}, which ends requests first`;
    warnings.push({ path: ['poll', 'request_timeout'], message });
  }
  const known = {
    project: projects.map(({ name, region }) => name ?? region),
    region: projects.map(({ region }) => region),
  };
  for (const [index, { match }] of rpo.overrides.entries()) {
    for (const key of ['project', 'region'] as const) {
      const value = match[key];
      if (value === undefined || known[key].includes(value)) continue;
      const message = `no project has the ${key === 'project' ? 'name' : key} ${JSON.stringify(value)}${didYouMean(value, known[key])}, so the override matches nothing`;
      warnings.push({ path: ['rpo', 'overrides', index, 'match', key], message });
    }
  }
  return warnings;
};
