import { z } from 'zod';
import { computedDefaults, type KeyRule, keyRules, notesOf } from './setting.ts';

/** A setting in the reference. */
export interface ListedSetting {
  /** `projects[].credentials.user`. */
  readonly path: string;
  /** The variant of the mapping that has it, such as credentials of type `password`; undefined: all variants. */
  readonly variant: string | undefined;
  readonly type: string;
  /** In Markdown; undefined without a default. */
  readonly defaultText: string | undefined;
  readonly required: boolean;
  /** How many of its group of settings must be given; undefined without a group. */
  readonly rule: KeyRule | undefined;
  readonly description: string;
}

/** The schema without wrappers for defaults and preprocessing. */
export const unwrapped = (schema: z.core.$ZodType): z.core.$ZodType => {
  if (notesOf(schema) !== undefined) return schema;
  if (schema instanceof z.ZodPreprocess) return unwrapped(schema.out);
  if (schema instanceof z.ZodPipe) return unwrapped(schema.in);
  const isWrapper = schema instanceof z.ZodOptional || schema instanceof z.ZodPrefault;
  return isWrapper ? unwrapped(schema.unwrap()) : schema;
};

/** Whether a setting or section is optional. */
export const isOptional = (schema: z.core.$ZodType): boolean => z.safeParse(schema, undefined).success;

/** The type of a variant of a mapping. */
export const variantWord = (variant: z.ZodObject): string => {
  const { type } = variant.shape;
  return type instanceof z.ZodLiteral ? String(type.value) : '';
};

/** The variants of a mapping that has several. */
export const variantsOf = (union: z.ZodDiscriminatedUnion): readonly z.ZodObject[] =>
  union.options.filter((option) => option instanceof z.ZodObject);

const defaultOf = (schema: z.core.$ZodType): string | undefined => {
  const computed = computedDefaults.get(schema)?.text;
  if (computed !== undefined) return computed;
  const given = schema instanceof z.ZodPrefault ? schema.def.defaultValue : undefined;
  return typeof given === 'object' || given === undefined ? undefined : `\`${String(given)}\``;
};

const typeName = (schema: z.core.$ZodType): string => {
  if (schema instanceof z.ZodArray) return 'list';
  if (schema instanceof z.ZodObject || schema instanceof z.ZodDiscriminatedUnion) return 'mapping';
  return notesOf(schema)?.type ?? 'text';
};

const within = (schema: z.core.$ZodType, path: string): readonly ListedSetting[] => {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodArray) return within(inner.element, `${path}[]`);
  if (inner instanceof z.ZodObject) {
    const rules = keyRules.get(inner)?.rules ?? [];
    return Object.entries(inner.shape).flatMap(([key, child]) => {
      const rule = rules.find(({ keys }) => keys.includes(key));
      return listed(child, path === '' ? key : `${path}.${key}`, rule);
    });
  }
  if (!(inner instanceof z.ZodDiscriminatedUnion)) return [];
  return variantsOf(inner).flatMap((variant) =>
    within(variant, path).map((setting) => ({ ...setting, variant: variantWord(variant) })),
  );
};

const listed = (
  schema: z.core.$ZodType,
  path: string,
  rule: KeyRule | undefined,
): readonly ListedSetting[] => [
  {
    path,
    variant: undefined,
    type: typeName(unwrapped(schema)),
    defaultText: defaultOf(schema),
    required: !isOptional(schema),
    rule,
    description: z.globalRegistry.get(schema)?.description ?? '',
  },
  ...within(schema, path),
];

const lists = new WeakMap<z.core.$ZodType, readonly ListedSetting[]>();

/** Every setting in the order of the schema; settings of variants once per variant. */
export const listSettings = (schema: z.core.$ZodType): readonly ListedSetting[] => {
  const list = lists.get(schema) ?? within(schema, '');
  lists.set(schema, list);
  return list;
};

/** Where a key is a setting, in words: `poll`, `projects[].credentials of type password`. */
export const placesOf = (key: string, schema: z.core.$ZodType): readonly string[] => {
  const settings = listSettings(schema).filter(({ path }) => path === key || path.endsWith(`.${key}`));
  const byPath = Map.groupBy(settings, ({ path }) => path.slice(0, -key.length - 1));
  return Array.from(byPath, ([path, [first, ...others]]) => {
    const only = first?.variant === undefined || others.length > 0 ? '' : ` of type ${first.variant}`;
    return path === '' ? 'the top of the file' : path + only;
  });
};
