import type { ConfigResult } from '../config/interpret.ts';
import { formatProblem } from '../config/problem.ts';
import type { Exporter } from '../exporter.ts';
import type { Log } from '../log/log.ts';

/** Loads the configuration anew; resolves with what is wrong with it, one line each, nothing when it is in force. */
export type Reload = () => Promise<readonly string[]>;

/** A reload that leaves everything as it was when the configuration has a mistake. Reloads run one after the other. */
export function createReloader({
  exporter,
  loadConfig,
  log,
}: {
  readonly exporter: Pick<Exporter, 'apply' | 'recordReload'>;
  readonly loadConfig: () => Promise<ConfigResult>;
  readonly log: Log;
}): Reload {
  let last: Promise<unknown> = Promise.resolve();

  const reload: Reload = async () => {
    const loaded = await loadConfig();
    exporter.recordReload(loaded.ok);
    if (!loaded.ok) {
      const problems = loaded.problems.map(formatProblem);
      for (const problem of problems)
        log.error({ problem }, 'configuration not reloaded, the old one stays in force');
      return problems;
    }
    for (const warning of loaded.warnings) log.warn({}, formatProblem(warning));
    await exporter.apply(loaded.config);
    log.info({ projects: loaded.config.projects.length }, 'configuration reloaded');
    return [];
  };

  return () => {
    const mine = last.then(reload);
    last = mine.catch(() => undefined);
    return mine;
  };
}
