import { findConfigFile, loadConfiguration } from '../config/find.ts';
import { createPinoLog } from '../log/pino-log.ts';
import type { ServeFlags } from './flags.ts';
import { runExporter } from './run-exporter.ts';
import type { Terminal } from './terminal.ts';

export async function serve(flags: ServeFlags, terminal: Terminal): Promise<number> {
  const log = createPinoLog({ level: flags['log.level'], format: flags['log.format'] }, terminal.writeError);
  const { environment } = terminal;
  const configFile = flags['config.file'];
  const found = await findConfigFile(configFile, environment);
  const source = found ?? 'environment';
  const loadConfig = () => loadConfiguration(configFile, environment);
  return await runExporter({ flags, terminal, log, source, configFile: found, loadConfig });
}
