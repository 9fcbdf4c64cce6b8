import type { Log, LogFields } from '../log/log.ts';
import type { Rejections } from '../pagination/walk.ts';
import type { ServiceState } from '../state/service-state.ts';
import type { UnreadPolicies } from './policies.ts';
import type { ReadFailure } from './read-list.ts';
import { failureOf, type ServiceRead } from './read-service.ts';

/** Logs the outcome of polls: what begins, changes or ends; what lasts is logged at the debug level. */
export interface PollLog {
  /** `hasValues`: whether values of an earlier poll are served. */
  readonly poll: (read: ServiceRead, rejections: Rejections, hasValues: boolean) => void;
  readonly policies: (unread: UnreadPolicies) => void;
}

/** A log for the polls of one service. */
export function createPollLog(log: Log): PollLog {
  // Topics that need no line while they are as they should be.
  const states = new Map([
    ['failed runs', ''],
    ['policies', ''],
    ['excluded', '0'],
    ['limit', '0'],
    ['unlisted', '0'],
  ]);
  const onChange = (
    topic: string,
    state: string | number,
    level: 'info' | 'warn',
    fields: LogFields,
    message: string,
  ): void => {
    const changed = states.get(topic) !== String(state);
    states.set(topic, String(state));
    log[changed ? level : 'debug'](fields, message);
  };

  const logBackups = (read: ServiceRead, hasValues: boolean): void => {
    const { backups, next } = read;
    const failure = failureOf(read);
    if (failure !== undefined) {
      const kept = hasValues ? ', keeping the previous values' : '';
      onChange('poll', failure.outcome, 'warn', failureFields(failure), `poll failed${kept}`);
    } else if (backups.kind === 'read') {
      const fields = { backups: backups.listed, resources: next?.resources.size };
      onChange('poll', 'success', 'info', fields, 'poll complete');
    }
  };

  const logInventory = ({ inventory }: ServiceRead): void => {
    if (inventory?.kind === 'failed') {
      onChange(
        'inventory',
        inventory.outcome,
        'warn',
        failureFields(inventory),
        'inventory could not be read',
      );
    } else if (inventory !== undefined) {
      onChange('inventory', 'read', 'info', { resources: inventory.items.byId.size }, 'inventory read');
    }
  };

  const logFailedRuns = ({ backups }: ServiceRead): void => {
    const unread = backups.kind === 'read' ? backups.failedRunsUnread : undefined;
    if (unread === undefined) onChange('failed runs', '', 'info', {}, 'failed runs read');
    else {
      const message = 'failed runs that left no backup could not be read';
      onChange('failed runs', unread.outcome, 'warn', failureFields(unread), message);
    }
  };

  const logState = ({ excluded, overLimit, unlisted }: ServiceState): void => {
    onChange(
      'excluded',
      excluded.size,
      'info',
      { resources: excluded.size },
      'resources excluded by include and exclude',
    );
    onChange(
      'limit',
      overLimit,
      'warn',
      { resources: overLimit },
      overLimit === 0
        ? 'no resource exceeds limits.resources'
        : 'resources beyond limits.resources are not served',
    );
    onChange(
      'unlisted',
      unlisted,
      'warn',
      { backups: unlisted },
      unlisted === 0 ? 'backup count and list agree again' : 'the service counts more backups than it lists',
    );
  };

  return {
    poll: (read, rejections, hasValues) => {
      logBackups(read, hasValues);
      logFailedRuns(read);
      logInventory(read);
      const rejected = Object.entries(rejections).filter(([, count]) => count > 0);
      if (rejected.length > 0)
        log.warn(Object.fromEntries(rejected), 'rows rejected: they could not be parsed');
      if (read.next !== undefined) logState(read.next);
    },
    policies: ({ count, reason }) => {
      const message =
        count === 0
          ? 'backup policies read'
          : 'backup policies could not be read; rpo.default is used instead';
      onChange('policies', reason ?? '', 'warn', { resources: count, reason }, message);
    },
  };
}

const failureFields = ({ outcome, reason }: ReadFailure) => ({ outcome, reason });
