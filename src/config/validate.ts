import { z } from 'zod';
import type { SettingPath } from './problem.ts';
import { type CrossCheck, notesOf, type SettingNotes } from './setting.ts';
import { placesOf, unwrapped, variantsOf, variantWord } from './settings-list.ts';
import { didYouMean, nearest, oneWordOf } from './suggestion.ts';

export interface Mistake {
  readonly path: SettingPath;
  /** What is wrong; what is expected. Never a secret. */
  readonly message: string;
  /** Whether something is missing rather than wrong. */
  readonly missing: boolean;
}

/** A validated value, or all its mistakes. */
export type Validation<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] };

/** Validates lists, mappings and strings against a schema. */
export const validate = <Schema extends z.ZodType>(
  schema: Schema,
  given: unknown,
  root: z.core.$ZodType = schema,
): Validation<z.output<Schema>> => {
  const result = z.safeParse(schema, given);
  if (result.success) return { ok: true, value: result.data };
  const issues = firstOfEachText(result.error.issues);
  return { ok: false, mistakes: issues.flatMap((issue) => describe(issue, schema, given, root)) };
};

/** A text that is wrong in several ways is reported once. */
const firstOfEachText = (issues: readonly z.core.$ZodIssue[]): readonly z.core.$ZodIssue[] => {
  const paths = new Set<string>();
  return issues.filter((issue) => {
    const isOfMapping = issue.code === 'unrecognized_keys' || crossCheckOf(issue) !== undefined;
    return isOfMapping || paths.size < paths.add(JSON.stringify(issue.path)).size;
  });
};

const crossCheckOf = (issue: z.core.$ZodIssue): CrossCheck | undefined =>
  issue.code === 'custom' ? (issue.params as CrossCheck | undefined) : undefined;

type Mapping = Readonly<Record<string, unknown>>;

const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface Place {
  readonly schema: z.core.$ZodType;
  readonly given: unknown;
}

/** The variant of a mapping by its type. */
const placeOf = (schema: z.core.$ZodType, given: unknown): Place => {
  const inner = unwrapped(schema);
  const variants = inner instanceof z.ZodDiscriminatedUnion ? variantsOf(inner) : [];
  const type = isMapping(given) ? given['type'] : undefined;
  return { schema: variants.find((variant) => variantWord(variant) === type) ?? inner, given };
};

const childOf = ({ schema, given }: Place, step: string | number): Place => {
  const child = (Object(given) as Readonly<Record<string | number, unknown>>)[step];
  if (schema instanceof z.ZodArray) return placeOf(schema.element, child);
  if (schema instanceof z.ZodRecord) return placeOf(schema.valueType, child);
  const property = schema instanceof z.ZodObject ? schema.shape[step] : undefined;
  return placeOf(property ?? schema, child);
};

const MOST_UNKNOWN = 100;

const describe = (
  issue: z.core.$ZodIssue,
  schema: z.core.$ZodType,
  given: unknown,
  root: z.core.$ZodType,
): readonly Mistake[] => {
  const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  const parent = path.slice(0, -1).reduce(childOf, placeOf(schema, given));
  const place = path.slice(-1).reduce(childOf, parent);
  if (issue.code === 'unrecognized_keys') {
    const known = place.schema instanceof z.ZodObject ? Object.keys(place.schema.shape) : [];
    const expected = `expected ${oneWordOf(known)}`;
    const described = issue.keys.slice(0, MOST_UNKNOWN).map((key) => {
      const message = `unknown setting${hintFor(key, known, root)}; ${expected}`;
      return { path: [...path, key], message, missing: false };
    });
    const more = issue.keys.length - described.length;
    const message = `${more} more unknown settings; ${expected}`;
    return more > 0 ? [...described, { path, message, missing: false }] : described;
  }
  const mistake = { path, message: messageFor(issue, place, path), missing: isMissing(issue, place) };
  if (issue.code !== 'invalid_union' || !(parent.schema instanceof z.ZodDiscriminatedUnion)) return [mistake];
  // The rest of the mapping is checked as the variant that was probably meant.
  const variants = variantsOf(parent.schema);
  const meant = nearest(String(place.given), variants.map(variantWord));
  const variant = variants.find((candidate) => variantWord(candidate) === meant);
  const rest = variant && validate(variant, { ...Object(parent.given), type: meant }, root);
  const others = rest === undefined || rest.ok ? [] : rest.mistakes.filter(({ missing }) => !missing);
  return [mistake, ...others.map((other) => ({ ...other, path: [...path.slice(0, -1), ...other.path] }))];
};

