import { isAlias, isMap, isScalar, isSeq, type Node, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import { z } from 'zod';
import { pathText, type SettingPath } from './problem.ts';
import { type Settings, settingsSchema } from './schema.ts';
import { keyRules, oneOf, settingNotes } from './setting.ts';
import { isOptional, unwrapped, variantsOf, variantWord } from './settings-list.ts';
import {
  allowedBy,
  brokenRule,
  notText,
  shownKey,
  shownValue,
  sourceOf,
  unknownSetting,
  wrongKind,
} from './walk-words.ts';
import type { YamlDocument } from './yaml-text.ts';

/** `value`: a setting has a wrong value; `structure`: it has no business there; `absence`: it is missing. */
type FindingKind = 'value' | 'structure' | 'absence';

/** A mistake found while a document was read as settings. */
export interface Finding {
  readonly kind: FindingKind;
  readonly path: SettingPath;
  readonly line: number | undefined;
  /** What is wrong; what is allowed. Worded to stand after the name of the setting and a colon. */
  readonly message: string;
}

/** Settings from which whatever has a mistake is missing. */
export type Partially<T> = T extends readonly (infer Item)[]
  ? readonly (Partially<Item> | undefined)[]
  : T extends number | RegExp | { readonly kind: unknown }
    ? T
    : T extends object
      ? { readonly [Key in keyof T]?: Partially<T[Key]> | undefined }
      : T;

/** What a document holds. */
export interface Walked {
  /** Whole {@link Settings} when there are no findings. */
  readonly settings: Partially<Settings> | undefined;
  readonly findings: readonly Finding[];
  /** The line of a setting; where it is not given, that of what it would belong to. */
  readonly lineOf: (path: SettingPath) => number | undefined;
  /** Whether the document says anything about a setting, right or wrong. */
  readonly isGiven: (path: SettingPath) => boolean;
}

interface Walk {
  readonly document: YamlDocument;
  readonly findings: Finding[];
  readonly lines: Map<string, number | undefined>;
  /** What was checked as what; an alias leads to the same node again. */
  readonly checked: WeakMap<Node, Set<z.core.$ZodType>>;
  visits: number;
}

interface Place {
  readonly path: SettingPath;
  readonly line: number | undefined;
  /** Whether all here was checked before, so that its mistakes are known. */
  readonly again: boolean;
}

/** More than thousands of projects need; aliases of aliases in a small file can ask for billions. */
const MOST_VISITS = 200_000;

const report = (walk: Walk, { path, line, again }: Place, kind: FindingKind, message: string): undefined => {
  if (!again) walk.findings.push({ kind, path, line, message });
  return undefined;
};

const isText = (schema: z.core.$ZodType): boolean =>
  !(schema instanceof z.ZodNumber || schema instanceof z.ZodBoolean);

const readSingleValue = (walk: Walk, schema: z.core.$ZodType, scalar: Scalar, place: Place): unknown => {
  const { allowed, shown } = settingNotes.get(schema) ?? { allowed: 'a value', shown: 'nothing' };
  const direct = z.safeParse(schema, scalar.value);
  if (direct.success) return direct.data;
  // YAML takes 0123 for a number: its text is what was meant. A boolean may be meant as one, so it is asked about.
  const mistaken = isText(schema) && typeof scalar.value !== 'string';
  const result = mistaken ? z.safeParse(schema, sourceOf(scalar)) : direct;
  if (result.success && typeof scalar.value === 'number') return result.data;
  if (result.success) return report(walk, place, 'value', notText(scalar, shown));
  const reason = result.error.issues[0]?.message ?? 'is wrong';
  return report(walk, place, 'value', `${shownValue(scalar, shown)} ${reason}; allowed: ${allowed}`);
};

const readList = (walk: Walk, schema: z.ZodArray, list: YAMLSeq<Node>, place: Place): unknown => {
  if (list.items.length === 0 && !z.safeParse(schema, []).success) {
    return report(walk, place, 'absence', 'the list is empty; allowed: one item or more');
  }
  return list.items.map((item, index) => {
    const line = walk.document.lineOf(item) ?? place.line;
    return visit(walk, schema.element, item, { ...place, path: [...place.path, index], line });
  });
};

type Shape = Readonly<Record<string, z.core.$ZodType>>;

/** The pairs of a mapping whose keys are text; YAML itself has complained about the others. */
const pairsOf = (map: YAMLMap<unknown, Node | null>) =>
  map.items.flatMap(({ key, value }) =>
    isScalar(key) ? [{ key: String(key.value), keyNode: key, value }] : [],
  );

const readObject = (walk: Walk, schema: z.ZodObject, map: YAMLMap<unknown, Node | null>, place: Place) => {
  const shape: Shape = schema.shape;
  const value: Record<string, unknown> = {};
  const given = new Set<string>();
  for (const { key, keyNode, value: node } of pairsOf(map)) {
    const line = walk.document.lineOf(keyNode) ?? place.line;
    const setting = Object.hasOwn(shape, key) ? shape[key] : undefined;
    const at = { ...place, path: [...place.path, setting === undefined ? shownKey(key) : key], line };
    if (setting === undefined) {
      report(walk, at, 'structure', unknownSetting(key, Object.keys(shape)));
      continue;
    }
    if (given.has(key)) report(walk, at, 'structure', 'given more than once; allowed: once');
    given.add(key);
    value[key] = visit(walk, setting, node, at);
  }
  for (const [key, setting] of Object.entries(shape).filter(([name]) => !given.has(name))) {
    const absent = z.safeParse(setting, undefined);
    if (absent.success) value[key] = absent.data;
    else
      report(
        walk,
        { ...place, path: [...place.path, key] },
        'absence',
        `missing; allowed: ${allowedBy(setting)}`,
      );
  }
  for (const rule of keyRules.get(schema)?.rules ?? []) {
    const broken = brokenRule(rule, given);
    if (broken !== undefined) report(walk, place, broken.kind, broken.message);
  }
  return value;
};

/** Stands for all variants while nobody knows which is meant: what none of them allows is a mistake all the same. */
const anyVariant = (variants: readonly z.ZodObject[]): z.ZodObject => {
  const [first = '', ...others] = variants.map(variantWord);
  const settings = variants.flatMap((variant) => Object.entries<z.core.$ZodType>(variant.shape));
  const optional = settings.map(([key, setting]) => [key, z.optional(setting)] as const);
  return z.strictObject({ ...Object.fromEntries(optional), type: oneOf([first, ...others]) });
};

const readVariant = (
  walk: Walk,
  union: z.ZodDiscriminatedUnion,
  map: YAMLMap<unknown, Node | null>,
  place: Place,
): unknown => {
  const type = pairsOf(map).findLast(({ key }) => key === 'type')?.value;
  const node = isAlias(type) ? walk.document.resolve(type) : type;
  const word = isScalar(node) ? node.value : undefined;
  const variant = variantsOf(union).find((candidate) => variantWord(candidate) === word);
  if (variant !== undefined) return readObject(walk, variant, map, place);
  readObject(walk, anyVariant(variantsOf(union)), map, place);
  return undefined;
};

const isEmpty = (node: Node | null): node is null | Scalar<null> =>
  node === null || (isScalar(node) && node.value === null);

const isSection = (schema: z.core.$ZodType): boolean =>
  schema instanceof z.ZodObject || schema instanceof z.ZodArray || schema instanceof z.ZodDiscriminatedUnion;

const readNode = (walk: Walk, schema: z.core.$ZodType, node: Node, place: Place): unknown => {
  if (schema instanceof z.ZodArray && isSeq<Node>(node)) return readList(walk, schema, node, place);
  if (isMap<unknown, Node | null>(node)) {
    if (schema instanceof z.ZodObject) return readObject(walk, schema, node, place);
    if (schema instanceof z.ZodDiscriminatedUnion) return readVariant(walk, schema, node, place);
  }
  if (isScalar(node) && !isSection(schema)) return readSingleValue(walk, schema, node, place);
  return report(walk, place, 'structure', wrongKind(node, schema));
};

const MISSING_ANCHOR = 'an alias (*) without its anchor (&); allowed: the value in quotes, if it is none';

const visit = (walk: Walk, schema: z.core.$ZodType, given: Node | null, place: Place): unknown => {
  walk.visits += 1;
  if (walk.visits > MOST_VISITS) return undefined;
  const node = isAlias(given) ? walk.document.resolve(given) : given;
  if (node === undefined) return report(walk, place, 'value', MISSING_ANCHOR);
  const inner = unwrapped(schema);
  // A section whose settings are all commented out is no mistake.
  if (isEmpty(node) && isSection(inner) && isOptional(schema)) return z.parse(schema, undefined);
  const line = isScalar(node) && !isEmpty(node) ? (walk.document.lineOf(node) ?? place.line) : place.line;
  walk.lines.set(pathText(place.path), line);
  if (isEmpty(node)) return report(walk, place, 'absence', `empty; allowed: ${allowedBy(schema)}`);
  const checked = walk.checked.get(node) ?? new Set();
  const again = place.again || checked.has(inner);
  walk.checked.set(node, checked.add(inner));
  return readNode(walk, inner, node, { ...place, line, again });
};

/** Reads a document as settings and finds every mistake in it. */
export const walkSettings = (document: YamlDocument): Walked => {
  const walk: Walk = { document, findings: [], lines: new Map(), checked: new WeakMap(), visits: 0 };
  const root: Place = { path: [], line: document.lineOf(document.contents), again: false };
  const value = visit(walk, settingsSchema, document.contents, root);
  const tooMany = walk.visits > MOST_VISITS;
  if (tooMany) {
    const message = `aliases (*) make more than ${MOST_VISITS} settings of the file; allowed: fewer`;
    report(walk, root, 'structure', message);
  }
  const lineOf = (path: SettingPath): number | undefined =>
    walk.lines.get(pathText(path)) ?? (path.length === 0 ? undefined : lineOf(path.slice(0, -1)));
  return {
    // Every part that was kept passed the schema of its place, so that only parts can be missing.
    settings: tooMany ? undefined : (value as Partially<Settings> | undefined),
    findings: walk.findings,
    lineOf,
    isGiven: (path) => walk.lines.has(pathText(path)),
  };
};
