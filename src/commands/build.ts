import manifest from '../../package.json' with { type: 'json' };
import type { BuildInfo } from '../metrics/exporter-metrics.ts';

/** The name of the package and of its command. */
export const PROGRAM_NAME = 'huaweicloud-backup-exporter';

/** Which build this is: the version from package.json, the revision from the environment of the image. */
export function readBuildInfo(environment: Readonly<Record<string, string | undefined>>): BuildInfo {
  return {
    version: manifest.version,
    revision: environment['HUAWEICLOUD_BACKUP_EXPORTER_REVISION'] ?? 'unknown',
    nodeVersion: process.version,
  };
}
