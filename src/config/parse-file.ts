import type { z } from 'zod';
import { type LocatedMistake, parseYaml, type YamlContent } from './parse-yaml.ts';
import { type Problem, pathText, problemAt } from './problem.ts';
import { validate } from './validate.ts';

/** The content of a YAML file, or all its mistakes in the order of the lines. */
export type ParsedFile<Value> =
  | { readonly ok: true; readonly value: Value; readonly lineOf: YamlContent['lineOf'] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Parses YAML and validates it against a schema; `file` names it in messages. */
export const parseFile = <Schema extends z.ZodType>(
  text: string,
  file: string,
  schema: Schema,
): ParsedFile<z.output<Schema>> => {
  const { content, mistakes: syntax } = parseYaml(text);
  if (content === undefined) return { ok: false, problems: problemsIn(file, syntax) };
  const { value, lineOf } = content;
  const result = validate(schema, value);
  if (result.ok && syntax.length === 0) return { ok: true, value: result.value, lineOf };
  const inSyntax = new Set(syntax.map(({ path }) => pathText(path)));
  const others = (result.ok ? [] : result.mistakes)
    // An alias without an anchor also counts as missing.
    .filter(({ path, missing }) => !(missing && inSyntax.has(pathText(path))))
    .map(({ path, message }) => ({ line: lineOf(path), path, message }));
  return { ok: false, problems: problemsIn(file, [...syntax, ...others]) };
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
