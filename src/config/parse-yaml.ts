import {
  type Document,
  type ErrorCode,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import type { Finding, SettingPath } from './problem.ts';

export interface LocatedMistake extends Finding {
  readonly line: number;
}

/** YAML as lists, mappings, strings and null: all scalars are strings, the schema decides which are numbers. */
export type ParsedYaml =
  | {
      readonly ok: true;
      readonly value: unknown;
      /** The line of a setting, counted from 1; if it is missing, that of its parent. */
      readonly lineOf: (path: SettingPath) => number;
    }
  | { readonly ok: false; readonly mistakes: readonly LocatedMistake[] };

/** Enough for thousands of projects; aliases in a small file can expand to billions. */
const MOST_VALUES = 200_000;

/** The library's message without the text that it quotes, which may be a secret. */
const wordsOf = ({ code, message }: YAMLError): string => {
  if (code === 'RESOURCE_EXHAUSTION') return 'the text is nested too deeply';
  if (code === 'BAD_DIRECTIVE') return 'Unknown directive';
  const [words] = /^[A-Za-z]+,?(?: (?:[A-Za-z'"-]+,?|\d+|\S(?= |$)))*/.exec(message) ?? [];
  return words ?? 'it cannot be read';
};

/** What to do, where the library's message does not say it. */
const ADVICE: Partial<Record<ErrorCode, string>> = {
  BAD_SCALAR_START: 'quote the value',
  BLOCK_AS_IMPLICIT_KEY: 'quote a value that contains ": ", and indent all keys of a mapping equally',
  MULTILINE_IMPLICIT_KEY: 'write "key: value", with a space after the colon',
  TAG_RESOLVE_FAILED: 'quote a value that begins with !',
  UNEXPECTED_TOKEN: 'quote a value that contains quotes or brackets',
};

/** The library finds an unclosed quote at the end of the text; the quote itself is what to look for. */
const offsetOf = ({ message, pos: [end] }: YAMLError, document: Document): number => {
  let offset = end;
  if (message.startsWith('Missing closing')) {
    visit(document, {
      Scalar: (_, { range, type }) => {
        if (range?.[1] === end && type?.startsWith('QUOTE')) offset = range[0];
      },
    });
  }
  return offset;
};

/** One mistake causes several errors, of which the first says most. */
const firstOf = (errors: readonly YAMLError[]): YAMLError | undefined =>
  errors.find(({ code }) => code === 'RESOURCE_EXHAUSTION') ??
  errors.toSorted((one, other) => one.pos[0] - other.pos[0])[0];

export const parseYaml = (text: string): ParsedYaml => {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    schema: 'failsafe',
    customTags: ['null'],
    lineCounter: lines,
    logLevel: 'error',
    prettyErrors: false,
    resolveKnownTags: false,
    stringKeys: true,
    // Checking it takes the library quadratic time.
    uniqueKeys: false,
  });
  const error = firstOf([...document.errors, ...document.warnings]);
  if (error !== undefined) {
    const { line, col } = lines.linePos(offsetOf(error, document));
    const advice = ADVICE[error.code];
    const message = `not valid YAML: ${wordsOf(error)} (column ${col})${advice ? `; ${advice}` : ''}`;
    return { ok: false, mistakes: [{ line, path: [], message }] };
  }
  return readNodes(document.contents, (node) => {
    const start = isNode(node) ? node.range?.[0] : undefined;
    return lines.linePos(start ?? 0).line;
  });
};

interface Located {
  readonly line: number;
  readonly value: unknown;
}

/** Turns nodes into values and remembers their lines. */
const readNodes = (root: unknown, lineAt: (node: unknown) => number): ParsedYaml => {
  const mistakes: LocatedMistake[] = [];
  const anchors = new Map<string, { readonly value: unknown; readonly size: number }>();
  // By list or mapping. An alias is the same object as its anchor, so it has the same lines.
  const items = new Map<unknown, ReadonlyMap<string | number, Located>>();
  let size = 0;

  const read = (node: unknown, path: SettingPath): unknown => {
    size += 1;
    if (isAlias(node)) {
      const anchor = anchors.get(node.source);
      if (anchor === undefined) {
        const message = 'an alias (*) without its anchor (&); expected the value in quotes';
        mistakes.push({ line: lineAt(node), path, message });
      }
      size += anchor?.size ?? 0;
      return anchor?.value;
    }
    const before = size;
    const value = readContent(node, path);
    if (isNode(node) && node.anchor !== undefined) anchors.set(node.anchor, { value, size: size - before });
    return value;
  };

  const readContent = (node: unknown, path: SettingPath): unknown => {
    if (isScalar(node)) return node.value;
    const found = new Map<string | number, Located>();
    const add = (key: string | number, place: unknown, item: unknown): void => {
      if (found.has(key)) {
        const message = 'given more than once; expected once';
        mistakes.push({ line: lineAt(place), path: [...path, key], message });
      }
      // A value may begin on the line after its key.
      const line = lineAt(isScalar(item) && item.value !== null ? item : place);
      found.set(key, { line, value: read(item, [...path, key]) });
    };
    if (isSeq(node)) {
      for (const [index, item] of node.items.entries()) add(index, item, item);
    } else if (isMap(node)) {
      for (const { key, value } of node.items) add(String(key), key, value);
    } else return null;
    const entries = Array.from(found, ([key, { value }]) => [key, value] as const);
    const value = isSeq(node) ? entries.map(([, item]) => item) : Object.fromEntries(entries);
    items.set(value, found);
    return value;
  };

  const value = read(root, []);
  if (size > MOST_VALUES) {
    const message = `the file has more than ${MOST_VALUES} values, aliases (*) included; expected fewer`;
    return { ok: false, mistakes: [{ line: 1, path: [], message }] };
  }
  if (mistakes.length > 0) return { ok: false, mistakes };
  const lineOf = (path: SettingPath): number => {
    let place: Located = { line: lineAt(root), value };
    for (const step of path) {
      const next = items.get(place.value)?.get(step);
      if (next === undefined) break;
      place = next;
    }
    return place.line;
  };
  return { ok: true, value, lineOf };
};
