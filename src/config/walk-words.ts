import { isMap, isScalar, isSeq, type Node, type Scalar } from 'yaml';
import { z } from 'zod';
import { type KeyRule, type SettingNotes, settingNotes } from './setting.ts';
import { placesOf, unwrapped, variantsOf, variantWord } from './settings-list.ts';
import { nearest } from './suggestion.ts';

const LONGEST_SHOWN = 60;

const shorten = (text: string): string =>
  text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;

/** What YAML wrote a value as, before it was taken for a number or a boolean. */
export const sourceOf = (scalar: Scalar): string => scalar.source ?? String(scalar.value);

/** A wrong value as messages show it. */
export const shownValue = (scalar: Scalar, shown: SettingNotes['shown']): string => {
  if (shown === 'nothing') return 'the value';
  if (typeof scalar.value !== 'string') return shorten(sourceOf(scalar));
  const text = shown === 'no user info' ? scalar.value.replace(/^.*@/s, '***@') : scalar.value;
  return JSON.stringify(shorten(text));
};

/** A key as messages name it. One with a colon may hold a value, for want of a space after the colon. */
export const shownKey = (key: string): string => {
  const name = shorten(key.replace(/:.*$/s, ':…'));
  return /^[\w-]+(?::…)?$/.test(name) ? name : JSON.stringify(name);
};

/** What may stand where the schema is expected. */
export const allowedBy = (schema: z.core.$ZodType): string => {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodArray) return 'a list, each item after "- "';
  if (inner instanceof z.ZodObject) return `a mapping of ${Object.keys(inner.shape).join(', ')}`;
  if (inner instanceof z.ZodDiscriminatedUnion) {
    return `a mapping of type ${variantsOf(inner).map(variantWord).join(', ')}`;
  }
  return settingNotes.get(inner)?.allowed ?? 'a value';
};

const kindOf = (node: Node): string => {
  if (isMap(node)) return 'a mapping';
  if (isSeq(node)) return 'a list';
  return isScalar(node) && typeof node.value === 'string' ? 'text' : 'a single value';
};

/** That a list stands where text is expected, and the like. */
export const wrongKind = (node: Node, schema: z.core.$ZodType): string => {
  const keyWithoutSpace = isScalar(node) && /^[\w-]+:\S/.test(sourceOf(node));
  const hint = keyWithoutSpace ? ' (is a space missing after the colon?)' : '';
  return `${kindOf(node)} is not possible here${hint}; allowed: ${allowedBy(schema)}`;
};

/** That YAML took a text for a boolean. */
export const notText = (scalar: Scalar, shown: SettingNotes['shown']): string => {
  const quoted = shown === 'all' ? ` ("${sourceOf(scalar)}")` : '';
  return `${shownValue(scalar, shown)} is a boolean to YAML; allowed: text, put it in quotes${quoted}`;
};

const hintFor = (key: string, allowed: readonly string[]): string => {
  if (key === '<<') return ' (there are no merge keys, but an alias can stand for a whole mapping)';
  if (key.includes(':')) return ' (a space is missing after its colon)';
  const meant = nearest(key, allowed);
  if (meant !== undefined) return ` (did you mean ${meant}?)`;
  const places = placesOf(key);
  return places.length === 0 ? '' : ` (it belongs to ${places.join(' or ')})`;
};

/** That a mapping has no such setting. */
export const unknownSetting = (key: string, allowed: readonly string[]): string =>
  `unknown setting${hintFor(key, allowed)}; allowed: ${allowed.join(', ')}`;

/** That too few or too many of some settings are given; undefined when it is right. */
export const brokenRule = (
  { count, keys }: KeyRule,
  given: ReadonlySet<string>,
): { readonly kind: 'absence' | 'structure'; readonly message: string } | undefined => {
  const present = keys.filter((key) => given.has(key));
  if (present.length === 0 && count !== 'at most one') {
    const choice = `${keys.slice(0, -1).join(', ')} or ${keys.at(-1)}`;
    return { kind: 'absence', message: `${choice} is missing; allowed: ${count} of them` };
  }
  if (present.length < 2 || count === 'at least one') return undefined;
  return { kind: 'structure', message: `${present.join(' and ')} are both given; allowed: ${count} of them` };
};
