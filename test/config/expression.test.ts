import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileExpression } from '../../src/config/expression.ts';

/** Names of the maximum length, with which a backtracking search of a nested repetition does not end. */
const UNLUCKY_NAMES = ['a', 'a_', 'ab', 'a-'].map((part) => `${part.repeat(255).slice(0, 255)}!`);

describe('a regular expression', () => {
  it.each([
    '^(a+)+$',
    '^([a-z0-9]+-?)*$',
    '^(a|aa)+$',
    '(.*a){20}[xz]',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
    '^(?:.?){990}[xz]$',
    '[ab]*a[ab]{900}[cd]',
  ])('terminates for any name: %s', (source) => {
    const expression = compileExpression(source);

    expect(UNLUCKY_NAMES.map((name) => expression.test(name))).toEqual([false, false, false, false]);
  });

  it.each([
    ['^scratch-', 'scratch-1', 'my-scratch-1'],
    ['in07$', '0a1bin07', 'in07x'],
    ['prod', 'my-prod-graph', 'my-pro-graph'],
    ['^(?:prod|stage)-[a-z]+$', 'stage-a', 'test-a'],
    ['^[0-9a-f]{32}$', '0123456789abcdef0123456789abcdef', '0123456789abcdef'],
    ['(?i)^PROD', 'prod-1', 'pre-prod'],
    ['^\\d+\\.\\w+$', '1.x', '1-x'],
    ['^\\p{Han}+$', '图谱', 'graph'],
    ['^.$', '𝒳', 'ab'],
  ])('%s is found in %s and not in %s', (source, one, other) => {
    const expression = compileExpression(source);

    expect([expression.test(one), expression.test(other)]).toEqual([true, false]);
  });

  it.each([
    ['a(?=b)', 'invalid or unsupported Perl syntax: `(?=`'],
    ['a(?!b)', 'invalid or unsupported Perl syntax: `(?!`'],
    ['(?<=a)b', 'invalid named capture: `(?<=a)b`'],
    ['(a)\\1', 'invalid escape sequence: `\\1`'],
    ['(', 'missing closing ): `(`'],
    ['[z-a]', 'invalid character class range: `z-a`'],
    ['a{1001}', 'invalid repeat count: `{1001}`'],
    ['^(?:.?){1000}$', 'it is too large when compiled'],
  ])('is rejected if it is %s', (source, reason) => {
    expect(() => compileExpression(source)).toThrow(reason);
  });

  it('matches the same text as in JavaScript', () => {
    const atom = fc.constantFrom('a', 'b', '-', '.', '[ab]', '[^a]', '\\d', '\\w', '(?:ab|b)', '(a)');
    const piece = fc
      .tuple(atom, fc.constantFrom('', '*', '+', '?', '{2}', '{1,2}', '*?'))
      .map((both) => both.join(''));
    const branch = fc.array(piece, { minLength: 1, maxLength: 3 }).map((pieces) => pieces.join(''));
    const source = fc
      .tuple(fc.constantFrom('', '^'), branch, fc.constantFrom('', '|b', '|^-'), fc.constantFrom('', '$'))
      .map((parts) => parts.join(''));
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '-', '1', 'é'), maxLength: 8 });

    fc.assert(
      fc.property(source, name, (text, given) => {
        expect(compileExpression(text).test(given)).toBe(new RegExp(text).test(given));
      }),
      { numRuns: 2000 },
    );
  });
});
