import { configFromEnvironment } from '../config/environment.ts';
import type { ConfigResult } from '../config/load.ts';
import { loadConfigFile } from '../config/load.ts';
import { createPinoLog } from '../log/pino-log.ts';
import type { ServeFlags } from './flags.ts';
import { runExporter } from './run-exporter.ts';
import type { Terminal } from './terminal.ts';

/** Polls and serves until a signal ends it; resolves with the exit code. */
export function serve(flags: ServeFlags, terminal: Terminal): Promise<number> {
  const log = createPinoLog({ level: flags['log.level'], format: flags['log.format'] }, terminal.writeError);
  const configFile = flags['config.file'];
  const loadConfig = async (): Promise<ConfigResult> =>
    configFile === undefined ? configFromEnvironment(terminal.environment) : loadConfigFile(configFile);
  return runExporter({ flags, terminal, log, loadConfig });
}
