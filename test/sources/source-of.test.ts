import { describe, expect, it } from 'vitest';
import { gaussdbMysql } from '../../src/sources/gaussdb-mysql.ts';
import { gesV1 } from '../../src/sources/ges-v1.ts';
import { gesV2 } from '../../src/sources/ges-v2.ts';
import { sourceOf } from '../../src/sources/source-of.ts';
import { gaussdbService, gesService } from '../support/config.ts';

describe('the source of a configured service', () => {
  it.each([
    ['ges', gesService(), gesV2],
    ['ges by v1.0', gesService({ apiVersion: 'v1.0' }), gesV1],
    ['gaussdb-mysql', gaussdbService(), gaussdbMysql],
  ])('%s', (_what, service, source) => {
    expect(sourceOf(service)).toBe(source);
  });
});
