import { type Duration, secondsOf } from './duration.ts';
import {
  aggregate,
  type Expression,
  lastOverTime,
  now,
  number,
  operation,
  type Series,
  series,
} from './promql.ts';
import type { Thresholds } from './thresholds.ts';

/** The labels of one service of one project. */
export const SERVICE = ['cloud_service', 'region', 'project'] as const;
/** A resource by what never changes: a rename leaves these labels as they are. */
export const IDENTITY = [...SERVICE, 'resource_id'] as const;
/** The labels of a resource. */
export const RESOURCE = [...IDENTITY, 'resource_name'] as const;
/** The labels of one exporter process. */
export const REPLICA = ['job', 'instance'] as const;

/** Reads one of this product's metrics; its name comes without the prefix. */
export const metric = (name: string, ...matchers: readonly string[]): Series =>
  series(`huaweicloud_backup_${name}`, ...matchers);

/** The recovery point objectives as they are exported now. */
export const rpo = metric('rpo_seconds');

/** When the last complete poll ended. */
export const lastPoll = metric('poll_last_success_timestamp_seconds');

/** A resource's newest values, of whichever replica: neither a missed scrape nor a moved pod ends them. */
export function newest(read: Series, gap: Duration): Expression {
  return aggregate('max', RESOURCE, lastOverTime(read, gap));
}

/**
 * What the replicas export now of resources, and for a service of which they export nothing, after a
 * scrape that failed or a restart of the exporter, what they did within the last `gap`. That is forgotten
 * as soon as a complete poll is scraped again (its timestamp is there exactly when the service's resources
 * are): whatever is absent then is gone. A plain `last_over_time` would keep it.
 */
export function known(read: Series, gap: Duration): Expression {
  return operation(read, 'or', operation(lastOverTime(read, gap), 'unless', lastPoll, SERVICE));
}

/**
 * The objectives of the resources that exist and are expected to be backed up, per replica: no other
 * resource may have an alert, so a deleted one and the old name of a renamed one lose theirs at once.
 */
export function objectives({ resourceGap }: Thresholds): Expression {
  return known(rpo, resourceGap);
}

/** {@link objectives} with the replicas joined. */
export function expected(thresholds: Thresholds): Expression {
  return aggregate('max', RESOURCE, objectives(thresholds));
}

/** How long ago a moment was, in seconds. */
export const age = (moment: Expression) => operation(now, '-', moment);

/** A duration as PromQL compares it: in seconds. */
export const lengthOf = (value: Duration) => number(secondsOf(value));

/** Where the last poll was complete. */
export function pollSucceeds({ exporterGap }: Thresholds): Expression {
  return operation(lastOverTime(metric('poll_success'), exporterGap), '==', number(1));
}

/** Where the last poll failed. */
export function pollFails({ exporterGap }: Thresholds): Expression {
  return operation(lastOverTime(metric('poll_success'), exporterGap), '==', number(0));
}

/** The labels that pick a resource on the dashboard. */
export const RESOURCE_LINKS = ['cloud_service', 'region', 'project', 'resource_name'] as const;

/** A resource and where it is, in the text of an alert. */
export const RESOURCE_TEXT =
  '{{ $labels.cloud_service }} {{ $labels.resource_name }} ({{ $labels.resource_id }}) in project {{ $labels.project }}, {{ $labels.region }}';
