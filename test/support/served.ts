import type { Backup, Resource } from '../../src/domain/backup.ts';
import { type Seconds, seconds, unixSeconds } from '../../src/domain/quantities.ts';
import type { FinishedCounts } from '../../src/state/finished.ts';
import type { Scope } from '../../src/state/objective.ts';
import { dueOf, type ServedResource, type ServedService } from '../../src/state/served.ts';
import { factsOf } from './state.ts';

/** GES of the project `prod`. */
export const PLACE: Scope = { service: 'ges', region: 'cn-north-4', project: 'prod' };

/** A served resource with the facts of the given backups. */
export function servedResource(
  fields: {
    readonly id?: string;
    readonly name?: string;
    readonly exists?: boolean;
    readonly backups?: readonly Backup[];
    readonly listing?: Resource;
    readonly objective?: Seconds | undefined;
    readonly tags?: Readonly<Record<string, string>>;
    readonly finished?: FinishedCounts;
  } = {},
): ServedResource {
  const objective = 'objective' in fields ? fields.objective : seconds(93_600);
  const known = {
    firstSeen: unixSeconds(1000),
    listing: fields.listing,
    facts: fields.backups === undefined ? undefined : factsOf(fields.backups),
  };
  return {
    id: fields.id ?? 'graph-1',
    name: fields.name ?? 'orders',
    exists: fields.exists ?? true,
    ...known,
    unread: false,
    notExpected: undefined,
    objective,
    due: dueOf(known, objective),
    tags: fields.tags ?? {},
    finished: fields.finished ?? { succeeded: 0, failed: 0 },
  };
}

/** The served resources of a service. */
export const servedService = (
  resources: readonly ServedResource[],
  place: Partial<Scope> = {},
): ServedService => ({ ...PLACE, ...place, resources });
