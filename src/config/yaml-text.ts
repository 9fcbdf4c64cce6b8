import {
  type Alias,
  type Document,
  type ErrorCode,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';

/** A YAML document whose nodes know their lines; a document made by the program has none. */
export interface YamlDocument {
  readonly contents: Node | null;
  /** What an alias stands for; undefined when its anchor is missing. */
  readonly resolve: (alias: Alias) => Node | undefined;
  /** The line on which a node begins, counted from 1. */
  readonly lineOf: (node: unknown) => number | undefined;
}

/** One violation of YAML. */
interface YamlMistake {
  readonly line: number;
  readonly message: string;
}

/** A text read as YAML. */
export interface YamlText {
  readonly document: YamlDocument;
  readonly mistakes: readonly YamlMistake[];
  /** The line from which on the structure of the document is a guess; undefined when all of it can be trusted. */
  readonly guessedFrom: number | undefined;
  /** The lines with a mistake that makes what follows a guess. */
  readonly damagedLines: readonly number[];
}

interface Explanation {
  readonly text: string;
  /** Whether the rest of the document can be read as if the mistake were not there. */
  readonly harmless: boolean;
}

const QUOTE_IT = 'allowed: the value in quotes';

/** The library's own words quote the text, which may be a secret. */
const EXPLANATIONS: Readonly<Record<ErrorCode, Explanation>> = {
  ALIAS_PROPS: { text: 'an alias has an anchor or a tag; allowed: the alias alone', harmless: true },
  BAD_ALIAS: { text: `a value begins with * and is no alias; ${QUOTE_IT}`, harmless: true },
  BAD_COLLECTION_TYPE: {
    text: 'a tag does not fit its value; allowed: values without a tag',
    harmless: true,
  },
  BAD_DIRECTIVE: {
    text: 'a line begins with % and is no YAML directive; allowed: %YAML 1.2',
    harmless: true,
  },
  BAD_DQ_ESCAPE: {
    text: 'an unknown escape sequence stands in double quotes; allowed: \\\\ for a backslash, or single quotes',
    harmless: true,
  },
  BAD_INDENT: {
    text: 'the line is not indented like its neighbours; allowed: the same number of spaces for all settings of a mapping',
    harmless: false,
  },
  BAD_PROP_ORDER: {
    text: 'an anchor or a tag stands in the wrong place; allowed: before the value',
    harmless: false,
  },
  BAD_SCALAR_START: {
    text: `a value begins with a character that YAML reserves; ${QUOTE_IT}`,
    harmless: true,
  },
  BLOCK_AS_IMPLICIT_KEY: {
    text: 'a value contains ": ", or the next line is indented too far; allowed: the value in quotes, settings of a mapping indented alike',
    harmless: false,
  },
  BLOCK_IN_FLOW: {
    text: 'an indented block stands between brackets; allowed: [a, b] or {a: b}',
    harmless: false,
  },
  DUPLICATE_KEY: {
    text: 'the same setting is given twice in one mapping; allowed: each setting once',
    harmless: true,
  },
  IMPOSSIBLE: { text: 'this is not YAML', harmless: false },
  KEY_OVER_1024_CHARS: { text: 'a key is longer than 1024 characters', harmless: true },
  MISSING_CHAR: {
    text: 'a closing quote, a bracket, a comma or a colon is missing; allowed: quotes and brackets in pairs, "key: value" with a space after the colon',
    harmless: false,
  },
  MULTILINE_IMPLICIT_KEY: {
    text: 'a setting has no value; allowed: "key: value" with a space after the colon',
    harmless: false,
  },
  MULTIPLE_ANCHORS: { text: 'a value has several anchors; allowed: one', harmless: true },
  MULTIPLE_DOCS: {
    text: 'a second document begins here (---); allowed: one document per file',
    harmless: true,
  },
  MULTIPLE_TAGS: { text: 'a value has several tags; allowed: values without a tag', harmless: true },
  NON_STRING_KEY: { text: 'a key is a list or a mapping; allowed: the name of a setting', harmless: true },
  RESOURCE_EXHAUSTION: { text: 'the file is nested too deeply', harmless: false },
  TAB_AS_INDENT: { text: 'the line is indented with a tab; allowed: spaces', harmless: false },
  TAG_RESOLVE_FAILED: {
    text: `a value has a tag (!) that is unknown; ${QUOTE_IT}, or without the tag`,
    harmless: true,
  },
  UNEXPECTED_TOKEN: {
    text: 'there is something left after a value; allowed: one value per setting, in quotes when it contains quotes, brackets or ": "',
    harmless: false,
  },
};

const offsetOf = (node: unknown): number | undefined => {
  const range: unknown =
    typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
  const start: unknown = Array.isArray(range) ? range[0] : undefined;
  return typeof start === 'number' ? start : undefined;
};

/** Wraps a document for the walk through it. */
export const yamlDocument = (document: Document, lines: LineCounter | undefined): YamlDocument => ({
  contents: document.contents,
  resolve: (alias) => alias.resolve(document),
  lineOf: (node) => {
    const offset = offsetOf(node);
    return offset === undefined ? undefined : lines?.linePos(offset).line;
  },
});

/** Where an error is to be looked for: that of a quote that is never closed shows at the end of the text. */
const offsetOfError = ({ code, pos: [offset] }: YAMLError, document: Document): number => {
  let start = offset;
  if (code === 'MISSING_CHAR') {
    visit(document, {
      Scalar: (_, scalar) => {
        if (scalar.range?.[1] !== offset || !scalar.type?.startsWith('QUOTE')) return undefined;
        start = scalar.range[0];
        return visit.BREAK;
      },
    });
  }
  return start;
};

/** A file with more is no YAML at all. */
const MOST_MISTAKES = 100;

const nestedTooDeeply: YamlText = {
  document: { contents: null, resolve: () => undefined, lineOf: () => undefined },
  mistakes: [{ line: 1, message: `not valid YAML: ${EXPLANATIONS.RESOURCE_EXHAUSTION.text}` }],
  guessedFrom: 1,
  damagedLines: [1],
};

/**
 * Reads a text as YAML 1.2 and goes on after mistakes as far as it can. Keys are always text.
 * One that comes twice in a mapping is a mistake, unless the caller wants to find that itself.
 */
export const parseYaml = (text: string, repeatedKeys: 'a mistake' | 'kept' = 'a mistake'): YamlText => {
  const lines = new LineCounter();
  let document: Document.Parsed;
  try {
    document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      stringKeys: true,
      resolveKnownTags: false,
      uniqueKeys: repeatedKeys === 'a mistake',
      logLevel: 'error',
    });
  } catch {
    // The only thing that the library throws on is a stack that overflows.
    return nestedTooDeeply;
  }
  // A tag that is not known is only a warning to the library, which then takes the value without its tag.
  const errors = [...document.errors, ...document.warnings].slice(0, MOST_MISTAKES);
  if (errors.some(({ code }) => code === 'RESOURCE_EXHAUSTION')) return nestedTooDeeply;
  const lineOf = (error: YAMLError): number => lines.linePos(offsetOfError(error, document)).line;
  const harmful = errors.filter(({ code }) => !EXPLANATIONS[code].harmless);
  const damagedLines = harmful.map(lineOf);
  return {
    document: yamlDocument(document, lines),
    mistakes: errors.map((error) => ({
      line: lineOf(error),
      message: `not valid YAML: ${EXPLANATIONS[error.code].text}`,
    })),
    guessedFrom: damagedLines.length === 0 ? undefined : Math.min(...damagedLines),
    damagedLines,
  };
};
