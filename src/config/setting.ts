import { z } from 'zod';
import type { Seconds } from '../domain/quantities.ts';
import type { Objective } from './config.ts';
import { DURATION_PATTERN, formatDuration, readDuration } from './duration.ts';
import { readEndpoint, readProxyUrl } from './endpoints.ts';
import { type Reading, read, unreadable } from './reading.ts';
import { nearest } from './suggestion.ts';

/** What messages and the reference say about a setting, beside its description. */
export interface SettingNotes {
  /** The type as the reference names it: `duration`. */
  readonly type: string;
  /** What may be written, worded to stand after `allowed:`. */
  readonly allowed: string;
  /** What of a wrong value a message may show. `no user info`: a URL from its host on. */
  readonly shown: 'all' | 'no user info' | 'nothing';
}

/** Notes of every setting that is not a mapping or a list. */
export const settingNotes = z.registry<SettingNotes>();

/** The default, in words, of a setting whose default depends on other settings. */
export const computedDefaults = z.registry<{ readonly text: string }>();

/** Keys of a mapping of which so many may be given. */
export interface KeyRule {
  readonly count: 'exactly one' | 'at most one' | 'at least one';
  readonly keys: readonly string[];
}

/** The key rules of the mappings that have any. */
export const keyRules = z.registry<{ readonly rules: readonly KeyRule[] }>();

interface TextNotes {
  readonly type: string;
  readonly allowed: string;
  readonly shown?: SettingNotes['shown'];
  /** What the JSON Schema says about the text. */
  readonly json?: Readonly<Record<string, string | number>>;
}

const textSetting = <Value>(notes: TextNotes, readText: (text: string) => Reading<Value>) =>
  z
    .string()
    .meta({ ...notes.json })
    .transform((text, context): Value => {
      const reading = readText(text);
      if (reading.ok) return reading.value;
      context.issues.push({ code: 'custom', message: reading.wrong, input: text });
      return z.NEVER;
    })
    .register(settingNotes, { type: notes.type, allowed: notes.allowed, shown: notes.shown ?? 'all' });

const LONGEST_TEXT = 256;

/** Reads text that ends up in a label, a header or a request: one line, no more than 256 characters. */
const readLine = (text: string): Reading<string> => {
  if (text.trim() === '') return unreadable('is empty');
  if (text !== text.trim()) return unreadable('begins or ends with white space');
  if (/\p{Cc}/u.test(text)) return unreadable('contains a control character');
  if (text.length > LONGEST_TEXT) return unreadable(`is longer than ${LONGEST_TEXT} characters`);
  return read(text);
};

/** One line of text. */
export const line = (example: string) =>
  textSetting(
    {
      type: 'text',
      allowed: `text of up to ${LONGEST_TEXT} characters, such as ${example}`,
      json: { minLength: 1, maxLength: LONGEST_TEXT },
    },
    readLine,
  );

const matching = (pattern: RegExp, wrong: string, notes: TextNotes) =>
  textSetting({ ...notes, json: { pattern: pattern.source } }, (text) => {
    if (text === '') return unreadable('is empty');
    return pattern.test(text) ? read(text) : unreadable(wrong);
  });

