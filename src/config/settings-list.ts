import { z } from 'zod';
import { notesOf } from './setting.ts';

/** A setting with its place in the schema. */
export interface ListedSetting {
  /** `projects[].credentials.user`. */
  readonly path: string;
  readonly schema: z.core.$ZodType;
  /** The mapping that has it. */
  readonly mapping: z.ZodObject;
  /** The variant that it belongs to, such as credentials of type `password`. */
  readonly variant: string | undefined;
}

/** The schema without wrappers for defaults and preprocessing. */
export const unwrapped = (schema: z.core.$ZodType): z.core.$ZodType => {
  if (notesOf(schema) !== undefined) return schema;
  if (schema instanceof z.ZodPreprocess) return unwrapped(schema.out);
  if (schema instanceof z.ZodPipe) return unwrapped(schema.in);
  const isWrapper =
    schema instanceof z.ZodOptional || schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault;
  return isWrapper ? unwrapped(schema.unwrap()) : schema;
};

/** The variants of a mapping by type; none if it has no variants. */
export const variantsOf = (schema: z.core.$ZodType): ReadonlyMap<string, z.ZodObject> => {
  const options = schema instanceof z.ZodDiscriminatedUnion ? schema.options : [];
  return new Map(
    options
      .filter((option) => option instanceof z.ZodObject)
      .map((variant) => [String((variant.shape['type'] as z.ZodLiteral).value), variant]),
  );
};

/** Every setting in the order of the schema; settings of variants once per variant. */
export const listSettings = (
  schema: z.core.$ZodType,
  path = '',
  variant?: string,
): readonly ListedSetting[] => {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodArray) return listSettings(inner.element, `${path}[]`, variant);
  if (inner instanceof z.ZodObject) {
    return Object.entries(inner.shape).flatMap(([key, child]) => {
      const childPath = path === '' ? key : `${path}.${key}`;
      const setting = { path: childPath, schema: child, mapping: inner, variant };
      return [setting, ...listSettings(child, childPath, variant)];
    });
  }
  return Array.from(variantsOf(inner)).flatMap(([type, mapping]) => listSettings(mapping, path, type));
};

/** Where each key is a setting, in words: `poll`, `projects[].credentials of type password`. */
export type SettingPlaces = ReadonlyMap<string, readonly string[]>;

export const placesIn = (schema: z.core.$ZodType): SettingPlaces => {
  const byPath = Map.groupBy(listSettings(schema), ({ path }) => path);
  const places = Array.from(byPath, ([path, [first, ...others]]) => {
    const only = first?.variant === undefined || others.length > 0 ? '' : ` of type ${first.variant}`;
    const dot = path.lastIndexOf('.');
    return { key: path.slice(dot + 1), place: dot < 0 ? 'the top of the file' : path.slice(0, dot) + only };
  });
  const byKey = Map.groupBy(places, ({ key }) => key);
  return new Map(Array.from(byKey, ([key, found]) => [key, found.map(({ place }) => place)]));
};
