import { z } from 'zod';
import type { Seconds } from '../domain/quantities.ts';
import { errorMessage } from '../errors.ts';
import type { Objective } from './config.ts';
import { DURATION_PATTERN, durationText, formatDuration } from './duration.ts';
import { compileExpression, type Expression } from './expression.ts';
import { oneWordOf } from './suggestion.ts';
import * as url from './url.ts';

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

/** A word allowed instead of a list. */
export const alternatives = z.registry<{ readonly word: string }>();

/** The notes of a setting; undefined for mappings and lists. */
export const notesOf = (schema: z.core.$ZodType): SettingNotes | undefined => {
  const noted = notes.get(schema);
  if (noted !== undefined) return noted;
  if (schema instanceof z.ZodEnum || schema instanceof z.ZodLiteral) {
    const words = [...('options' in schema ? schema.options : schema.values)].map(String);
    const type = words.length > 2 ? oneWordOf(words) : words.join(' or ');
    return { type, expected: oneWordOf(words), shown: 'all' };
  }
  return schema instanceof z.ZodString
    ? { type: 'string', expected: 'a string', shown: 'nothing' }
    : undefined;
};

/** Adds notes to a schema. */
export const noted = <Schema extends z.ZodType>(
  schema: Schema,
  type: string,
  expected: string,
  shown: SettingNotes['shown'] = 'all',
): Schema => {
  notes.add(schema, { type, expected, shown });
  return schema;
};

/** A section that may be missing, or empty because all its settings are commented out. */
export const section = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((given) => given ?? undefined, schema);

const nonEmpty = z.string().min(1, 'is empty');

const text = nonEmpty.refine(
  (value) => !/\$\{\w+[^}]*\}/.test(value),
  'contains a variable, and variables are not expanded',
);

const LONGEST_TEXT = 256;

/** One line of text. */
export const line = (example: string) =>
  noted(
    text
      .refine((value) => value === value.trim(), 'begins or ends with white space')
      .refine((value) => !/\p{Cc}/u.test(value), 'contains a control character')
      .max(LONGEST_TEXT, `is longer than ${LONGEST_TEXT} characters`),
    'string',
    `a string of up to ${LONGEST_TEXT} characters, such as ${example}`,
  );

const LABEL = '[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*';
const REGION = new RegExp(`^(?=.{1,63}$)${LABEL}$`);
const DOMAIN = new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*$`);

export const region = noted(
  text.regex(REGION, 'is not a region'),
  'string',
  'letters, digits and hyphens, such as cn-north-4',
);

export const domain = noted(
  text.regex(DOMAIN, 'is not a domain'),
  'domain',
  'a domain without https://, such as myhuaweicloud.com or otc.t-systems.com',
);

export const projectId = noted(
  text.regex(/^[0-9A-Fa-f]{32}$/, 'is not a project id'),
  'string',
  '32 hexadecimal digits, such as 0123456789abcdef0123456789abcdef',
);

const VISIBLE_ASCII = /^[!-~]+$/;
const NOT_VISIBLE_ASCII = 'contains characters other than visible ASCII';
const EXPECT_VISIBLE_ASCII = 'visible ASCII characters without white space';

/** An identifier that is sent in a header. */
export const headerText = noted(text.regex(VISIBLE_ASCII, NOT_VISIBLE_ASCII), 'string', EXPECT_VISIBLE_ASCII);

const secret = nonEmpty.refine(
  (value) => !/^\$\{\w+[^}]*\}$/.test(value),
  'is a variable, and variables are not expanded',
);

/** A secret without line breaks. */
export const secretText = noted(
  secret.refine((value) => !/[\r\n]/.test(value), 'contains a line break'),
  'secret',
  'one line of text',
  'nothing',
);

/** A secret that is sent in a header. */
export const secretHeaderText = noted(
  secret.regex(VISIBLE_ASCII, NOT_VISIBLE_ASCII),
  'secret',
  EXPECT_VISIBLE_ASCII,
  'nothing',
);

/** The path of a file, relative to the configuration file. */
export const filePath = noted(
  text
    .refine((value) => !value.includes('\0'), 'contains a NUL character')
    .refine((value) => !/^~[^/]*\//.test(value), 'begins with ~, which is not expanded'),
  'file',
  'the path of a file',
);

const URL_PATTERN = '^https?://';

export const endpoint = noted(
  url.endpointUrl.meta({ pattern: URL_PATTERN }),
  'URL',
  'an https:// URL, or http:// to localhost, 127.0.0.0/8 or [::1], without user name, query and fragment',
  'no user info',
);

export const proxyUrl = noted(
  url.proxyUrl.meta({ pattern: URL_PATTERN }),
  'URL',
  'an http:// or https:// URL without path, such as http://proxy.example.com:3128',
  'no user info',
);

const LONGEST_EXPRESSION = 1000;

export const expression = noted(
  nonEmpty
    .max(LONGEST_EXPRESSION, `is longer than ${LONGEST_EXPRESSION} characters`)
    .transform((source, context): Expression => {
      try {
        return compileExpression(source);
      } catch (error) {
        context.addIssue(`is not a regular expression (${errorMessage(error)})`);
        return z.NEVER;
      }
    }),
  'regular expression',
  `a regular expression in RE2 syntax (no lookarounds, no backreferences) of up to ${LONGEST_EXPRESSION} characters, such as ^scratch-`,
);

const positiveDuration = durationText.refine((value) => value > 0, 'must be greater than 0');

/** A duration longer than 0, within limits. */
export const duration = (expected: string, from?: Seconds, to?: Seconds) =>
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

export const objective = noted(
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

export const integer = (from: number, to = Number.MAX_SAFE_INTEGER) =>
  z.preprocess(
    (text) => (typeof text === 'string' && /^-?\d+$/.test(text) ? Number(text) : text),
    noted(
      z.int('is not an integer').min(from, `is less than ${from}`).max(to, `is more than ${to}`),
      'integer',
      `an integer from ${from}${to === Number.MAX_SAFE_INTEGER ? '' : ` to ${to}`}`,
    ),
  );

export const boolean = z.preprocess(
  (text) => (text === 'true' || text === 'false' ? text === 'true' : text),
  noted(z.boolean('is neither true nor false'), 'boolean', 'true or false'),
);
