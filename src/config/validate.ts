import { z } from 'zod';
import type { CrossCheck } from './cross-checks.ts';
import type { Finding, SettingPath } from './problem.ts';
import { alternatives, notesOf, type SettingNotes } from './setting.ts';
import { placesIn, type SettingPlaces, unwrapped, variantsOf } from './settings-list.ts';
import { didYouMean, nearest, oneWordOf } from './suggestion.ts';

export interface Mistake extends Finding {
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
): Validation<z.output<Schema>> => {
  const result = z.safeParse(schema, given);
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, mistakes: mistakesIn(result.error, placeOf(schema, given), placesIn(schema)) };
};

const mistakesIn = (error: z.ZodError, root: Place, places: SettingPlaces): readonly Mistake[] =>
  firstOfEachText(error.issues).flatMap((issue) => describe(issue, root, places));

/** A text that is wrong in several ways is reported once. */
const firstOfEachText = (issues: readonly z.core.$ZodIssue[]): readonly z.core.$ZodIssue[] => {
  const paths = new Set<string>();
  return issues.filter((issue) => {
    const isOfMapping = issue.code === 'unrecognized_keys' || crossCheckOf(issue) !== undefined;
    return isOfMapping || paths.size < paths.add(JSON.stringify(issue.path)).size;
  });
};

type Mapping = Readonly<Record<string | number, unknown>>;

/** A value and its schema: for a mapping with a type, the variant of that type. */
interface Place {
  readonly schema: z.core.$ZodType;
  readonly given: unknown;
}

const placeOf = (schema: z.core.$ZodType, given: unknown): Place => {
  const inner = unwrapped(schema);
  const { type } = Object(given) as Mapping;
  const variant = typeof type === 'string' ? variantsOf(inner).get(type) : undefined;
  return { schema: variant ?? inner, given };
};

const childOf = ({ schema, given }: Place, step: string | number): Place => {
  const child = (Object(given) as Mapping)[step];
  if (schema instanceof z.ZodArray) return placeOf(schema.element, child);
  if (schema instanceof z.ZodRecord) return placeOf(schema.valueType, child);
  const property = schema instanceof z.ZodObject ? schema.shape[step] : undefined;
  return placeOf(property ?? schema, child);
};

const describe = (issue: z.core.$ZodIssue, root: Place, places: SettingPlaces): readonly Mistake[] => {
  const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  const parent = path.slice(0, -1).reduce(childOf, root);
  const place = path.slice(-1).reduce(childOf, parent);
  if (issue.code === 'unrecognized_keys') {
    const known = place.schema instanceof z.ZodObject ? Object.keys(place.schema.shape) : [];
    return issue.keys.map((key) => {
      const message = `unknown setting${hintFor(key, known, places)}; expected ${oneWordOf(known)}`;
      return { path: [...path, key], message, missing: false };
    });
  }
  const mistake = { path, message: messageFor(issue, place, path), missing: isMissing(issue, place) };
  if (issue.code !== 'invalid_union') return [mistake];
  // The rest of the mapping is checked as the variant that was probably meant.
  const variants = variantsOf(parent.schema);
  const type = nearest(String(place.given), [...variants.keys()]) ?? '';
  const meant = placeOf(parent.schema, { ...Object(parent.given), type });
  const { error } = z.safeParse(meant.schema, meant.given);
  const rest = variants.has(type) && error !== undefined ? mistakesIn(error, meant, places) : [];
  const others = rest.filter(({ missing }) => !missing);
  return [mistake, ...others.map((other) => ({ ...other, path: [...path.slice(0, -1), ...other.path] }))];
};

const hintFor = (key: string, known: readonly string[], places: SettingPlaces): string => {
  if (key === '<<') return ' (merge keys are not supported; use an alias for a whole mapping)';
  if (key.includes(':')) return ' (a space is missing after its colon)';
  const elsewhere = places.get(key)?.join(' or ');
  return didYouMean(key, known) || (elsewhere === undefined ? '' : ` (it belongs to ${elsewhere})`);
};

const crossCheckOf = (issue: z.core.$ZodIssue): CrossCheck | undefined =>
  issue.code === 'custom' ? (issue.params as CrossCheck | undefined) : undefined;

const isEmptyList = (issue: z.core.$ZodIssue, { given }: Place): boolean =>
  issue.code === 'too_small' && Array.isArray(given);

const isMissing = (issue: z.core.$ZodIssue, place: Place): boolean => {
  const crossCheck = crossCheckOf(issue);
  if (crossCheck !== undefined) return crossCheck.missing;
  return place.given === undefined || isEmptyList(issue, place);
};

const messageFor = (issue: z.core.$ZodIssue, place: Place, path: SettingPath): string => {
  const { schema, given } = place;
  const variants = [...variantsOf(schema).keys()];
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
  if (isEmptyList(issue, place)) return 'the list is empty; expected at least one item';
  if (typeof given !== 'string') return `found a ${Array.isArray(given) ? 'list' : 'mapping'}; ${expected}`;
  if (isType || schema instanceof z.ZodEnum) {
    const choices = schema instanceof z.ZodEnum ? schema.options.map(String) : variants;
    return `${quote(given)} is unknown${didYouMean(given, choices)}; ${expected}`;
  }
  if (notes !== undefined) return `${shown(given, notes.shown)} ${issue.message}; ${expected}`;
  return `found a string${textHint(given, variants, path)}; ${expected}`;
};

const expectedBy = (schema: z.core.$ZodType): string => {
  if (schema instanceof z.ZodArray) {
    const [type] = variantsOf(schema.element).keys();
    const list = type === undefined ? 'a list, each item after "- "' : `a list such as "- type: ${type}"`;
    const word = alternatives.get(schema)?.word;
    return word === undefined ? list : `${word}, or ${list}`;
  }
  if (schema instanceof z.ZodObject) {
    const keys = Object.keys(schema.shape);
    return `a mapping with the ${keys.length === 1 ? 'key' : 'keys'} ${keys.join(', ')}`;
  }
  if (schema instanceof z.ZodDiscriminatedUnion) {
    return `a mapping whose type is ${oneWordOf([...variantsOf(schema).keys()])}`;
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
