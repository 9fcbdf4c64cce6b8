import type { z } from 'zod';
import { parseYaml } from './parse-yaml.ts';
import { type Problem, pathText, problemAt, type SettingPath } from './problem.ts';
import { validate } from './validate.ts';

/** The content of a YAML file, or all its mistakes. */
export type ParsedFile<Value> =
  | {
      readonly ok: true;
      readonly value: Value;
      /** The line of a setting, counted from 1; if it is missing, that of its parent. */
      readonly lineOf: (path: SettingPath) => number;
    }
  /** In the order of the lines. */
  | { readonly ok: false; readonly problems: readonly Problem[] };

const MOST_PROBLEMS = 100;

/** Parses YAML and validates it against a schema; `file` names it in messages. */
export const parseFile = <Schema extends z.ZodType>(
  text: string,
  file: string,
  schema: Schema,
): ParsedFile<z.output<Schema>> => {
  const { document, mistakes: syntax, lineOf } = parseYaml(text);
  const result = document && validate(schema, document.value);
  if (result?.ok === true && syntax.length === 0) return { ok: true, value: result.value, lineOf };
  const inSyntax = new Set(syntax.map(({ path }) => pathText(path)));
  const mistakes = result?.ok === false ? result.mistakes : [];
  const located = [
    ...syntax,
    ...mistakes
      // An alias without an anchor also counts as missing.
      .filter(({ path, missing }) => !(missing && inSyntax.has(pathText(path))))
      .map(({ path, message }) => ({ line: lineOf(path), path, message })),
  ];
  // A mistake repeated by aliases is reported once, where it is written.
  const seen = new Set<string>();
  const problems = located
    .filter(({ line, path, message }) => seen.size < seen.add(`${line} ${path.at(-1)} ${message}`).size)
    .toSorted((one, other) => one.line - other.line)
    .map(({ line, path, message }) => problemAt(file, line, pathText(path), message));
  const left = problems.splice(MOST_PROBLEMS);
  if (left.length > 0) {
    problems.push(problemAt(file, undefined, '', `${left.length} more mistakes are not shown`));
  }
  return { ok: false, problems };
};
