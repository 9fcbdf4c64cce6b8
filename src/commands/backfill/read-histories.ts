import type { ResourceHistory } from '../../backfill/backfill.ts';
import { resourceHistory, type TimeSpan } from '../../backfill/resource-history.ts';
import type { ProjectClient } from '../../cloud/client.ts';
import type { Config } from '../../config/config.ts';
import type { Backup } from '../../domain/backup.ts';
import { type Clock, milliseconds } from '../../domain/quantities.ts';
import { createPolicies } from '../../poll/policies.ts';
import { listItems } from '../../poll/read-list.ts';
import { failureOf, readService, type ServiceRead, type ServiceReader } from '../../poll/read-service.ts';
import { createYield } from '../../state/event-loop.ts';
import type { Scope } from '../../state/objective.ts';
import { type ServedResource, serveResources } from '../../state/served.ts';
import type { ServiceState } from '../../state/service-state.ts';
import { counted } from '../../status/humanize.ts';
import { CommandError } from '../command-error.ts';
import { describeService, type PickedService } from '../configured.ts';

/** The service to read. */
export interface HistoryReading {
  readonly picked: PickedService;
  readonly client: ProjectClient;
  readonly config: Config;
  /** The period to export. */
  readonly span: TimeSpan;
  readonly clock: Clock;
  /** Aborts at Ctrl-C. */
  readonly interrupted: AbortSignal;
  /** Reports what was read and what could not be. */
  readonly say: (remark: string) => void;
}

/**
 * Reads each list of a service once, like a poll, and derives the histories of its resources. Throws a {@link
 * CommandError} if the backups cannot be read.
 */
export async function readHistories(request: HistoryReading): Promise<readonly ResourceHistory[]> {
  const { picked, config, interrupted } = request;
  const { project, service } = picked;
  const scope: Scope = { service: service.type, region: project.region, project: project.name };
  const signal = AbortSignal.any([interrupted, AbortSignal.timeout(milliseconds(config.poll.timeout))]);
  let listed = listItems<Backup>();
  const alsoInto = () => {
    listed = listItems<Backup>();
    return listed;
  };
  const { client, clock } = request;
  const reader = { client, service, ahead: config.poll.concurrency - 1, scope, config, clock, alsoInto };
  const read = await readService(reader, undefined, signal);
  if (interrupted.aborted) throw new CommandError('interrupted; nothing was written');
  const failure = failureOf(read);
  const { next } = read;
  if (failure !== undefined || next === undefined) {
    throw new CommandError(`${describeService(picked)}: ${failure?.reason ?? 'not read'}`);
  }
  for (const remark of remarksOn(read, next)) request.say(`${describeService(picked)}: ${remark}`);
  const byResource = Map.groupBy(listed.items, ({ resourceId }: Backup) => resourceId);
  const served = await servedNow(request, reader, next, signal);
  return served.map((resource) => ({
    scope,
    points: resourceHistory(resource, resource.objective, byResource.get(resource.id) ?? [], request.span),
  }));
}

async function servedNow(
  { picked, config, clock, say }: HistoryReading,
  reader: ServiceReader,
  next: ServiceState,
  signal: AbortSignal,
): Promise<readonly ServedResource[]> {
  const { rpo } = config;
  const { scope } = reader;
  const policies = createPolicies(picked.service.api.policies);
  const { resources } = next;
  const unread = await policies.refresh({ reader, scope, rpo, resources, now: clock(), signal });
  if (unread.reason !== undefined)
    say(`${describeService(picked)}: ${unread.reason}; rpo.default is used instead`);
  return (await serveResources(scope, config, next, policies, createYield())).resources;
}

function remarksOn(
  { backups, inventory }: ServiceRead,
  { unlisted, overLimit }: ServiceState,
): readonly string[] {
  const listed = backups.kind === 'read' ? backups.listed : 0;
  const rejections = [
    backups.kind === 'read' ? backups.rejections : undefined,
    inventory?.walk?.rejections,
  ].flatMap((counts) => Object.values(counts ?? {}));
  const rejected = rejections.reduce((sum, count) => sum + count, 0);
  return [
    `${counted(listed, 'backup')} read`,
    ...(inventory?.kind === 'failed'
      ? [`${inventory.reason}; resources without backups and creation times are missing`]
      : []),
    ...(rejected > 0
      ? [`${counted(rejected, 'row')} could not be parsed and ${rejected === 1 ? 'was' : 'were'} skipped`]
      : []),
    ...(unlisted > 0 ? [`the service counts ${counted(unlisted, 'backup')} more than it lists`] : []),
    ...(overLimit > 0 ? [`${counted(overLimit, 'resource')} beyond limits.resources left out`] : []),
  ];
}
