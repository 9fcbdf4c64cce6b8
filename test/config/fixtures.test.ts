import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.ts';
import { ONE, OTHER } from '../support/examples.ts';
import { messagesIn } from './texts.ts';

const FIXTURES = new URL('fixtures/', import.meta.url);
const filesIn = (folder: string): readonly string[] => readdirSync(new URL(folder, FIXTURES)).toSorted();

/** A fixture, in which ONE_SERVICE and OTHER_SERVICE stand for the types of two services. */
const read = (path: string): string =>
  readFileSync(new URL(path, FIXTURES), 'utf8')
    .replaceAll('ONE_SERVICE', ONE)
    .replaceAll('OTHER_SERVICE', OTHER);

/** The errors expected by a fixture: the text after each "!" in the comments, with their lines. */
const announced = (text: string) =>
  text
    .split('\n')
    .flatMap((line, index) =>
      (line.split(' # ! ')[1]?.split(' ! ') ?? []).map((words) => ({ line: index + 1, words })),
    );

describe('an invalid file', () => {
  it.each(filesIn('bad'))('%s has exactly the errors in its comments, on their lines', (name) => {
    const text = read(`bad/${name}`);
    const expected = announced(text);

    const problems = messagesIn(text);
    const lineOf = (problem: string): number => Number(problem.split(':')[1]);

    expect(expected.length).toBeGreaterThan(4);
    for (const { line, words } of expected) {
      const onLine = problems.filter((problem) => lineOf(problem) === line);
      expect(onLine.join('\n'), `line ${line}`).toContain(words);
    }
    expect(problems.map(lineOf)).toEqual(expected.map(({ line }) => line));
  });

  it.each(filesIn('bad'))(
    '%s is reported line by line, with the expected values and without secrets',
    (name) => {
      const problems = messagesIn(read(`bad/${name}`));

      for (const problem of problems) {
        expect(problem).toMatch(/^config\.yml:\d+: \S.+; expected .+$/);
        expect(problem).not.toMatch(/hunter2|user:secret|ünsafe/);
      }
    },
  );
});

describe('a valid file', () => {
  it.each(filesIn('good'))('%s has no errors', (name) => {
    const result = parseConfig(read(`good/${name}`), name);

    expect(result).toMatchObject({ ok: true, warnings: [] });
  });
});
