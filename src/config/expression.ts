import { RE2JS, RE2JSException } from 're2js';

/** Searches text for a regular expression. */
export type Expression = Pick<RegExp, 'source' | 'test'>;

/** Limits the time of one search; the largest expressions in real use have a few hundred instructions. */
const MOST_INSTRUCTIONS = 2000;

/**
 * Compiles a regular expression in RE2 syntax, as in Prometheus, with searches in linear time. Throws an Error with the
 * reason in a few words.
 */
export const compileExpression = (source: string): Expression => {
  const expression = compile(source);
  if (expression.programSize() > MOST_INSTRUCTIONS) throw new Error('it is too large when compiled');
  return { source, test: (text) => expression.test(text) };
};

const compile = (source: string): RE2JS => {
  try {
    return RE2JS.compile(source);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new Error(error.message.replace(/^error parsing regexp: /, ''), { cause: error });
  }
};
