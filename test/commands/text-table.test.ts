import { describe, expect, it } from 'vitest';
import { cutToWidth, displayWidth, textTable, visible } from '../../src/commands/text-table.ts';

describe('the width of text on a terminal', () => {
  it.each([
    ['', 0],
    ['orders-graph-01', 15],
    ['图数据库', 8],
    ['データ', 6],
    ['그래프', 6],
    ['ｆｕｌｌ', 8],
    ['e\u0301a', 2],
    ['naïve', 5],
    ['🐘', 2],
    ['\u001b[32mgood\u001b[0m', 4],
    ['\uFFFD', 1],
  ])('of %j is %i', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe('text cut to a width', () => {
  it.each([
    ['short', 5, 'short'],
    ['longer', 5, 'long…'],
    ['图数据库', 8, '图数据库'],
    ['图数据库', 7, '图数据…'],
    ['图数据库', 6, '图数…'],
    ['anything', 1, '…'],
  ])('of %j and %i columns is %j', (text, width, cut) => {
    expect(cutToWidth(text, width)).toBe(cut);
  });
});

describe('a table', () => {
  const columns = [{ heading: 'NAME' }, { heading: 'SIZE', right: true }, { heading: 'ID' }] as const;
  const rows = [
    ['图', '1 KiB', 'a1'],
    ['orders', '20 KiB', 'b22'],
  ];

  it('has columns as wide as their widest cell, right-aligned numbers and no trailing space', () => {
    expect(textTable(columns, rows)).toEqual([
      'NAME      SIZE  ID',
      '图       1 KiB  a1',
      'orders  20 KiB  b22',
    ]);
  });

  it('wraps if its columns do not fit, and keeps them aligned', () => {
    expect(textTable(columns, rows, 16)).toEqual([
      'NAME      SIZE',
      '  ID',
      '图       1 KiB',
      '  a1',
      'orders  20 KiB',
      '  b22',
    ]);
  });

  it('puts each column on its own line if nothing fits', () => {
    expect(textTable([{ heading: 'A' }, { heading: 'B' }], [['one', 'two']], 1)).toEqual([
      'A',
      '  B',
      'one',
      '  two',
    ]);
  });

  it('does not wrap if it just fits', () => {
    expect(textTable([{ heading: 'A' }, { heading: 'B' }], [['one', 'two']], 8)).toEqual([
      'A    B',
      'one  two',
    ]);
    expect(textTable([{ heading: 'A' }, { heading: 'B' }], [['one', 'two']], 7)).toHaveLength(4);
  });

  it('colours only its headings', () => {
    expect(textTable([{ heading: 'A' }], [['b']], undefined, (text) => `<${text}>`)).toEqual(['<A>', 'b']);
  });

  it('has only headings without rows', () => {
    expect(textTable(columns, [])).toEqual(['NAME  SIZE  ID']);
  });
});

describe('text from the cloud', () => {
  it.each([
    ['plain 图 é', 'plain 图 é'],
    ['\u001b]0;title\u0007', '\uFFFD]0;title\uFFFD'],
    ['a\nb\tc\rd', 'a\uFFFDb\uFFFDc\uFFFDd'],
    ['a\u202eb\u2028c\u2029d\u200b', 'a\uFFFDb\uFFFDc\uFFFDd\uFFFD'],
  ])('%j is shown as %j', (text, shown) => {
    expect(visible(text)).toBe(shown);
  });
});
