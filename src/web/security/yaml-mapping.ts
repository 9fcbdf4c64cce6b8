import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';
import { formatProblem } from '../../config/problem.ts';
import { nearest } from '../../config/suggestion.ts';
import { parseYaml, type YamlDocument } from '../../config/yaml-text.ts';

/** A value together with the line, counted from 1, on which its setting stands. */
export interface Located<Value> {
  readonly value: Value;
  readonly line: number;
}

/** One mapping of a YAML file. What cannot be read is reported and reads as undefined; so does an empty value. */
export interface Mapping {
  readonly line: number;
  readonly isEmpty: boolean;
  readonly text: (key: string) => Located<string> | undefined;
  /** A text, or a number as it is written. */
  readonly word: (key: string) => Located<string> | undefined;
  readonly flag: (key: string) => Located<boolean> | undefined;
  readonly integer: (key: string) => Located<number> | undefined;
  readonly texts: (key: string) => Located<readonly Located<string>[]> | undefined;
  /** The mapping under a key; each key of it that is not among `known` is reported. */
  readonly mapping: (key: string, known: readonly string[]) => Mapping | undefined;
  /** The mapping under a key whose own keys are free, each with a text. */
  readonly textsByName: (key: string) => readonly (Located<string> & { readonly name: string })[];
}

/** The mistakes of one file. */
export interface Problems {
  /** Notes a mistake in the setting of that path, or in the file as a whole where the path is empty. */
  readonly report: (line: number | undefined, path: string, message: string) => void;
  /** `web.yml:3: tls_server_config.min_version: …`, in the order of the lines, each once. */
  readonly list: () => readonly string[];
}

/** Collects the mistakes of the file of that name. */
export const collectProblems = (file: string): Problems => {
  const found: { line: number | undefined; path: string; message: string }[] = [];
  return {
    report: (line, path, message) => {
      found.push({ line, path, message: path === '' ? message : `${path}: ${message}` });
    },
    list: () => {
      const sorted = found.toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0));
      return [...new Set(sorted.map((problem) => formatProblem({ file, ...problem })))];
    },
  };
};

// Prometheus and its exporters read YAML 1.1, where these words are booleans too.
const YES = /^(true|yes|on|y)$/i;
const NO = /^(false|no|off|n)$/i;

/** A name as it stands in the path of a setting: quoted where it would be hard to read. */
export const nameInPath = (name: string): string =>
  /^[\w.@-]{1,60}$/.test(name) ? name : JSON.stringify(name.slice(0, 60));

const keyOf = (pair: Pair): string => (isScalar(pair.key) ? String(pair.key.value) : String(pair.key));

const isEmpty = (node: unknown): boolean =>
  node === null || node === undefined || (isScalar(node) && (node.value === null || node.value === ''));

const readFlag = (node: unknown): boolean | undefined => {
  const word = isScalar(node) && node.type === 'PLAIN' ? String(node.value) : '';
  if (YES.test(word)) return true;
  return NO.test(word) ? false : undefined;
};

const readText = (node: unknown): string | undefined =>
  isScalar(node) && typeof node.value === 'string' ? node.value : undefined;

const readWord = (node: unknown): string | undefined =>
  isScalar(node) && typeof node.value === 'number' ? (node.source ?? String(node.value)) : readText(node);

const readInteger = (node: unknown): number | undefined =>
  isScalar(node) && typeof node.value === 'number' && Number.isSafeInteger(node.value)
    ? node.value
    : undefined;

const mappingAt = (document: YamlDocument, problems: Problems, map: YAMLMap, place: string): Mapping => {
  const line = document.lineOf(map) ?? 1;
  const pathOf = (key: string): string => (place === '' ? key : `${place}.${key}`);
  const resolve = (node: unknown): unknown => (isAlias(node) ? document.resolve(node) : node);

  const wanted = <Value>(
    key: string,
    allowed: string,
    read: (node: unknown) => Value | undefined,
  ): Located<Value> | undefined => {
    const pair = map.items.find((item) => keyOf(item) === key);
    const node = resolve(pair?.value);
    if (pair === undefined || isEmpty(node)) return undefined;
    const at = document.lineOf(pair.key) ?? line;
    const value = read(node);
    if (value !== undefined) return { value, line: at };
    problems.report(at, pathOf(key), `the value is not possible here; allowed: ${allowed}`);
    return undefined;
  };

  const wantedMap = (key: string) =>
    wanted(key, 'a mapping', (node) => (isMap<Node, Node | null>(node) ? node : undefined));

  return {
    line,
    isEmpty: map.items.length === 0,
    text: (key) => wanted(key, 'text', readText),
    word: (key) => wanted(key, 'text', readWord),
    flag: (key) => wanted(key, 'true, false', readFlag),
    integer: (key) => wanted(key, 'a whole number', readInteger),
    texts: (key) => {
      const list = wanted(key, 'a list, each item after "- "', (node) => (isSeq(node) ? node : undefined));
      if (list === undefined) return undefined;
      const items = list.value.items.flatMap((item) => {
        const at = document.lineOf(item) ?? list.line;
        const value = readText(resolve(item));
        if (value !== undefined) return [{ value, line: at }];
        problems.report(at, pathOf(key), 'an item is not text; allowed: text, in quotes if need be');
        return [];
      });
      return { value: items, line: list.line };
    },
    mapping: (key, known) => {
      const found = wantedMap(key);
      return found === undefined
        ? undefined
        : strictMappingAt(document, problems, found.value, pathOf(key), known);
    },
    textsByName: (key) => {
      const found = wantedMap(key);
      if (found === undefined) return [];
      return found.value.items.flatMap((pair) => {
        const name = keyOf(pair);
        const at = document.lineOf(pair.key) ?? found.line;
        const value = readText(resolve(pair.value));
        if (value !== undefined) return [{ name, value, line: at }];
        problems.report(at, `${pathOf(key)}.${nameInPath(name)}`, 'the value is not text; allowed: text');
        return [];
      });
    },
  };
};

const strictMappingAt = (
  document: YamlDocument,
  problems: Problems,
  map: YAMLMap,
  place: string,
  known: readonly string[],
): Mapping => {
  for (const pair of map.items) {
    const key = keyOf(pair);
    if (known.includes(key)) continue;
    const meant = nearest(key, known);
    const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
    const name = nameInPath(key);
    const message = `unknown setting${hint}; allowed: ${known.join(', ')}`;
    problems.report(document.lineOf(pair.key), place === '' ? name : `${place}.${name}`, message);
  }
  return mappingAt(document, problems, map, place);
};

/**
 * Reads the mapping that a YAML text is. Undefined for an empty text, and for one that is reported
 * because nothing in it can be trusted.
 */
export const readMapping = (
  text: string,
  known: readonly string[],
  problems: Problems,
): Mapping | undefined => {
  const { document, mistakes, guessedFrom } = parseYaml(text);
  for (const { line, message } of mistakes) problems.report(line, '', message);
  const root = document.contents;
  if (guessedFrom !== undefined || isEmpty(root)) return undefined;
  if (isMap(root)) return strictMappingAt(document, problems, root, '', known);
  problems.report(1, '', `the file is not a mapping; allowed: a mapping of ${known.join(', ')}`);
  return undefined;
};
