import { describe, expect, it } from 'vitest';
import { cut, html } from '../../src/status/html.ts';

describe('a template of HTML', () => {
  it('escapes strings for text and for attributes', () => {
    const name = `<b a="1" b='2'>&amp;`;

    const { markup } = html`<i title="${name}">${name}</i>`;

    const escaped = '&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;amp;';
    expect(markup).toBe(`<i title="${escaped}">${escaped}</i>`);
  });

  it('inserts other templates, lists of them, numbers and undefined unchanged', () => {
    const items = ['a', '<'].map((text) => html`<li>${text}</li>`);

    const { markup } = html`<ul class="${3}">${items}</ul>${undefined}`;

    expect(markup).toBe('<ul class="3"><li>a</li><li>&lt;</li></ul>');
  });

  it.each([
    ['a change of text direction', 'a\u202egpj', 'a‹U+202E›gpj'],
    ['an isolate', '\u2066x\u2069', '‹U+2066›x‹U+2069›'],
    ['a zero-width space', 'or\u200bders', 'or‹U+200B›ders'],
    ['a control character', 'a\u0000b\u001b[31m', 'a‹U+0000›b‹U+001B›[31m'],
    ['an invisible tag', '\u{e0041}', '‹U+E0041›'],
    ['a lone surrogate', 'a\ud800', 'a\ufffd'],
  ])('makes visible %s', (_, text, shown) => {
    const { markup } = html`${text}`;

    expect(markup).toBe(shown);
  });

  it.each(['Ärzte', '图数据库', 'عربى', '👩‍🔬'])('leaves %s unchanged', (text) => {
    const { markup } = html`${text}`;

    expect(markup).toBe(text);
  });
});

describe('cutting', () => {
  it.each([
    ['orders', 6, 'orders'],
    ['orders', 5, 'orde…'],
    ['👩‍🔬👩‍🔬👩‍🔬', 2, '👩‍🔬…'],
    ['👩‍🔬👩‍🔬👩‍🔬', 3, '👩‍🔬👩‍🔬👩‍🔬'],
  ])('cuts %s to %i characters', (text, limit, expected) => {
    expect(cut(text, limit)).toBe(expected);
  });
});
