import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { UnixSeconds } from '../../domain/quantities.ts';
import {
  type BackfillGrid,
  type BackfillProgress,
  type PlacedHistory,
  writeBackfill,
} from '../../history/backfill.ts';
import { countWords, momentWords } from '../../status/words.ts';
import { CommandError } from '../command-error.ts';
import type { CommandTime } from '../command-time.ts';
import { loadConfig, openClients, pickServices } from '../configured.ts';
import { EXIT } from '../exit-codes.ts';
import type { BackfillFlags } from '../flags.ts';
import { withInterruption } from '../interruption.ts';
import { systemErrorWords } from '../system-error.ts';
import type { Terminal } from '../terminal.ts';
import { type Output, openOutput } from './output.ts';
import { createBackfillLine } from './progress.ts';
import { readHistories } from './read-histories.ts';

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
        const read = await readHistories({ picked, client, config, clock: time.clock, interrupted, tell });
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
    await output.discard();
    await clients.close();
  }
}

function gridOf({ since, until, step, job, instance }: BackfillFlags, now: UnixSeconds): BackfillGrid {
  const grid = { since: since(now), until: until(now), step, job, instance };
  if (grid.until > now) {
    throw new CommandError('backfill: --until lies in the future, of which nothing is known', EXIT.usage);
  }
  if (grid.since > grid.until) throw new CommandError('backfill: --since is later than --until', EXIT.usage);
  return grid;
}

async function write(
  histories: readonly PlacedHistory[],
  grid: BackfillGrid,
  output: Output,
  signal: AbortSignal,
  show: (progress: BackfillProgress) => void,
): Promise<BackfillProgress> {
  let last: BackfillProgress = { samples: 0, done: 0, earliest: undefined };
  const text = writeBackfill(histories, grid, (progress) => {
    last = progress;
    show(progress);
  });
  await pipeline(Readable.from(text), output.stream as Writable, { end: output.ends, signal });
  await output.keep();
  return last;
}

function cannotWrite({ output }: BackfillFlags, error: unknown): CommandError {
  return new CommandError(`cannot write to ${output ?? 'standard output'}: ${systemErrorWords(error)}`);
}

const interruptedWords = ({ output }: BackfillFlags): string =>
  output === undefined ? 'interrupted; what was written is not whole' : 'interrupted; nothing was written';

function summary({ samples, earliest }: BackfillProgress, resources: number): string {
  if (earliest === undefined) return 'Nothing is known of that time: no sample was written.';
  return `${countWords(samples)} samples of ${countWords(resources)} resources written, the earliest of ${momentWords(earliest)}.`;
}
