import manifest from '../../package.json' with { type: 'json' };
import type { BuildInfo } from '../metrics/exporter-metrics.ts';

// The commit, where this was built.
declare const __REVISION__: string | undefined;

/** The name of the package and of its command. */
export const PROGRAM_NAME = 'huaweicloud-backup-exporter';

/** Which build this is: the version from package.json, the revision from the environment, else as it was built. */
export function readBuildInfo(environment: Readonly<Record<string, string | undefined>>): BuildInfo {
  const built = typeof __REVISION__ === 'undefined' ? 'unknown' : __REVISION__;
  return {
    version: manifest.version,
    revision: environment['HUAWEICLOUD_BACKUP_EXPORTER_REVISION'] ?? built,
    nodeVersion: process.version,
  };
}