const isMissing = (issue: z.core.$ZodIssue, { given }: Place): boolean => {
  const crossCheck = crossCheckOf(issue);
  if (crossCheck !== undefined) return crossCheck.missing === true;
  return given === undefined || (issue.code === 'too_small' && Array.isArray(given));
};

const messageFor = (issue: z.core.$ZodIssue, { schema, given }: Place, path: SettingPath): string => {
  const variants = schema instanceof z.ZodDiscriminatedUnion ? variantsOf(schema).map(variantWord) : [];
  const notes = notesOf(schema);
  const crossCheck = crossCheckOf(issue);
  if (crossCheck !== undefined) {
    const value = typeof given === 'string' ? `${shown(given, notes?.shown)} ` : '';
    return `${value}${issue.message}; expected ${crossCheck.expected}`;
  }
  const isType = issue.code === 'invalid_union';
  const expected = `expected ${isType ? oneWordOf(variants) : expectedBy(schema)}`;
  if (given === undefined) return `missing; ${expected}`;
  if (given === null) return `${path.length === 0 ? 'the file is empty' : 'empty'}; ${expected}`;
  if (issue.code === 'too_small' && Array.isArray(given))
    return 'the list is empty; expected at least one item';
  if (typeof given !== 'string') return `found a ${Array.isArray(given) ? 'list' : 'mapping'}; ${expected}`;
  const choices = schema instanceof z.ZodEnum ? schema.options.map(String) : variants;
  if (isType || schema instanceof z.ZodEnum) {
    return `${quote(given)} is unknown${didYouMean(given, choices)}; ${expected}`;
  }
  if (notes !== undefined) return `${shown(given, notes.shown)} ${issue.message}; ${expected}`;
  return `found text${textHint(given, variants, path)}; ${expected}`;
};

const expectedBy = (schema: z.core.$ZodType): string => {
  if (schema instanceof z.ZodArray) return 'a list, each item after "- "';
  if (schema instanceof z.ZodObject) {
    const keys = Object.keys(schema.shape);
    return `a mapping with the ${keys.length === 1 ? 'key' : 'keys'} ${keys.join(', ')}`;
  }
  if (schema instanceof z.ZodDiscriminatedUnion) {
    return `a mapping whose type is ${oneWordOf(variantsOf(schema).map(variantWord))}`;
  }
  return notesOf(schema)?.expected ?? 'a mapping';
};

const LONGEST_QUOTE = 60;

const quote = (text: string): string =>
  JSON.stringify(text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text);

const shown = (text: string, how: SettingNotes['shown'] = 'nothing'): string => {
  if (how === 'nothing') return 'the value';
  return quote(how === 'no user info' ? text.replace(/^.*@/s, '***@') : text);
};

const textHint = (text: string, variants: readonly string[], path: SettingPath): string => {
  if (/^[\w-]+:\S/.test(text)) return ' (is a space missing after the colon?)';
  const variant = variants.find((word) => word === text) ?? nearest(text, variants);
  const item = typeof path.at(-1) === 'number' ? '- ' : '';
  return variant === undefined ? '' : ` (did you mean "${item}type: ${variant}"?)`;
};

const hintFor = (key: string, known: readonly string[], root: z.core.$ZodType): string => {
  if (key === '<<') return ' (merge keys are not supported, use an alias for a whole mapping)';
  if (key.includes(':')) return ' (a space is missing after its colon)';
  const places = placesOf(key, root);
  return didYouMean(key, known) || (places.length === 0 ? '' : ` (it belongs to ${places.join(' or ')})`);
};
