import { describe, expect, it } from 'vitest';
import { verdictOf } from '../../scripts/generate-evidence-docs.ts';
import type { Backup } from '../../src/domain/backup.ts';
import { parseRecording } from '../../src/recording/recording.ts';
import { assumptionsOf, contradictions } from '../../src/services/assumptions.ts';
import { backupFromFields } from '../../src/services/domain.ts';
import type { SeenResponse } from '../../src/services/evidence.ts';
import { asObject, readDateTime, readEnvelope, readId } from '../../src/services/fields.ts';
import { SERVICES } from '../../src/services/index.ts';
import type { CloudService, List } from '../../src/services/service.ts';
import { GADGETS, WIDGETS } from '../support/made-up-services.ts';
import type { JsonRow } from '../support/rows.ts';
import { record, simulatedConfiguration } from './check.ts';

const COUNT = 4;

it('a recording of the simulated cloud disproves no assumptions, except with undocumented statuses', async () => {
  const configuration = await simulatedConfiguration(
    COUNT,
    SERVICES.map(({ type }) => type),
  );
  const recording = parseRecording((await record(configuration)).text);

  for (const service of SERVICES) {
    const { characters } = await service.simulated();
    const disproved = assumptionsOf(service)
      .map((assumption) => ({ id: assumption.id, verdict: verdictOf(assumption, service, recording) }))
      .filter(({ verdict }) => verdict.includes('disproved'));
    const hasUnknown = characters.slice(0, COUNT).includes('unknown');
    expect(
      disproved.filter(({ id }) => !(hasUnknown && id === 'status')),
      service.type,
    ).toEqual([]);
  }
});

it('evidence shows that offsets count pages if a list has several', () => {
  const page = (offset: number, ids: readonly number[]): SeenResponse => ({
    operation: 'list_backups',
    path: '/v1/p/widgets/backups',
    query: { offset: String(offset), limit: '120' },
    status: 200,
    body: { rows: ids.map((id) => ({ id: `b-${id}` })), total: 200 },
  });
  const rows = Array.from({ length: 200 }, (_, index) => index);
  const found = (second: readonly number[]) =>
    contradictions(WIDGETS, {
      api: WIDGETS.api({}),
      responses: [page(0, rows.slice(0, 120)), page(118, second)],
    }).map(({ assumption }) => assumption.id);

  expect(found([])).toContain('offset');
  expect(found(rows.slice(118))).not.toContain('offset');
  expect(found(rows.slice(117))).not.toContain('offset');
});

/** A service whose rows do not contain their resource and have other field names; its times are `20240104T000000`. */
const SHELVES: CloudService = {
  ...GADGETS,
  vendorWords: { fields: { state: 'phase', time: 'began ended printed' } },
  api: () => {
    const readTime = (value: unknown) => {
      const [, date = '', time = ''] = /^(\d{8})T(\d{6})$/.exec(String(value)) ?? [];
      return readDateTime(`${date.replace(/(....)(..)/, '$1-$2-')}T${time.replaceAll(/(..)(?=.)/g, '$1:')}`);
    };
    const listOf = (shelf: string): List<Backup> => ({
      call: { operation: 'list_backups', method: 'GET', path: `/${shelf}/copies`, permission: undefined },
      paging: { by: 'nothing' },
      readPage: (body) => readEnvelope(body, 'copies', 'total'),
      readId: (row) => readId(asObject(row)?.['copy']),
      readRow: (row) => {
        const copy = asObject(row) ?? {};
        return backupFromFields({
          id: readId(copy['copy']),
          resourceId: readId(shelf),
          state: copy['phase'] === 'DONE' ? 'succeeded' : 'unknown',
          start: readTime(copy['began']),
          end: readTime(copy['ended']),
          ...{ name: undefined, duration: undefined, size: undefined, method: undefined },
        });
      },
    });
    return { ...GADGETS.api({}), backups: { of: 'resource', ofResource: ({ id }) => [listOf(id)] } };
  },
};

const copyRow = (fields: JsonRow = {}): JsonRow => ({
  copy: 'c-1',
  phase: 'DONE',
  began: '20240104T000000',
  ended: '20240104T010000',
  ...fields,
});

describe('evidence about a service depends on its own parsers', () => {
  const found = (...copies: readonly JsonRow[]) =>
    contradictions(SHELVES, {
      api: SHELVES.api({}),
      responses: [
        { operation: 'list_backups', path: '/s-1/copies', query: {}, status: 200, body: { copies } },
      ],
    }).map(({ assumption: { id }, because }) => `${id}: ${because}`);

  it.each([
    ['the resource is only in the path', copyRow()],
    ['an unused time has another format', copyRow({ printed: '4.1.24' })],
  ])('and disproves nothing if %s', (_what, copy) => {
    expect(found(copy)).toEqual([]);
  });

  it('and reports a row whose time has another format', () => {
    expect(found(copyRow({ ended: '04.01.2024 01:00' }))).toEqual([
      'rows: a row of list_backups cannot be read (time)',
    ]);
  });

  it.each([
    ['an undocumented status', { phase: 'DUSTY' }, 'status: a backup has the status "DUSTY"'],
    [
      'the one of `status` if there are several',
      { phase: 'DUSTY', status: 'X' },
      'status: a backup has the status "X"',
    ],
    [
      'none if it may be any of several',
      { phase: 'DUSTY', sub_status: 'X' },
      'status: a backup has an undocumented status',
    ],
  ])('and reports %s', (_what, fields, because) => {
    expect(found(copyRow(), copyRow(fields))).toEqual([because]);
  });
});

it('every assumption has a unique id within its service', () => {
  for (const service of SERVICES) {
    const ids = assumptionsOf(service).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  }
});
