import { describe, expect, it } from 'vitest';
import type { List } from '../../src/services/service.ts';
import type { JsonRow } from './rows.ts';

/** A list of a service and its expected properties. */
export interface ListCase {
  readonly source: List<unknown>;
  readonly rowsKey: string;
  readonly totalKey: string;
  readonly row: (fields?: JsonRow) => JsonRow;
  readonly operation: string;
  readonly path: string;
  readonly largestPage: number;
}

const BAD_ROWS: readonly (readonly [string, unknown, string])[] = [
  ['null', null, 'not_an_object'],
  ['a string', 'row', 'not_an_object'],
  ['a number', 7, 'not_an_object'],
  ['an array', [{ id: 'a' }], 'not_an_object'],
  ['nothing', undefined, 'not_an_object'],
  ['an object without an id', {}, 'id'],
];

/** Tests that apply to every list paged by offset. */
export function describeList(title: string, { source, rowsKey, totalKey, row, ...expected }: ListCase): void {
  describe(title, () => {
    it('is requested with its path and the largest page that the service accepts', () => {
      expect(source).toMatchObject({
        call: { operation: expected.operation, path: expected.path },
        paging: { by: 'offset', limit: expected.largestPage },
      });
    });

    it('contains its rows and the total of the service', () => {
      const page = source.readPage({ [rowsKey]: [row({ id: 'a' }), row({ id: 'b' })], [totalKey]: 2 });

      expect(page).toEqual({ rows: [row({ id: 'a' }), row({ id: 'b' })], total: 2 });
    });

    it('can be empty', () => {
      expect(source.readPage({ [rowsKey]: [], [totalKey]: 0 })).toEqual({ rows: [], total: 0 });
    });

    it.each([
      ['an empty object', {}],
      ['the rows of another list', { things: [], [totalKey]: 0 }],
      ['an object for the rows', { [rowsKey]: { 0: row() }, [totalKey]: 1 }],
      ['null for the rows', { [rowsKey]: null, [totalKey]: 0 }],
      ['a bare array', [row()]],
      ['a string', '<html></html>'],
      ['null', null],
      ['an error in the format of v2', { error_code: 'GES.7006', error_msg: 'broken' }],
      ['an error in the format of v1.0', { errorCode: 'GES.7006', errorMessage: 'broken' }],
    ])('is not a list if the response is %s', (_what, body) => {
      expect(source.readPage(body)).toBeUndefined();
    });

    it('reads the id of a row before anything else', () => {
      expect(source.readId({ id: 'a' })).toBe('a');
      expect(source.readId({})).toBeUndefined();
      expect(source.readId(null)).toBeUndefined();
      expect(source.readId([])).toBeUndefined();
    });

    it.each(BAD_ROWS)('rejects %s', (_what, bad, reason) => {
      expect(source.readRow(bad)).toBe(reason);
    });

    it.each([7, '', null, ['a'], 'x'.repeat(257)])('rejects a row whose id is invalid, %#', (id) => {
      expect(source.readRow(row({ id }))).toBe('id');
    });

    it('reads a row with unknown fields', () => {
      expect(source.readRow(row({ id: 'a', brand_new: { deep: [1] } }))).toMatchObject({ id: 'a' });
    });

    it('does not read inherited properties as fields', () => {
      const inherited = Object.create({ id: 'inherited' });

      expect(source.readRow(JSON.parse('{"__proto__": {"id": "inherited"}}'))).toBe('id');
      expect(source.readRow({ ...inherited })).toBe('id');
    });
  });
}
