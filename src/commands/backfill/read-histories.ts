import type { ResourceHistory } from '../../backfill/backfill.ts';
import { resourceHistory, type TimeSpan } from '../../backfill/resource-history.ts';
import type { Backup } from '../../domain/backup.ts';
import { sumRejections } from '../../poll/read-backups.ts';
import { listItems } from '../../poll/read-list.ts';
import { failureOf } from '../../poll/read-service.ts';
import { counted } from '../../status/humanize.ts';
import { CommandError } from '../command-error.ts';
import { describeService, withinPoll } from '../configured.ts';
import { type ReadingOptions, readOnce, type ServiceReading } from '../read-once.ts';
import { compact } from '../text-table.ts';

/**
 * Reads each list of a service once and derives the histories of its resources in a period. `say` is told what was read
 * and what could not be. Throws a {@link CommandError} if the backups cannot be read.
 */
export async function readHistories(
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
