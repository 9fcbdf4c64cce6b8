import { pipeline } from 'node:stream/promises';
import {
  type BackfillGrid,
  type BackfillProgress,
  type ResourceHistory,
  writeBackfill,
} from '../../backfill/backfill.ts';
import { resourceHistory, type TimeSpan } from '../../backfill/resource-history.ts';
import { formatDuration } from '../../config/duration.ts';
import type { Backup } from '../../domain/backup.ts';
import { type Seconds, seconds, type UnixSeconds } from '../../domain/quantities.ts';
import { fileError } from '../../files/file-error.ts';
import { sumRejections } from '../../poll/read-backups.ts';
import { listItems } from '../../poll/read-list.ts';
import { failureOf } from '../../poll/read-service.ts';
import { createYield } from '../../state/event-loop.ts';
import { counted, formatCount, humanizeTime } from '../../status/humanize.ts';
import { withClients } from '../clients.ts';
import { CommandError, EXIT } from '../command-error.ts';
import { describeService, loadConfig, pickServices, withinPoll } from '../configured.ts';
import type { TimestampFlag } from '../flag-values.ts';
import { createProgressLine } from '../progress-line.ts';
import { type ReadingOptions, readOnce, type ServiceReading } from '../read-once.ts';
import type { Terminal } from '../terminal.ts';
import { compact } from '../text-table.ts';
import { openOutput } from './output.ts';

interface BackfillFlags {
  readonly 'config.file'?: string;
  readonly since: TimestampFlag;
  readonly until: TimestampFlag;
  readonly step: Seconds;
  readonly job: string;
  readonly instance: string;
  readonly output?: string;
}

export async function backfill(flags: BackfillFlags, terminal: Terminal): Promise<number> {
  const { clock } = terminal;
  const grid = gridOf(flags, clock());
  const config = await loadConfig(flags['config.file'], terminal);
  // First: no need to read what cannot be written.
  const output = await openOutput(flags.output, terminal.output).catch((error: unknown) => {
    throw cannotWrite(flags, error);
  });
  const say = (remark: string): void => terminal.writeError(`${remark}\n`);
  try {
    return await withClients(config, terminal, async (clientOf, { first: interrupted }) => {
      const histories: ResourceHistory[] = [];
      for (const picked of pickServices(config, {})) {
        const options = { ...picked, client: clientOf(picked.project), config, clock };
        for (const history of await readHistories(options, grid, interrupted, say)) histories.push(history);
      }
      const line = createProgressLine(terminal, { every: seconds(10), quiet: seconds(0.5) });
      let last: BackfillProgress = { samples: 0, done: 0, earliest: undefined };
      const pieces = writeBackfill(histories, grid, (progress) => {
        last = progress;
        line.show(`${Math.floor(progress.done * 100)} %, ${formatCount(progress.samples)} samples written`);
      });
      await pipeline(untilAborted(pieces, interrupted), output.stream, { end: false })
        .then(output.commit)
        .catch((error: unknown) => {
          throw interrupted.aborted ? new CommandError(interruptedWords(flags)) : cannotWrite(flags, error);
        })
        .finally(line.end);
      say(summary(last, histories.length));
      return EXIT.done;
    });
  } finally {
    await output.abort();
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
  return `no multiple of --step (${formatDuration(step)}) is between --since and --until; use a smaller step or a longer period`;
}

/** The chunks until Ctrl-C, which may also arrive while they are being written. */
async function* untilAborted(pieces: Iterable<string>, signal: AbortSignal): AsyncGenerator<string> {
  const yieldIfDue = createYield();
  for (const piece of pieces) {
    await yieldIfDue();
    signal.throwIfAborted();
    yield piece;
  }
}

function cannotWrite({ output }: BackfillFlags, error: unknown): CommandError {
  return new CommandError(`cannot write to ${output ?? 'standard output'}: ${fileError(error)}`);
}

const interruptedWords = ({ output }: BackfillFlags): string =>
  output === undefined ? 'interrupted; the output is incomplete' : 'interrupted; nothing was written';

function summary({ samples, earliest }: BackfillProgress, resources: number): string {
  if (earliest === undefined) return 'No samples are known for that period; none were written.';
  return `${counted(samples, 'sample')} of ${counted(resources, 'resource')} written, the earliest at ${humanizeTime(earliest)}.`;
}

/**
 * Reads each list of a service once and derives the histories of its resources in a period. `say` is told what was read
 * and what could not be. Throws a {@link CommandError} if the backups cannot be read.
 */
async function readHistories(
  options: ReadingOptions,
  span: TimeSpan,
  interrupted: AbortSignal,
  say: (remark: string) => void,
): Promise<readonly ResourceHistory[]> {
  let listed = listItems<Backup>();
  const alsoInto = () => {
    listed = listItems<Backup>();
    return listed;
  };
  const signal = withinPoll(options.config, interrupted);
  const reading = await readOnce({ ...options, alsoInto }, signal);
  if (interrupted.aborted) throw new CommandError('interrupted; nothing was written');
  const failure = failureOf(reading);
  const { scope, served } = reading;
  if (failure !== undefined || served === undefined) {
    throw new CommandError(`${describeService(options)}: ${failure?.reason ?? 'not read'}`);
  }
  for (const remark of remarksOn(reading)) say(`${describeService(options)}: ${remark}`);
  const byResource = Map.groupBy(listed.items, ({ resourceId }: Backup) => resourceId);
  return served.map((resource) => ({
    scope,
    points: resourceHistory(resource, resource.objective, byResource.get(resource.id) ?? [], span),
  }));
}

function remarksOn({ backups, inventory, next, unreadPolicies }: ServiceReading): readonly string[] {
  const { unlisted = 0, overLimit = 0 } = next ?? {};
  const rejections = sumRejections([
    backups.kind === 'read' ? backups.rejections : undefined,
    inventory?.walk?.rejections,
  ]);
  const rejected = Object.values(rejections).reduce((sum, count) => sum + count, 0);
  return compact([
    `${counted(backups.kind === 'read' ? backups.listed : 0, 'backup')} read`,
    inventory?.kind === 'failed' &&
      `${inventory.reason}; resources without backups and creation times are missing`,
    rejected > 0 &&
      `${counted(rejected, 'row')} could not be parsed and ${rejected === 1 ? 'was' : 'were'} skipped`,
    unlisted > 0 && `the service counts ${counted(unlisted, 'more backup')} than it lists`,
    overLimit > 0 && `${counted(overLimit, 'resource')} beyond limits.resources left out`,
    unreadPolicies.reason && `${unreadPolicies.reason}; rpo.default is used instead`,
  ]);
}
