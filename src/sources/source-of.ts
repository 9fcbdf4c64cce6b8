import type { ServiceConfig } from '../config/config.ts';
import { gaussdbMysql } from './gaussdb-mysql.ts';
import { gesV1 } from './ges-v1.ts';
import { gesV2 } from './ges-v2.ts';
import type { BackupSource } from './source.ts';

/** The source that reads a configured service. */
export function sourceOf(service: ServiceConfig): BackupSource {
  switch (service.type) {
    case 'ges':
      return service.apiVersion === 'v1.0' ? gesV1 : gesV2;
    case 'gaussdb-mysql':
      return gaussdbMysql;
    default:
      return service satisfies never;
  }
}
