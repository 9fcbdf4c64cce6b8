import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Finding, SettingPath } from './problem.ts';
import { NESTED_TOO_DEEPLY, yamlMistakes } from './yaml-mistakes.ts';

export interface LocatedMistake extends Finding {
  readonly line: number;
}

/** YAML as lists, mappings, strings and null: all scalars are strings, the schema decides which are numbers. */
export interface YamlContent {
  readonly value: unknown;
  /** The line of a setting, counted from 1; if it is missing, that of its parent. */
  readonly lineOf: (path: SettingPath) => number;
}

export interface ParsedYaml {
  /** Undefined if the structure is unclear. */
  readonly content: YamlContent | undefined;
  readonly mistakes: readonly LocatedMistake[];
}

interface Located {
  readonly line: number;
  readonly value: unknown;
}

/** Enough for thousands of projects; aliases in a small file can expand to billions. */
const MOST_VALUES = 200_000;

/** Turns the nodes of a document into values and records their lines. */
const readNodes = (root: unknown, lineAt: (node: unknown) => number) => {
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
      for (const { key, value } of node.items) add(isScalar(key) ? String(key.value) : '', key, value);
    } else return null;
    const entries = Array.from(found, ([key, { value }]) => [key, value] as const);
    const value = isSeq(node) ? entries.map(([, item]) => item) : Object.fromEntries(entries);
    items.set(value, found);
    return value;
  };

  const value = read(root, []);
  const lineOf = (path: SettingPath): number => {
    let place: Located = { line: lineAt(root), value };
    for (const step of path) {
      const next = items.get(place.value)?.get(step);
      if (next === undefined) break;
      place = next;
    }
    return place.line;
  };
  return { content: { value, lineOf }, mistakes, size };
};

export const parseYaml = (text: string): ParsedYaml => {
  const lines = new LineCounter();
  const lineAt = (offset: number): number => lines.linePos(offset).line;
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
    const { mistakes, isClear } = yamlMistakes(document, text, lineAt);
    if (!isClear) return { content: undefined, mistakes };
    const read = readNodes(document.contents, (node) => lineAt((isNode(node) && node.range?.[0]) || 0));
    if (read.size > MOST_VALUES) {
      const message = `the file has more than ${MOST_VALUES} values, aliases (*) included; expected fewer`;
      return { content: undefined, mistakes: [{ line: 1, path: [], message }] };
    }
    return { content: read.content, mistakes: [...mistakes, ...read.mistakes] };
  } catch (error) {
    // The library throws only on a stack overflow.
    if (!(error instanceof RangeError)) throw error;
    return { content: undefined, mistakes: [NESTED_TOO_DEEPLY] };
  }
};
