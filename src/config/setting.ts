import { z } from 'zod';
import type { Seconds } from '../domain/quantities.ts';
import type { Objective } from './config.ts';
import { DURATION_PATTERN, durationText, formatDuration } from './duration.ts';
import { compileExpression, type Expression } from './expression.ts';
import { oneWordOf } from './suggestion.ts';
import { endpointUrl, proxyUrl as proxy } from './url.ts';

/** What messages and the reference say about a setting, in addition to its description. */
export interface SettingNotes {
  /** The type in the reference: `duration`. */
  readonly type: string;
  /** The expected value; completes the sentence `expected …`. */
  readonly expected: string;
  /** How much of a wrong value to show. `no user info`: a URL from its host on. */
  readonly shown: 'all' | 'no user info' | 'nothing';
}

const notes = z.registry<SettingNotes>();

/** The notes of a setting; undefined for mappings, lists, and plain enums or text of services. */
export const notesOf = (schema: z.core.$ZodType): SettingNotes | undefined => {
  const noted = notes.get(schema);
  if (noted !== undefined) return noted;
  if (schema instanceof z.ZodEnum || schema instanceof z.ZodLiteral) {
    const words = [...('options' in schema ? schema.options : schema.values)].map(String);
    const type = words.length > 2 ? oneWordOf(words) : words.join(' or ');
    return { type, expected: oneWordOf(words), shown: 'all' };
  }
  return schema instanceof z.ZodString ? { type: 'text', expected: 'text', shown: 'nothing' } : undefined;
};

/** The default, in words, of a setting whose default depends on others. */
export const computedDefaults = z.registry<{ readonly text: string }>();

/** A word allowed instead of a list. */
export const alternatives = z.registry<{ readonly word: string }>();

/** How many of these keys must be given. */
export interface KeyRule {
  readonly count: 'exactly one' | 'at most one' | 'at least one';
  readonly keys: readonly string[];
}

/** The key rules of mappings. */
export const keyRules = z.registry<{ readonly rules: readonly KeyRule[] }>();

/** A mistake that concerns several settings, as a refinement reports it. */
export interface CrossCheck {
  /** What is expected instead. */
  readonly expected: string;
  readonly missing?: boolean;
}

/** Reports a mistake that concerns several settings. `wrong` follows the value at `path` if that is text. */
export const reportAt = (
  context: z.RefinementCtx,
  path: readonly (string | number)[],
  wrong: string,
  crossCheck: CrossCheck,
): void => context.addIssue({ code: 'custom', path: [...path], message: wrong, params: { ...crossCheck } });

/** For refinements that run even if single settings are invalid. */
export const evenWithMistakes = {
  when: ({ value }: z.core.ParsePayload): boolean => typeof value === 'object' && value !== null,
};

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

const checkRule = (
  mapping: Readonly<Record<string, unknown>>,
  { count, keys }: KeyRule,
  context: z.RefinementCtx,
): void => {
  const given = keys.filter((key) => mapping[key] !== undefined);
  const expected = `${count} of them`;
  if (given.length === 0 && count !== 'at most one') {
    const wrong = `${keys.slice(0, -1).join(', ')} or ${keys.at(-1)} is missing`;
    reportAt(context, [], wrong, { expected, missing: true });
  }
  if (given.length > 1 && count !== 'at least one') {
    reportAt(context, [], `${given.join(' and ')} are both given`, { expected });
  }
};

/** A section that may be missing, or empty because all its settings are commented out. */
export const section = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((given) => given ?? undefined, schema);

export const noted = <Schema extends z.ZodType>(
  schema: Schema,
  type: string,
  expected: string,
  shown: SettingNotes['shown'] = 'all',
): Schema => {
  notes.add(schema, { type, expected, shown });
  return schema;
};

const text = () =>
  z
    .string()
    .min(1, { error: 'is empty' })
    .refine((value) => !/\$\{\w+[^}]*\}/.test(value), {
      error: 'has a variable in it, and variables are not expanded',
    });

const matching = (type: string, pattern: RegExp, wrong: string, expected: string) =>
  noted(text().regex(pattern, { error: wrong }), type, expected);

const LONGEST_TEXT = 256;

/** One line of text. */
export const line = (example: string) =>
  noted(
    text()
      .refine((value) => value === value.trim(), { error: 'begins or ends with white space' })
      .refine((value) => !/\p{Cc}/u.test(value), { error: 'contains a control character' })
      .max(LONGEST_TEXT, { error: `is longer than ${LONGEST_TEXT} characters` }),
    'text',
    `text of up to ${LONGEST_TEXT} characters, such as ${example}`,
  );

