import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Pair, parseDocument } from 'yaml';
import type { SettingPath } from './problem.ts';
import { NESTED_TOO_DEEPLY, yamlMistakes } from './yaml-mistakes.ts';

/** A mistake in YAML; `path` is empty if it does not belong to a setting. */
export interface LocatedMistake {
  readonly line: number;
  readonly path: SettingPath;
  /** What is wrong; what is expected. */
  readonly message: string;
}

/** YAML as lists, mappings, strings and null: all scalars are strings, the schema decides which are numbers. */
export interface ParsedYaml {
  /** Undefined if the structure is unclear. */
  readonly document: { readonly value: unknown } | undefined;
  readonly mistakes: readonly LocatedMistake[];
  /** The line of a setting, counted from 1; if it is missing, that of its parent. */
  readonly lineOf: (path: SettingPath) => number;
}

/** Enough for thousands of projects; aliases in a small file can expand to billions. */
const MOST_VALUES = 200_000;

/** Turns the nodes of a document into values and records their positions. */
const readNodes = (root: unknown, lineOf: (node: unknown) => number) => {
  const mistakes: LocatedMistake[] = [];
  const anchors = new Map<
    string,
    { readonly node: unknown; readonly value: unknown; readonly size: number }
  >();
  const targets = new Map<unknown, unknown>();
  const pairs = new Map<unknown, Map<string, Pair>>();
  let size = 0;

  const report = (node: unknown, path: SettingPath, message: string): void => {
    mistakes.push({ line: lineOf(node), path, message });
  };

  const pairsOf = (items: readonly Pair[], path: SettingPath): Map<string, Pair> => {
    const found = new Map<string, Pair>();
    for (const pair of items) {
      const key = isScalar(pair.key) ? String(pair.key.value) : '';
      if (found.has(key)) report(pair.key, [...path, key], 'given more than once; expected once');
      found.set(key, pair);
    }
    return found;
  };

  const readContent = (node: unknown, path: SettingPath): unknown => {
    if (isScalar(node)) return node.value;
    if (isSeq(node)) return node.items.map((item, index) => read(item, [...path, index]));
    if (!isMap(node)) return null;
    const found = pairsOf(node.items, path);
    pairs.set(node, found);
    return Object.fromEntries(Array.from(found, ([key, pair]) => [key, read(pair.value, [...path, key])]));
  };

  const read = (node: unknown, path: SettingPath): unknown => {
    size += 1;
    if (isAlias(node)) {
      const anchor = anchors.get(node.source);
      if (anchor === undefined) {
        report(node, path, 'an alias (*) without its anchor (&); expected the value in quotes');
        return undefined;
      }
      targets.set(node, anchor.node);
      size += anchor.size;
      return anchor.value;
    }
    const before = size;
    const value = readContent(node, path);
    if (isNode(node) && node.anchor !== undefined) {
      anchors.set(node.anchor, { node, value, size: size - before });
    }
    return value;
  };

  const value = read(root, []);
  return {
    value,
    mistakes,
    isTooLarge: size > MOST_VALUES,
    lineAt: (path: SettingPath): number => {
      let node = root;
      let place = root;
      for (const step of path) {
        const target = targets.get(node) ?? node;
        const pair = pairs.get(target)?.get(String(step));
        const item: unknown = isSeq(target) ? target.items[Number(step)] : undefined;
        if (pair === undefined && item === undefined) break;
        place = pair?.key ?? item;
        node = pair === undefined ? item : pair.value;
      }
      // A value may begin on the line after its key.
      return lineOf(isScalar(node) && node.value !== null ? node : place);
    },
  };
};

export const parseYaml = (text: string): ParsedYaml => {
  const lines = new LineCounter();
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const refuse = (mistakes: ParsedYaml['mistakes']): ParsedYaml => ({
    document: undefined,
    mistakes,
    lineOf: () => 1,
  });
  try {
    const document = parseDocument(text, {
      schema: 'failsafe',
      customTags: ['null'],
      lineCounter: lines,
      logLevel: 'error',
      prettyErrors: false,
      resolveKnownTags: false,
      stringKeys: true,
      uniqueKeys: false,
    });
    const { mistakes, isClear } = yamlMistakes(document, text);
    const located = mistakes.map(({ offset, message }) => ({ line: lineAt(offset), path: [], message }));
    if (!isClear) return refuse(located);
    const read = readNodes(document.contents, (node) =>
      lineAt((isNode(node) ? node.range?.[0] : undefined) ?? 0),
    );
    if (read.isTooLarge) {
      const message = `the file has more than ${MOST_VALUES} values, aliases (*) included; expected fewer`;
      return refuse([{ line: 1, path: [], message }]);
    }
    return {
      document: { value: read.value },
      mistakes: [...located, ...read.mistakes],
      lineOf: read.lineAt,
    };
  } catch (error) {
    // The library throws only on a stack overflow.
    if (!(error instanceof RangeError)) throw error;
    return refuse([{ line: 1, path: [], message: NESTED_TOO_DEEPLY }]);
  }
};
