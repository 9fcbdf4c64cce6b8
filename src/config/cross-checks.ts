import { z } from 'zod';
import { seconds } from '../domain/quantities.ts';
import { defaultApi, SERVICES } from '../services/index.ts';
import { type Config, tagLabel } from './config.ts';
import { DEFAULT_INTERVAL, formatDuration } from './duration.ts';
import { type Finding, pathText, type SettingPath } from './problem.ts';
import { didYouMean } from './suggestion.ts';

/** A mistake that concerns several settings, as a refinement reports it. */
export interface CrossCheck {
  /** What is expected instead. */
  readonly expected: string;
  /** Whether something is missing rather than wrong. */
  readonly missing: boolean;
}

/** Reports a mistake that concerns several settings. `wrong` follows the value at `path` if that is text. */
export const reportAt = (
  context: z.RefinementCtx,
  path: SettingPath,
  wrong: string,
  expected: string,
  missing = false,
): void => {
  const params: CrossCheck = { expected, missing };
  context.addIssue({ code: 'custom', path: [...path], message: wrong, params: { ...params } });
};

/** For refinements that run even if single settings are invalid, so that all mistakes are reported. */
export const evenWithMistakes = {
  when: ({ value }: z.core.ParsePayload): boolean => typeof value === 'object' && value !== null,
};

/** How many of these keys must be given. */
export interface KeyRule {
  readonly count: 'exactly one' | 'at most one' | 'at least one';
  readonly keys: readonly string[];
}

export const keyRule = (count: KeyRule['count'], ...keys: readonly string[]): KeyRule => ({ count, keys });

/** The key rules of mappings. */
export const keyRules = z.registry<{ readonly rules: readonly KeyRule[] }>();

/** Limits how many of some keys are given, even if other settings are invalid. */
export const withRules = <Shape extends z.ZodRawShape>(
  mapping: z.ZodObject<Shape, z.core.$strict>,
  ...rules: readonly KeyRule[]
) =>
  mapping
    .superRefine((value, context) => {
      for (const rule of rules) checkRule(value, rule, context);
    }, evenWithMistakes)
    .register(keyRules, { rules });

// With `evenWithMistakes`, values may be anything.
type Mapping = Readonly<Record<string, unknown>>;

const checkRule = (mapping: Mapping, { count, keys }: KeyRule, context: z.RefinementCtx): void => {
  const given = keys.filter((key) => mapping[key] !== undefined);
  const expected = `${count} of them`;
  if (given.length === 0 && count !== 'at most one') {
    const wrong = `${keys.slice(0, -1).join(', ')} or ${keys.at(-1)} is missing`;
    reportAt(context, [], wrong, expected, true);
  }
  if (given.length > 1 && count !== 'at least one') {
    reportAt(context, [], `${given.join(' and ')} are both given`, expected);
  }
};

/** Reports each item of a list whose key occurs earlier in the list; `step` leads to the setting that is wrong. */
const checkRepeated =
  (
    keyOf: (item: unknown) => unknown,
    wrong: (key: string, first: number, item: unknown) => string,
    expected: string,
    ...step: readonly string[]
  ) =>
  (list: unknown, context: z.RefinementCtx): void => {
    const items: readonly unknown[] = Array.isArray(list) ? list : [];
    const keys = items.map(keyOf);
    for (const [index, key] of keys.entries()) {
      const first = keys.indexOf(key);
      if (typeof key !== 'string' || first === index) continue;
      reportAt(context, [index, ...step], wrong(key, first, items[index]), expected);
    }
  };

export const checkProjectNames = checkRepeated(
  (project) => {
    const { name, region } = Object(project);
    return name === undefined ? region : name;
  },
  (key, first, project) => {
    const other = pathText(['projects', first]);
    if (Object(project).name !== undefined) return `is also the name of ${other}`;
    return `missing, and the region ${JSON.stringify(key)} is already the name of ${other}`;
  },
  'a different name for each project',
  'name',
);

export const checkServiceTypes = checkRepeated(
  (service) => Object(service).type,
  () => 'is given more than once for this project',
  'each type once',
  'type',
);

export const checkTags = checkRepeated(
  (tag) => (typeof tag === 'string' ? tagLabel(tag) : undefined),
  (label, first) => `becomes the label ${label}, as ${pathText(['tags', first])} does`,
  'tags whose labels differ',
);

export const checkTimeout = (
  { interval = DEFAULT_INTERVAL, timeout }: Mapping,
  context: z.RefinementCtx,
): void => {
  if (typeof interval !== 'number' || typeof timeout !== 'number' || timeout <= interval) return;
  const wrong = `is longer than the interval of ${formatDuration(seconds(interval))}`;
  reportAt(context, ['timeout'], wrong, 'a duration up to the interval');
};

export const checkPolicy = ({ match, rpo }: Mapping, context: z.RefinementCtx): void => {
  const known = SERVICES.find(({ type }) => type === Object(match).service);
  if (Object(rpo).kind !== 'policy' || known === undefined) return;
  if (defaultApi(known).policies !== undefined) return;
  const wrong = `is not supported for service ${known.type}, whose API does not expose the backup policy`;
  reportAt(context, ['rpo'], wrong, 'a duration or none');
};

/** Valid settings that are probably mistakes. */
export const warningsAbout = ({ poll, rpo, projects }: Config): readonly Finding[] => {
  const warnings: Finding[] = [];
  if (poll.requestTimeout > poll.timeout) {
    const message = `${formatDuration(poll.requestTimeout)} is longer than the timeout of ${formatDuration(poll.timeout)}, which ends requests first`;
    warnings.push({ path: ['poll', 'request_timeout'], message });
  }
  const known = {
    project: projects.map(({ name }) => name),
    region: projects.map(({ region }) => region),
  };
  for (const [index, override] of rpo.overrides.entries()) {
    for (const key of ['project', 'region'] as const) {
      const value = override[key];
      if (value === undefined || known[key].includes(value)) continue;
      const message = `no project has the ${key === 'project' ? 'name' : key} ${JSON.stringify(value)}${didYouMean(value, known[key])}, so the override matches nothing`;
      warnings.push({ path: ['rpo', 'overrides', index, 'match', key], message });
    }
  }
  return warnings;
};
