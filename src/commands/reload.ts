import type { ConfigResult } from '../config/load.ts';
import { errorMessage } from '../errors.ts';
import type { Exporter } from '../exporter.ts';
import type { Log } from '../log/log.ts';

/** Reloads the configuration; resolves with its problems, one line each, none if it is in use. */
export type Reload = () => Promise<readonly string[]>;

interface ReloaderOptions {
  readonly exporter: Pick<Exporter, 'apply' | 'recordReload'>;
  readonly loadConfig: () => Promise<ConfigResult>;
  readonly log: Log;
}

/**
 * An invalid configuration leaves everything unchanged. Reloads run one after another; all that are requested while one
 * runs share the next.
 */
export function createReloader({ exporter, loadConfig, log }: ReloaderOptions): Reload {
  let last: Promise<unknown> = Promise.resolve();

  const refuse = (problems: readonly string[]): readonly string[] => {
    exporter.recordReload(problems);
    const message = 'configuration not reloaded, keeping the previous one';
    for (const problem of problems) log.error({ problem }, message);
    return problems;
  };

  const reload: Reload = async () => {
    // A bug must not end the program either.
    const loaded = await loadConfig().catch(errorMessage);
    if (typeof loaded === 'string') return refuse([loaded]);
    if (!loaded.ok) return refuse(loaded.problems);
    for (const warning of loaded.warnings) log.warn({}, warning);
    const trouble = await exporter.apply(loaded.config).then(() => undefined, errorMessage);
    if (trouble !== undefined) return refuse([trouble]);
    exporter.recordReload([]);
    log.info({ projects: loaded.config.projects.length }, 'configuration reloaded');
    return [];
  };

  let waiting: Promise<readonly string[]> | undefined;
  return () => {
    waiting ??= last.then(() => {
      waiting = undefined;
      return reload();
    });
    last = waiting;
    return waiting;
  };
}
