import manifest from '../../package.json' with { type: 'json' };
import type { BuildInfo } from '../metrics/exporter-metrics.ts';

// The commit, in a build.
declare const __REVISION__: string | undefined;

/** The name of the package and of its command. */
export const PROGRAM_NAME = 'huaweicloud-backup-exporter';

/** Version from package.json, revision from the environment or else from the build. */
export function readBuildInfo(environment: Readonly<Record<string, string | undefined>>): BuildInfo {
  const built = typeof __REVISION__ === 'undefined' ? 'unknown' : __REVISION__;
  return {
    version: manifest.version,
    revision: environment['HUAWEICLOUD_BACKUP_EXPORTER_REVISION'] ?? built,
    nodeVersion: process.version,
  };
}
