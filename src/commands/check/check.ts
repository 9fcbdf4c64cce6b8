import { configFromEnvironment } from '../../config/environment.ts';
import { loadConfigFile } from '../../config/load.ts';
import { formatProblem } from '../../config/problem.ts';
import { systemClock } from '../../domain/quantities.ts';
import { createPinoLog } from '../../log/pino-log.ts';
import { projectClientFactory } from '../client-factory.ts';
import { EXIT } from '../exit-codes.ts';
import type { CheckFlags } from '../flags.ts';
import type { Terminal } from '../terminal.ts';
import { examine, isFine, outsideObjective } from './examine.ts';
import { examinationJson } from './json.ts';
import { paletteFor, renderExamination } from './render.ts';

/** Examines what the configuration asks for; resolves with the exit code. */
export async function check(flags: CheckFlags, terminal: Terminal): Promise<number> {
  const file = flags['config.file'];
  const loaded =
    file === undefined ? configFromEnvironment(terminal.environment) : await loadConfigFile(file);
  if (!loaded.ok) {
    for (const problem of loaded.problems) terminal.writeError(`${formatProblem(problem)}\n`);
    return EXIT.usage;
  }
  const { config, warnings } = loaded;
  for (const warning of warnings) terminal.writeError(`${formatProblem(warning)}\n`);
  if (flags.offline === true) {
    const services = config.projects.flatMap((project) => project.services).length;
    terminal.write(
      flags.json === true
        ? '{"fine":true}\n'
        : `The configuration is valid: ${config.projects.length} projects, ${services} services. Nothing was asked of the cloud.\n`,
    );
    return EXIT.done;
  }

  const stop = new AbortController();
  const letGo = terminal.onSignal(['SIGINT', 'SIGTERM'], () => stop.abort());
  const log = createPinoLog({ level: 'error', format: 'logfmt' }, terminal.writeError);
  const createClient = projectClientFactory(terminal.environment, log);
  const projects = await examine({
    config,
    createClient: (project) => createClient(project, config.poll, () => undefined),
    clock: systemClock,
    deadline: (after) => AbortSignal.timeout(after * 1000),
    stop: stop.signal,
  });
  letGo();
  if (stop.signal.aborted) return EXIT.failed;

  const now = systemClock();
  terminal.write(
    flags.json === true
      ? examinationJson(projects, now)
      : renderExamination(projects, now, paletteFor(terminal.isInteractive)),
  );
  const resources = projects.flatMap(({ services }) =>
    services.flatMap((service) => service.resources ?? []),
  );
  const refused = flags.strict === true && outsideObjective(resources, now).length > 0;
  return projects.every(isFine) && !refused ? EXIT.done : EXIT.failed;
}
