import {
  type BackfillGrid,
  type BackfillProgress,
  type PlacedHistory,
  writeBackfill,
} from '../../backfill/backfill.ts';
import { formatDuration } from '../../config/duration.ts';
import type { UnixSeconds } from '../../domain/quantities.ts';
import { fileError } from '../../files/file-error.ts';
import { countWords, momentWords } from '../../status/words.ts';
import { CommandError } from '../command-error.ts';
import type { CommandTime } from '../command-time.ts';
import { loadConfig, openClients, pickServices } from '../configured.ts';
import { EXIT } from '../exit-codes.ts';
import type { BackfillFlags } from '../flags.ts';
import { withInterruption } from '../interruption.ts';
import type { Terminal } from '../terminal.ts';
import { type Output, openOutput } from './output.ts';
import { createBackfillLine } from './progress.ts';
import { readHistories } from './read-histories.ts';
import { writePieces } from './write-pieces.ts';

/** `backfill`: writes the past that the services can still tell of, for Prometheus to take in. */
export async function backfill(flags: BackfillFlags, terminal: Terminal, time: CommandTime): Promise<number> {
  const grid = gridOf(flags, time.clock());
  const config = await loadConfig(flags['config.file'], terminal);
  // Before anything is read: what cannot be written need not be asked for.
  const output = await openOutput(flags.output, terminal.output).catch((error: unknown) => {
    throw cannotWrite(flags, error);
  });
  const clients = openClients(config, terminal);
  try {
    return await withInterruption(terminal, async ({ first: interrupted }) => {
      const histories: PlacedHistory[] = [];
      const tell = (remark: string): void => terminal.writeError(`${remark}\n`);
      for (const picked of pickServices(config, {})) {
        const client = clients.of(picked.project);
        const { clock } = time;
        const reading = { picked, client, config, span: grid, clock, interrupted, tell };
        const read = await readHistories(reading);
        for (const history of read) histories.push(history);
      }
      const line = createBackfillLine(terminal, time);
      const progress = await write(histories, grid, output, interrupted, line.show)
        .catch((error: unknown) => {
          throw interrupted.aborted ? new CommandError(interruptedWords(flags)) : cannotWrite(flags, error);
        })
        .finally(line.end);
      terminal.writeError(`${summary(progress, histories.length)}\n`);
      return EXIT.done;
    });
  } finally {
    await output.abort();
    await clients.close();
  }
}

function gridOf({ since, until, step, job, instance }: BackfillFlags, now: UnixSeconds): BackfillGrid {
  const grid = { since: since(now), until: until(now), step, job, instance };
  const trouble = troubleOf(grid, now);
  if (trouble !== undefined) throw new CommandError(trouble, EXIT.usage);
  return grid;
}

function troubleOf({ since, until, step }: BackfillGrid, now: UnixSeconds): string | undefined {
  if (since > now) return '--since is in the future';
  if (until > now) return '--until is in the future';
  if (since > until) return '--since is later than --until';
  if (Math.ceil(since / step) * step <= until) return undefined;
  return `no multiple of --step (${formatDuration(step)}) lies between --since and --until; use a smaller step or a longer time`;
}

async function write(
  histories: readonly PlacedHistory[],
  grid: BackfillGrid,
  output: Output,
  signal: AbortSignal,
  show: (progress: BackfillProgress) => void,
): Promise<BackfillProgress> {
  let last: BackfillProgress = { samples: 0, done: 0, earliest: undefined };
  const pieces = writeBackfill(histories, grid, (progress) => {
    last = progress;
    show(progress);
  });
  await writePieces(pieces, output.stream, signal);
  await output.commit();
  return last;
}

function cannotWrite({ output }: BackfillFlags, error: unknown): CommandError {
  return new CommandError(`cannot write to ${output ?? 'standard output'}: ${fileError(error)}`);
}

const interruptedWords = ({ output }: BackfillFlags): string =>
  output === undefined ? 'interrupted; what was written is not whole' : 'interrupted; nothing was written';

function summary({ samples, earliest }: BackfillProgress, resources: number): string {
  if (earliest === undefined) return 'Nothing is known of that time: no sample was written.';
  return `${countWords(samples)} samples of ${countWords(resources)} resources written, the earliest of ${momentWords(earliest)}.`;
}
