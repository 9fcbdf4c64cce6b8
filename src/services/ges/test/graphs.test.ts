import { describe, expect, it } from 'vitest';
import { type JsonRow, without } from '../../../../test/support/rows.ts';
import { GES_V2, graphRow } from './rows.ts';

const read = (fields: JsonRow = {}) => GES_V2.resources.readRow(graphRow(fields));

describe('a graph of the inventory', () => {
  it('is converted to the values of the domain', () => {
    expect(read()).toEqual({
      id: 'graph-1',
      name: 'orders',
      created: 1_699_263_238,
      engineVersion: '2.4.1',
      arch: 'x86_64',
      encrypted: false,
      kind: undefined,
      status: '200',
      tags: {},
      notExpected: undefined,
      exists: true,
      parentId: undefined,
      storedBytes: undefined,
    });
  });

  it.each([
    ['2023-11-06T09:33:58', 1_699_263_238],
    ['2023-11-06T17:33:58+0800', 1_699_263_238],
    ['2023-11-06 09:33:58', 1_699_263_238],
    [1_699_263_238_000, 1_699_263_238],
    ['1699263238000', 1_699_263_238],
    ['2023-02-30T00:00:00', undefined],
    [null, undefined],
  ])('created at %j: %s', (created, time) => {
    expect(read({ created })).toMatchObject({ created: time });
  });

  it.each([
    ['200', true],
    ['900', true],
    ['a new one', true],
    [undefined, true],
    ['400', false],
    [400, false],
  ])('with the status %j exists: %s', (status, exists) => {
    expect(read({ status })).toMatchObject({ exists });
  });

  it.each([
    ['0', 'graphs of this size have no automatic backup'],
    [0, 'graphs of this size have no automatic backup'],
    ['1', undefined],
  ])('with the size index %j is not expected to be backed up: %s', (index, notExpected) => {
    expect(read({ graph_size_type_index: index })).toMatchObject({ notExpected });
  });

  it.each([
    ['100', 'being created'],
    [303, 'creation failed'],
    ['800', 'frozen'],
    ['900', 'stopped'],
    ['903', undefined],
    ['300', undefined],
  ])('with the status %j is not expected to be backed up: %s', (status, notExpected) => {
    expect(read({ status })).toMatchObject({ notExpected, status: String(status) });
  });

  it.each([
    ['name', { name: undefined }],
    ['status', { status: undefined }],
    ['graph_size_type_index', {}],
    ['data_store_version', { engineVersion: undefined }],
    ['arch', { arch: undefined }],
    ['encrypted', { encrypted: undefined }],
    ['created', { created: undefined }],
  ])('without its %s keeps everything else', (field, change) => {
    expect(GES_V2.resources.readRow(without(graphRow(), field))).toEqual({ ...Object(read()), ...change });
  });
});
