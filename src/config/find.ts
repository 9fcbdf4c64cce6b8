import { stat } from 'node:fs/promises';
import { errorCode } from '../errors.ts';
import { configFromEnvironment, type Environment, STANDARD_CONFIG_FILE } from './environment.ts';
import { type ConfigResult, loadConfigFile } from './load.ts';

/** Names the configuration file if no flag does. */
export const CONFIG_FILE_VARIABLE = 'HUAWEICLOUD_BACKUP_CONFIG_FILE';

// Other errors mean that the file exists: reading it reports them.
const isAbsent = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '');

/**
 * The configuration file: `file` from `--config.file`, else `HUAWEICLOUD_BACKUP_CONFIG_FILE`, else the default file if
 * it exists; undefined for the environment.
 */
export const findConfigFile = async (
  file: string | undefined,
  environment: Environment,
  standardFile = STANDARD_CONFIG_FILE,
): Promise<string | undefined> => {
  const named = file ?? (environment[CONFIG_FILE_VARIABLE]?.trim() || undefined);
  if (named !== undefined) return named;
  return stat(standardFile).then(
    () => standardFile,
    (error: unknown) => (isAbsent(error) ? undefined : standardFile),
  );
};

/** Loads the configuration from where {@link findConfigFile} finds it. */
export const loadConfiguration = async (
  file: string | undefined,
  environment: Environment,
  standardFile = STANDARD_CONFIG_FILE,
): Promise<ConfigResult> => {
  const found = await findConfigFile(file, environment, standardFile);
  return found === undefined ? configFromEnvironment(environment) : loadConfigFile(found);
};
