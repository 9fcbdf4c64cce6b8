import type { z } from 'zod';
import { type LocatedMistake, parseYaml } from './parse-yaml.ts';
import { type Problem, pathText, problemAt, type SettingPath } from './problem.ts';
import { validate } from './validate.ts';

/** The content of a YAML file, or its mistakes in the order of the lines. */
export type ParsedFile<Value> =
  | { readonly ok: true; readonly value: Value; readonly lineOf: (path: SettingPath) => number }
  | { readonly ok: false; readonly problems: readonly Problem[] };

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
  if (result.ok) return { ok: true, value: result.value, lineOf };
  const mistakes = result.mistakes.map((mistake) => ({ ...mistake, line: lineOf(mistake.path) }));
  return { ok: false, problems: problemsIn(file, mistakes) };
};

const MOST_PROBLEMS = 100;

const problemsIn = (file: string, mistakes: readonly LocatedMistake[]): readonly Problem[] => {
  // A mistake repeated by aliases is reported once, where it is written.
  const seen = new Set<string>();
  const problems = mistakes
    .filter(({ line, path, message }) => seen.size < seen.add(`${line} ${path.at(-1)} ${message}`).size)
    .toSorted((one, other) => one.line - other.line)
    .map(({ line, path, message }) => problemAt(file, line, pathText(path), message));
  const left = problems.splice(MOST_PROBLEMS).length;
  return left === 0
    ? problems
    : [...problems, problemAt(file, undefined, '', `${left} more mistakes are not shown`)];
};
