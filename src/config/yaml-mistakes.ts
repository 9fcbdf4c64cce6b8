import { type Document, type ErrorCode, visit, type YAMLError } from 'yaml';
import type { LocatedMistake } from './parse-yaml.ts';

// The library's own messages quote the text, which may be a secret.

/** Mistakes in one value; the structure of the rest is clear. */
const IN_VALUES: Partial<Record<ErrorCode, string>> = {
  BAD_ALIAS: 'a value begins with * or &; expected the value in quotes',
  BAD_DQ_ESCAPE:
    'an unknown escape sequence in double quotes; expected \\\\ for a backslash, or single quotes',
  BAD_SCALAR_START: 'a value begins with a character that YAML reserves; expected the value in quotes',
  MULTIPLE_DOCS: 'a second document begins here (---); expected one document',
  TAG_RESOLVE_FAILED: 'a value has an unknown tag (!); expected the value without a tag, or in quotes',
};

const INDENTATION =
  'this line is not indented like its neighbours; expected the same number of spaces for all keys of a mapping';

/** Mistakes after which the structure is a guess. */
const IN_STRUCTURE: Partial<Record<ErrorCode, string>> = {
  BAD_INDENT: INDENTATION,
  BLOCK_AS_IMPLICIT_KEY:
    'a value contains ": ", or the next line is indented too far; expected such a value in quotes, and the same number of spaces for all keys of a mapping',
  MISSING_CHAR:
    'a quote, bracket, comma or colon is missing; expected quotes and brackets in pairs, and "key: value" with a space after the colon',
  MULTILINE_IMPLICIT_KEY: 'a key has no value; expected "key: value" with a space after the colon',
  TAB_AS_INDENT: 'this line is indented with a tab; expected spaces',
  UNEXPECTED_TOKEN:
    'something follows a value; expected one value per key, in quotes when it contains quotes, brackets or ": "',
};

/** For a text that overflows the library's stack. */
export const NESTED_TOO_DEEPLY: LocatedMistake = {
  line: 1,
  path: [],
  message: 'not valid YAML: the text is nested too deeply; expected a few levels',
};

/** The error of an unclosed quote is at the end of the text; the quote itself is what to look for. */
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

const wordsFor = ({ code, message }: YAMLError, isFirstOnLine: boolean): string => {
  // If a whole line is misplaced, the library says that something is missing or left over.
  const isMisplaced = isFirstOnLine && (code === 'UNEXPECTED_TOKEN' || code === 'BLOCK_AS_IMPLICIT_KEY');
  if (isMisplaced || message.startsWith('Sequence item without')) return INDENTATION;
  return IN_VALUES[code] ?? IN_STRUCTURE[code] ?? 'cannot be read; expected "key: value" or "- item"';
};

/** The mistakes in the YAML, and whether its structure is clear anyway. */
export const yamlMistakes = (
  document: Document,
  text: string,
  lineAt: (offset: number) => number,
): { readonly mistakes: readonly LocatedMistake[]; readonly isClear: boolean } => {
  const all = [...document.errors, ...document.warnings];
  if (all.some(({ code }) => code === 'RESOURCE_EXHAUSTION')) {
    return { mistakes: [NESTED_TOO_DEEPLY], isClear: false };
  }
  const errors = all
    .map((error) => ({ error, offset: offsetOf(error, document) }))
    .toSorted((one, other) => one.offset - other.offset);
  const mistakes = errors.map(({ error, offset }) => {
    const isFirstOnLine = /(?:^|\n) *$/.test(text.slice(Math.max(0, offset - 100), offset));
    const message = `not valid YAML: ${wordsFor(error, isFirstOnLine)}`;
    return { line: lineAt(offset), path: [], message };
  });
  const isClear = errors.every(({ error }) => error.code in IN_VALUES);
  // One mistake in the structure causes many errors. The first is the likeliest.
  return { mistakes: isClear ? mistakes : mistakes.slice(0, 1), isClear };
};
