import { expect, it } from 'vitest';
import { renderEvidence } from '../../scripts/generate-evidence-docs.ts';
import { parseRecording } from '../../src/recording/recording.ts';
import { assumptionsOf, contradictions } from '../../src/services/assumptions.ts';
import type { SeenResponse } from '../../src/services/evidence.ts';
import { SERVICES } from '../../src/services/index.ts';
import { WIDGETS } from '../support/made-up-services.ts';
import { record, simulatedConfiguration } from './check.ts';

it('a recording of the simulated cloud disproves nothing of any service', async () => {
  const configuration = await simulatedConfiguration(
    4,
    SERVICES.map(({ type }) => type),
  );
  const recording = parseRecording((await record(configuration)).text);

  expect(renderEvidence([{ name: 'it', recording }])).not.toContain('disproved');
});

it('evidence shows that offsets count pages where a list takes several', () => {
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

it('every assumption has an id of its own within its service', () => {
  for (const service of SERVICES) {
    const ids = assumptionsOf(service).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  }
});
