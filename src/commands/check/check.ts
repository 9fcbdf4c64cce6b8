import { milliseconds, systemClock } from '../../domain/quantities.ts';
import { CommandError } from '../command-error.ts';
import { commandClientFactory, loadConfig } from '../configured.ts';
import { EXIT } from '../exit-codes.ts';
import type { CheckFlags } from '../flags.ts';
import { withInterruption } from '../interruption.ts';
import { print, type Terminal } from '../terminal.ts';
import { examine } from './examine.ts';
import { examinationJson, offlineJson } from './json.ts';
import { renderExamination, renderOffline } from './render.ts';
import { verdictOf } from './verdict.ts';

/** Examines what the configuration asks for; resolves with the exit code. */
export async function check(flags: CheckFlags, terminal: Terminal): Promise<number> {
  const config = await loadConfig(flags['config.file'], terminal);
  if (flags.offline === true) {
    await print(terminal, flags.json === true ? offlineJson(config) : renderOffline(config));
    return EXIT.done;
  }
  const projects = await withInterruption(terminal, async ({ first }) => {
    const examined = await examine({
      config,
      createClient: commandClientFactory(config, terminal),
      clock: systemClock,
      deadline: (after) => AbortSignal.timeout(milliseconds(after)),
      stop: first,
    });
    if (first.aborted) throw new CommandError('interrupted before everything was examined');
    return examined;
  });

  const now = systemClock();
  const verdict = verdictOf(projects, now, flags.strict === true);
  await print(
    terminal,
    flags.json === true
      ? examinationJson(projects, verdict, now)
      : renderExamination(projects, verdict, now, {
          style: terminal.style,
          width: terminal.outputWidth,
        }),
  );
  return verdict.fine ? EXIT.done : EXIT.failed;
}