const LABEL = '[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*';
const REGION = new RegExp(`^(?=.{1,63}$)${LABEL}$`);
const DOMAIN = new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*$`);

export const region = () =>
  matching('text', REGION, 'is not a region', 'letters, digits and hyphens, such as cn-north-4');

export const domain = () => {
  const expected = 'a domain without https://, such as myhuaweicloud.com or otc.t-systems.com';
  return matching('domain', DOMAIN, 'is not a domain', expected);
};

export const projectId = () => {
  const expected = '32 hexadecimal digits, such as 0123456789abcdef0123456789abcdef';
  return matching('text', /^[0-9A-Fa-f]{32}$/, 'is not a project id', expected);
};

const VISIBLE_ASCII = /^[!-~]+$/;
const NOT_VISIBLE_ASCII = 'has characters other than visible ASCII';
const EXPECT_VISIBLE_ASCII = 'visible ASCII characters without white space';

/** An identifier that is sent in a header. */
export const headerText = () => matching('text', VISIBLE_ASCII, NOT_VISIBLE_ASCII, EXPECT_VISIBLE_ASCII);

const secret = () =>
  z
    .string()
    .min(1, { error: 'is empty' })
    .refine((value) => !/^\$\{\w+[^}]*\}$/.test(value), {
      error: 'is a variable, and variables are not expanded',
    });

/** A secret without line breaks. */
export const secretText = () => {
  const oneLine = secret().refine((value) => !/[\r\n]/.test(value), { error: 'contains a line break' });
  return noted(oneLine, 'secret', 'one line of text', 'nothing');
};

/** A secret that is sent in a header. */
export const secretHeaderText = () =>
  noted(
    secret().regex(VISIBLE_ASCII, { error: NOT_VISIBLE_ASCII }),
    'secret',
    EXPECT_VISIBLE_ASCII,
    'nothing',
  );

/** The path of a file, relative to the configuration file. */
export const filePath = () => {
  const path = text()
    .refine((value) => !value.includes('\0'), { error: 'contains a NUL character' })
    .refine((value) => !/^~[^/]*\//.test(value), { error: 'begins with ~, which is not expanded' });
  return noted(path, 'file', 'the path of a file');
};

export const endpoint = () => {
  const expected =
    'an https:// URL, or http:// to localhost, 127.0.0.0/8 or [::1], without user name, query and fragment';
  return noted(endpointUrl.meta({ pattern: '^https?://' }), 'URL', expected, 'no user info');
};

export const proxyUrl = () => {
  const expected = 'an http:// or https:// URL without path, such as http://proxy.example.com:3128';
  return noted(proxy.meta({ pattern: '^https?://' }), 'URL', expected, 'no user info');
};

const LONGEST_EXPRESSION = 1000;

export const expression = () =>
  noted(
    z
      .string()
      .min(1, { error: 'is empty' })
      .max(LONGEST_EXPRESSION, { error: `is longer than ${LONGEST_EXPRESSION} characters` })
      .transform((source, context): Expression => {
        try {
          return compileExpression(source);
        } catch (error) {
          const reason = error instanceof Error ? error.message : 'it cannot be compiled';
          context.addIssue(`is not a regular expression (${reason})`);
          return z.NEVER;
        }
      }),
    'regular expression',
    `a regular expression in RE2 syntax (no lookarounds, no backreferences) of up to ${LONGEST_EXPRESSION} characters, such as ^scratch-`,
  );

interface DurationLimits {
  readonly expected: string;
  readonly from?: Seconds;
  readonly to?: Seconds;
}

const positiveDuration = durationText.refine((value) => value > 0, { error: 'must be greater than 0' });

/** A duration longer than 0, within limits. */
export const duration = ({ expected, from, to }: DurationLimits) =>
  noted(
    positiveDuration
      .superRefine((value, context) => {
        if (from !== undefined && value < from) context.addIssue(`is shorter than ${formatDuration(from)}`);
        if (to !== undefined && value > to) context.addIssue(`is longer than ${formatDuration(to)}`);
      })
      .meta({ pattern: `^${DURATION_PATTERN}$` }),
    'duration',
    expected,
  );

export const objective = () =>
  noted(
    z
      .string()
      .transform((text, context): Objective => {
        if (text === 'none' || text === 'policy') return { kind: text };
        const age = positiveDuration.safeParse(text);
        if (age.success) return { kind: 'age', seconds: age.data };
        for (const { message } of age.error.issues) context.addIssue(message);
        return z.NEVER;
      })
      .meta({ pattern: `^(?:none|policy|${DURATION_PATTERN})$` }),
    'duration, none or policy',
    'a duration such as 26h or 1d12h, none, or policy',
  );

export const wholeNumber = (from: number, to = Number.MAX_SAFE_INTEGER) =>
  z.preprocess(
    (text) => (typeof text === 'string' && /^-?\d+$/.test(text) ? Number(text) : text),
    noted(
      z
        .int({ error: 'is not a whole number' })
        .min(from, { error: `is less than ${from}` })
        .max(to, { error: `is more than ${to}` }),
      'whole number',
      `a whole number from ${from}${to === Number.MAX_SAFE_INTEGER ? '' : ` to ${to}`}`,
    ),
  );

export const trueOrFalse = () =>
  z.preprocess(
    (text) => (text === 'true' || text === 'false' ? text === 'true' : text),
    noted(z.boolean({ error: 'is neither true nor false' }), 'true or false', 'true or false'),
  );
