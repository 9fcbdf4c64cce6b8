import type { z } from 'zod';
import { type LocatedMistake, parseYaml } from './parse-yaml.ts';
import { placeText, type SettingPath } from './problem.ts';
import { validate } from './validate.ts';

/** The content of a YAML file, or its mistakes in the order of the lines. */
export type ParsedFile<Value> =
  | {
      readonly ok: true;
      readonly value: Value;
      /** The place of a setting: `config.yml:3: poll.interval`. */
      readonly placeOf: (path: SettingPath) => string;
    }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Parses YAML and validates it against a schema; `file` names it in messages. */
export const parseFile = <Schema extends z.ZodType>(
  text: string,
  file: string,
  schema: Schema,
): ParsedFile<z.output<Schema>> => {
  const yaml = parseYaml(text);
  if (!yaml.ok) return { ok: false, problems: problemsIn(file, yaml.mistakes) };
  const { lineOf } = yaml;
  const result = validate(schema, yaml.value);
  const placeOf = (path: SettingPath): string => placeText(file, lineOf(path), path);
  if (result.ok) return { ok: true, value: result.value, placeOf };
  const mistakes = result.mistakes.map((mistake) => ({ ...mistake, line: lineOf(mistake.path) }));
  return { ok: false, problems: problemsIn(file, mistakes) };
};

const MOST_PROBLEMS = 100;

const problemsIn = (file: string, mistakes: readonly LocatedMistake[]): readonly string[] => {
  // A mistake repeated by aliases is reported once, where it is written.
  const seen = new Set<string>();
  const problems = mistakes
    .filter(({ line, path, message }) => seen.size < seen.add(`${line} ${path.at(-1)} ${message}`).size)
    .toSorted((one, other) => one.line - other.line)
    .map(({ line, path, message }) => `${placeText(file, line, path)}: ${message}`);
  const left = problems.splice(MOST_PROBLEMS).length;
  return left === 0 ? problems : [...problems, `${file}: ${left} more mistakes are not shown`];
};
