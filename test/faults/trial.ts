import type { SimulatedCloud } from '../../src/services/simulated-cloud.ts';
import type { Sample } from '../support/exporter-process.ts';
import type { Call } from './calls.ts';
import type { ExporterUnderTest } from './exporter-under-test.ts';
import type { Fault } from './faults.ts';
import { anotherPatience, PATIENT, type Stage } from './stage.ts';

/** The services that are polled of each project. */
export const SERVICES = ['ges', 'gaussdb-mysql'] as const;

/** What was seen before a fault, while it lasted, and after it. */
export interface Trial {
  readonly before: readonly Sample[];
  readonly during: readonly Sample[];
  readonly after: readonly Sample[];
  /** The resource series of the project. */
  readonly seriesBefore: readonly string[];
  readonly seriesDuring: readonly string[];
  /** Requests of the call while the fault lasted. */
  readonly requests: number;
  /** The kind of failure that the log names for the inventory of each service. */
  readonly failedInventories: Readonly<Record<string, unknown>>;
  /** Between two attempts, in seconds. */
  readonly pauses: readonly number[];
  /** By how many bytes the process grew at the most while the fault lasted, the cloud of the test included. */
  readonly growth: number;
}

const HASTY = '400ms';
const SHORT_POLL_MILLISECONDS = 1000;
const LONG_POLL_MILLISECONDS = 60_000;
/** A refused sign-in is not repeated for five minutes. */
const SIGN_IN_BACK_OFF = 301;

/** Polls before a fault, while it lasts, and after a backup of a graph and of an instance has finished meanwhile. */
export async function tryFault(stage: Stage, call: Call, fault: Fault): Promise<Trial> {
  const { exporter, cloud } = stage;
  await exporter.poll();
  const before = await exporter.samples();
  const seriesBefore = exporter.resourceSeries('prod');
  const hasShortLimit = fault.endless === 'request';
  // A new client has to sign in again.
  if (hasShortLimit || call.brings === 'token') {
    await exporter.apply(stage.configuration(hasShortLimit ? HASTY : anotherPatience()));
  }
  if (fault.endless === 'poll') stage.limitPolls(SHORT_POLL_MILLISECONDS);
  exporter.clear();
  const memoryGrowth = watchMemory();

  const undo = await bringAbout(fault, call, stage);
  await exporter.poll();
  const during = {
    growth: memoryGrowth(),
    during: await exporter.samples(),
    seriesDuring: exporter.resourceSeries('prod'),
    requests: exporter.observations.filter(
      ({ project, service, operation }) =>
        project === 'prod' && service === call.service && operation === call.operation,
    ).length,
    failedInventories: Object.fromEntries(
      SERVICES.map((service) => [service, inventoryOutcome(exporter, service)]),
    ),
    pauses: [...exporter.pauses],
  };

  await undo();
  stage.limitPolls(LONG_POLL_MILLISECONDS);
  finishBackups(cloud);
  exporter.clock.advance(SIGN_IN_BACK_OFF);
  if (hasShortLimit) await exporter.apply(stage.configuration(PATIENT));
  await exporter.poll();
  return { before, seriesBefore, ...during, after: await exporter.samples() };
}

/** The outcomes of polls of a service that were counted between two scrapes. */
export function countedOutcomes(
  before: readonly Sample[],
  after: readonly Sample[],
  project: string,
  service: string,
): readonly string[] {
  const earlier = pollsByOutcome(before, project, service);
  return Array.from(pollsByOutcome(after, project, service)).flatMap(([outcome, value]) => {
    const count = value - (earlier.get(outcome) ?? 0);
    return count === 0 ? [] : Array.from({ length: count }, () => outcome);
  });
}

function pollsByOutcome(
  samples: readonly Sample[],
  project: string,
  service: string,
): ReadonlyMap<string, number> {
  return new Map(
    samples
      .filter(
        ({ name, labels }) => name === 'huaweicloud_backup_polls_total' && labels['project'] === project,
      )
      .filter(({ labels }) => labels['cloud_service'] === service)
      .map(({ labels, value }) => [labels['outcome'] ?? '', value]),
  );
}

/** Lets a fault befall a call; gives its undo. */
async function bringAbout(fault: Fault, call: Call, stage: Stage): Promise<() => Promise<void>> {
  const relay = stage.relays[call.api === 'ges-v1' ? 'ges' : call.api];
  const { identities } = stage.certificates;
  const cause = fault.cause(call);
  switch (cause.kind) {
    case 'order': {
      const skip = call.fromSecondPage ? 1 : 0;
      const undo = stage.cloud.inject({ match: call.match, fault: cause.fault, skip });
      return async () => undo();
    }
    case 'refuse':
      await relay.refuse();
      return relay.admit;
    case 'certificate':
      relay.present(identities[cause.of]);
      return async () => relay.present(identities.right);
    default:
      return cause satisfies never;
  }
}

/** Finishes one more backup of a graph and of an instance, in place of those of the last time. */
function finishBackups(cloud: SimulatedCloud): void {
  const resources = cloud.resources().filter(({ character, deleted }) => character === 'healthy' && !deleted);
  for (const kind of ['graph', 'instance'] as const) {
    const id = resources.find((resource) => resource.kind === kind)?.id ?? '';
    for (const { id: backup, method } of cloud.backupsOf(id)) {
      if (method === 'manual') cloud.removeBackup(backup);
    }
    cloud.startBackup(id);
    cloud.finishBackup(id);
  }
}

function inventoryOutcome({ lines }: ExporterUnderTest, service: string): unknown {
  const line = lines.find(
    ({ message, fields }) =>
      message.startsWith('inventory could not be read') &&
      fields['service'] === service &&
      fields['project'] === 'prod',
  );
  return line?.fields['outcome'];
}

/** Watches by how much the process outgrows its size of now. */
function watchMemory(): () => number {
  const first = process.memoryUsage.rss();
  let most = first;
  const look = (): void => {
    most = Math.max(most, process.memoryUsage.rss());
  };
  const timer = setInterval(look, 2);
  return () => {
    clearInterval(timer);
    look();
    return most - first;
  };
}
