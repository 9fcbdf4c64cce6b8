import { RE2JS } from 're2js';
import { errorMessage } from '../errors.ts';

/** Searches text for a regular expression. */
export type Expression = Pick<RegExp, 'source' | 'test'>;

/** Limits the time of one search; the largest expressions in real use have a few hundred instructions. */
const MOST_INSTRUCTIONS = 2000;

/**
 * Compiles a regular expression in RE2 syntax, as in Prometheus, with searches in linear time. Throws an Error with the
 * reason in a few words.
 */
export const compileExpression = (source: string): Expression => {
  let expression: RE2JS;
  try {
    expression = RE2JS.compile(source);
  } catch (error) {
    throw new Error(errorMessage(error).replace(/^error parsing regexp: /, ''), { cause: error });
  }
  if (expression.programSize() > MOST_INSTRUCTIONS) throw new Error('it is too large when compiled');
  return { source, test: (text) => expression.test(text) };
};