/** A region; it becomes part of host names. */
export const region = () =>
  matching(/^(?=.{1,63}$)[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*$/, 'is not a region', {
    type: 'text',
    allowed: 'letters, digits and hyphens, such as cn-north-4',
  });

/** The domain at the end of host names. */
export const domain = () =>
  matching(
    /^(?=.{1,253}$)[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*(?:\.[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*)*$/,
    'is not a domain',
    {
      type: 'domain',
      allowed: 'a domain without https://, such as myhuaweicloud.com or otc.t-systems.com',
    },
  );

/** A project's id. */
export const projectId = () =>
  matching(/^[A-Za-z0-9_-]{1,64}$/, 'is not a project id', {
    type: 'text',
    allowed: 'up to 64 letters, digits, hyphens and underscores, such as 0123456789abcdef0123456789abcdef',
  });

/** An identifier that is sent in a header. */
export const headerText = (allowed: string) =>
  matching(/^[!-~]+$/, 'has characters other than visible ASCII', { type: 'text', allowed });

const readNotEmpty = (text: string): Reading<string> => (text === '' ? unreadable('is empty') : read(text));

/** A secret of any characters but line breaks. */
export const secretText = () =>
  textSetting(
    { type: 'secret', allowed: 'one line of text', shown: 'nothing', json: { minLength: 1 } },
    (text) => (/[\r\n]/.test(text) ? unreadable('contains a line break') : readNotEmpty(text)),
  );

/** A secret that is sent in a header. */
export const secretHeaderText = () =>
  matching(/^[!-~]+$/, 'has characters other than visible ASCII', {
    type: 'secret',
    allowed: 'visible ASCII characters without white space',
    shown: 'nothing',
  });

/** The path of a file; a relative one begins at the directory of the configuration file. */
export const filePath = () =>
  textSetting({ type: 'file', allowed: 'the path of a file', json: { minLength: 1 } }, (text) =>
    text.includes('\0') ? unreadable('contains a NUL character') : readNotEmpty(text),
  );

/** The URL of a service of the cloud. */
export const endpoint = () =>
  textSetting(
    {
      type: 'URL',
      allowed:
        'an https:// URL, or http:// to localhost, 127.0.0.0/8 or [::1], without user name, query and fragment',
      shown: 'no user info',
      json: { pattern: '^https?://' },
    },
    readEndpoint,
  );

/** The URL of a proxy. */
export const proxyUrl = () =>
  textSetting(
    {
      type: 'URL',
      allowed: 'an http:// or https:// URL without path, such as http://proxy.example.com:3128',
      shown: 'no user info',
      json: { pattern: '^https?://' },
    },
    readProxyUrl,
  );

const LONGEST_EXPRESSION = 1000;

const readExpression = (text: string): Reading<RegExp> => {
  if (text === '') return unreadable('is empty');
  if (text.length > LONGEST_EXPRESSION) return unreadable(`is longer than ${LONGEST_EXPRESSION} characters`);
  try {
    return read(new RegExp(text));
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^.*: /s, '') : 'it cannot be read';
    return unreadable(`is not a regular expression (${reason})`);
  }
};

/** A regular expression that is searched for in a name or an id. */
export const expression = () =>
  textSetting(
    {
      type: 'regular expression',
      allowed: `a JavaScript regular expression of up to ${LONGEST_EXPRESSION} characters, such as ^scratch-`,
      json: { minLength: 1, maxLength: LONGEST_EXPRESSION, format: 'regex' },
    },
    readExpression,
  );

interface DurationLimits {
  readonly allowed: string;
  readonly from: Seconds | undefined;
  readonly to: Seconds | undefined;
}

const readLimitedDuration = (text: string, { from, to }: DurationLimits): Reading<Seconds> => {
  const reading = readDuration(text);
  if (!reading.ok) return reading;
  if (reading.value === 0) return unreadable('is no time at all');
  if (from !== undefined && reading.value < from)
    return unreadable(`is shorter than ${formatDuration(from)}`);
  if (to !== undefined && reading.value > to) return unreadable(`is longer than ${formatDuration(to)}`);
  return reading;
};

/** A duration longer than 0, within limits. */
export const duration = (limits: DurationLimits) =>
  textSetting(
    { type: 'duration', allowed: limits.allowed, json: { pattern: `^${DURATION_PATTERN}$` } },
    (text) => readLimitedDuration(text, limits),
  );

/** An objective: a duration, `none` or `policy`. */
export const objective = () => {
  const allowed = 'a duration such as 26h or 1d12h, none, or policy';
  return textSetting<Objective>(
    { type: 'duration, none or policy', allowed, json: { pattern: `^(?:none|policy|${DURATION_PATTERN})$` } },
    (text) => {
      if (text === 'none' || text === 'policy') return read({ kind: text });
      const reading = readLimitedDuration(text, { allowed, from: undefined, to: undefined });
      return reading.ok ? read({ kind: 'age', seconds: reading.value }) : reading;
    },
  );
};

/** Says that a word is none of the known ones, and which of them was probably meant. */
const unknownWord = (word: unknown, known: readonly string[]): string => {
  const meant = typeof word === 'string' ? nearest(word, known) : undefined;
  return meant === undefined ? 'is unknown' : `is unknown (did you mean "${meant}"?)`;
};

/** One of a few words. */
export const oneOf = <const Word extends string>(words: readonly Word[]) =>
  z
    .enum(words, { error: ({ input }) => unknownWord(input, words) })
    .register(settingNotes, { type: words.join(' or '), allowed: words.join(', '), shown: 'all' });

/** A service's own setting with the messages of this reader: an enum with a default. */
export const ownSetting = (setting: z.core.$ZodType): z.ZodType => {
  if (!(setting instanceof z.ZodPrefault)) throw new Error('a setting of a service has a default');
  const inner = setting.unwrap();
  if (!(inner instanceof z.ZodEnum)) throw new Error('a setting of a service is one of a few words');
  const words = oneOf(inner.options.map(String)).prefault(String(setting.def.defaultValue));
  return setting.description === undefined ? words : words.describe(setting.description);
};

/** The word that tells the variants of a mapping apart. */
export const variantType = <const Word extends string>(word: Word) => {
  const schema = z.literal<Word>(word);
  settingNotes.add(schema, { type: word, allowed: word, shown: 'all' });
  return schema;
};

/** A whole number within limits. */
export const wholeNumber = (from: number, to: number | undefined) =>
  z
    .int({ error: ({ input }) => (typeof input === 'string' ? 'is text' : 'is not a whole number') })
    .min(from, { error: `is less than ${from}` })
    .max(to ?? Number.MAX_SAFE_INTEGER, { error: `is more than ${to}` })
    .register(settingNotes, {
      type: 'whole number',
      allowed: `a whole number from ${from}${to === undefined ? '' : ` to ${to}`}, without quotes`,
      shown: 'all',
    });

/** Yes or no. */
export const trueOrFalse = () =>
  z
    .boolean({ error: 'is neither true nor false' })
    .register(settingNotes, { type: 'true or false', allowed: 'true, false, without quotes', shown: 'all' });
