import manifest from '../../package.json' with { type: 'json' };
import type { BuildInfo } from '../metrics/process-metrics.ts';

// The commit, in a build.
declare const __REVISION__: string | undefined;

type Environment = Readonly<Record<string, string | undefined>>;

export const PROGRAM_NAME = 'huaweicloud-backup-exporter';

export const HOMEPAGE = manifest.homepage;

/** How to record what a service returns, and where to send it. */
export const RECORDING_URL = `${HOMEPAGE}/blob/main/docs/evidence.md`;

/** Version from package.json, revision from the environment or else from the build. */
export function readBuildInfo(environment: Environment): BuildInfo {
  const built = typeof __REVISION__ === 'undefined' ? 'unknown' : __REVISION__;
  return {
    version: manifest.version,
    revision: environment['HUAWEICLOUD_BACKUP_EXPORTER_REVISION'] ?? built,
    nodeVersion: process.version,
  };
}

/** The npm command that started this process; undefined if npm did not. */
function npmCommand({ npm_lifecycle_event: script }: Environment): string | undefined {
  if (script === 'start') return 'npm start';
  return script === 'demo' ? 'npm run demo' : undefined;
}

/** Added to errors about flags: npm swallows flags that do not follow `--`. */
export function npmAdvice(environment: Environment): string {
  const command = npmCommand(environment);
  return command === undefined
    ? ''
    : ` (npm passes flags on after --: ${command} -- --web.listen-address :10047)`;
}

/** How to run another command of this program from the same directory. */
export const programCommand = (environment: Environment): string =>
  npmCommand(environment) === undefined ? PROGRAM_NAME : 'npm --silent start --';
