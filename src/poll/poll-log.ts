import type { Log, LogFields } from '../log/log.ts';
import { REJECTION_REASONS, type RejectionReason, type Row } from '../pagination/list.ts';
import type { Rejections } from '../pagination/walk.ts';
import { asObject } from '../services/fields.ts';
import type { PolicyApi } from '../services/service.ts';
import type { Scope } from '../state/objective.ts';
import type { ServiceState } from '../state/service-state.ts';
import { type UnreadPolicies, withoutPolicy } from './policies.ts';
import type { ReadFailure } from './read-list.ts';
import { failureOf, rowsOf, type ServiceRead, unlistedResources } from './read-service.ts';

/** Why services of one project fail now, each cause with the service that logged it, so that the others need not. */
export type FailureCauses = Map<string, string>;

/** Logs the outcome of polls when it changes; unchanged outcomes at level debug. */
export function createPollLog(log: Log, scope: Scope, causes: FailureCauses) {
  // The normal state of topics, which needs no log line.
  const states = new Map<string, string | number>([
    ['failed runs', ''],
    ['policies', ''],
    ['excluded', 0],
    ['limit', 0],
    ['unlisted', 0],
    ['unlisted resources', 0],
  ]);
  const onChange = (
    topic: string,
    state: string | number,
    level: 'debug' | 'info' | 'warn',
    fields: LogFields,
    message: string,
  ): void => {
    const changed = states.get(topic) !== state;
    states.set(topic, state);
    log[changed ? level : 'debug']({ ...scope, ...fields }, message);
  };

  /** Records why the service fails; returns whether another service of the project has logged the same. */
  const isLoggedElsewhere = (cause: string | undefined): boolean => {
    const { service } = scope;
    for (const [known, owner] of causes) if (owner === service && known !== cause) causes.delete(known);
    if (cause === undefined) return false;
    if (!causes.has(cause)) causes.set(cause, service);
    return causes.get(cause) !== service;
  };

  const logBackups = (read: ServiceRead, hasValues: boolean): void => {
    const { backups, next } = read;
    const failure = failureOf(read);
    const isElsewhere = isLoggedElsewhere(failure && causeOf(failure));
    if (failure !== undefined) {
      const ofSome = next === undefined ? '' : ' of the resources that could not be read';
      const kept = hasValues ? `, keeping the previous values${ofSome}` : '';
      const level = isElsewhere ? 'debug' : 'warn';
      onChange('poll', `${failure.outcome} ${level}`, level, failureFields(failure), `poll failed${kept}`);
    } else if (backups.kind === 'read') {
      const fields = { backups: backups.collected, resources: next?.resources.size };
      onChange('poll', 'success', 'info', fields, 'poll complete');
    }
  };

  const logInventory = (read: ServiceRead): void => {
    const { inventory } = read;
    if (inventory?.kind === 'failed') {
      const failure = failureOf(read);
      const isLogged = failure !== undefined && causeOf(failure) === causeOf(inventory);
      const level = isLogged ? 'debug' : 'warn';
      const message = 'inventory could not be read';
      onChange('inventory', inventory.outcome, level, failureFields(inventory), message);
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
    const exclusion = 'resources excluded by include and exclude';
    onChange('excluded', excluded.size, 'info', { resources: excluded.size }, exclusion);
    const limit =
      overLimit === 0
        ? 'no resource exceeds limits.resources'
        : 'resources beyond limits.resources are not served';
    onChange('limit', overLimit, 'warn', { resources: overLimit }, limit);
    const difference =
      unlisted === 0 ? 'backup count and list agree again' : 'the service counts more backups than it lists';
    onChange('unlisted', unlisted, 'warn', { backups: unlisted }, difference);
  };

  const logUnlistedResources = (read: ServiceRead): void => {
    const unlisted = unlistedResources(read);
    if (unlisted === undefined) return;
    const difference =
      unlisted === 0
        ? 'resource count and inventory agree again'
        : 'the service counts more resources than it lists';
    onChange('unlisted resources', unlisted, 'warn', { resources: unlisted }, difference);
  };

  return {
    /** `hasValues`: whether values of an earlier poll are served. */
    poll: (read: ServiceRead, rejections: Rejections, hasValues: boolean): void => {
      logBackups(read, hasValues);
      logFailedRuns(read);
      logInventory(read);
      logUnlistedResources(read);
      for (const reason of REJECTION_REASONS) {
        const rows = rejections[reason];
        if (rows === 0) continue;
        log.warn({ ...scope, reason, rows, ...exampleFields(read, reason) }, REJECTED[reason]);
      }
      if (read.next !== undefined) logState(read.next);
    },
    policies: ({ count, reason }: UnreadPolicies, api: PolicyApi | undefined): void => {
      const message =
        count === 0 ? 'backup policies read' : `backup policies could not be read; ${withoutPolicy(api)}`;
      onChange('policies', reason ?? '', 'warn', { resources: count, reason }, message);
    },
  };
}

const failureFields = ({ outcome, reason }: ReadFailure) => ({ outcome, reason });

/** The cause without the operation: both lists often fail for the same cause. */
const causeOf = ({ reason }: ReadFailure): string => reason.replace(/^cannot [^:]+: /, '');

const REJECTED: Readonly<Record<RejectionReason, string>> = {
  not_an_object: 'rows rejected: not JSON objects',
  id: 'rows rejected: no usable id',
  resource: 'rows rejected: no usable resource id',
  time: 'rows rejected: no usable time',
};

function exampleFields(read: ServiceRead, reason: RejectionReason): LogFields {
  const rows = rowsOf(read).find((list) => list?.examples.has(reason));
  return rows === undefined ? {} : { example: excerpt(rows.examples.get(reason)) };
}

const TELLING = /id$|name|time|date|begin|start|end|created|status/i;
const MOST_FIELDS = 12;
const LONGEST_VALUE = 64;

/** The ids and times of a row, as JSON. */
function excerpt(row: Row): string {
  const fields = asObject(row);
  if (fields === undefined) return cut(JSON.stringify(row));
  const telling = Object.entries(fields).filter(
    ([name, value]) => TELLING.test(name) && (typeof value !== 'object' || value === null),
  );
  const short = telling.slice(0, MOST_FIELDS).map(([name, value]) => [cut(name), shortValue(value)]);
  return JSON.stringify(Object.fromEntries(short));
}

const shortValue = (value: unknown): unknown => (typeof value === 'string' ? cut(value) : value);

const cut = (text: string): string =>
  text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
