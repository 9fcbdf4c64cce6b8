import type { SimulatedCloud } from '../../src/services/simulated-cloud.ts';
import type { Sample } from '../support/exporter-process.ts';
import type { Call } from './calls.ts';
import type { ExporterUnderTest } from './exporter-under-test.ts';
import type { Fault } from './faults.ts';
import { anotherTimeout, LONG_TIMEOUT, type TestBed } from './test-bed.ts';

/** The polled services of each project. */
export const SERVICES = ['ges', 'gaussdb-mysql'] as const;

/** The observations before, during and after a fault. */
export interface Trial {
  readonly before: readonly Sample[];
  readonly during: readonly Sample[];
  readonly after: readonly Sample[];
  /** The resource series of the project. */
  readonly seriesBefore: readonly string[];
  readonly seriesDuring: readonly string[];
  /** Requests of the call during the fault. */
  readonly requests: number;
  /** The outcome that the log reports for the inventory of each service. */
  readonly failedInventories: Readonly<Record<string, unknown>>;
  /** Between attempts, in seconds. */
  readonly pauses: readonly number[];
  /** Maximum growth of the process during the fault in bytes, including the simulated cloud. */
  readonly growth: number;
}

const SHORT_TIMEOUT = '400ms';
const SHORT_POLL_MILLISECONDS = 1000;
const LONG_POLL_MILLISECONDS = 60_000;
/** A rejected sign-in is not retried for five minutes. */
const SIGN_IN_BACK_OFF = 301;

/** Polls before and during a fault, and after it, when a backup of a graph and of an instance has finished meanwhile. */
export async function tryFault(testBed: TestBed, call: Call, fault: Fault): Promise<Trial> {
  const { exporter, cloud } = testBed;
  await exporter.poll();
  const before = await exporter.samples();
  const seriesBefore = exporter.resourceSeries('prod');
  const hasShortLimit = fault.endless === 'request';
  // A new client has to sign in again.
  if (hasShortLimit || call.returns === 'token') {
    await exporter.apply(testBed.configuration(hasShortLimit ? SHORT_TIMEOUT : anotherTimeout()));
  }
  if (fault.endless === 'poll') testBed.limitPolls(SHORT_POLL_MILLISECONDS);
  exporter.clear();
  const memoryGrowth = watchMemory();

  const undo = await applyFault(fault, call, testBed);
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
  testBed.limitPolls(LONG_POLL_MILLISECONDS);
  finishBackups(cloud);
  exporter.clock.advance(SIGN_IN_BACK_OFF);
  if (hasShortLimit) await exporter.apply(testBed.configuration(LONG_TIMEOUT));
  await exporter.poll();
  return { before, seriesBefore, ...during, after: await exporter.samples() };
}

/** The poll outcomes of a service that were counted between two scrapes. */
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

/** Applies a fault to a call, and returns its undo. */
async function applyFault(fault: Fault, call: Call, testBed: TestBed): Promise<() => Promise<void>> {
  const relay = testBed.relays[call.api === 'ges-v1' ? 'ges' : call.api];
  const { identities } = testBed.certificates;
  const cause = fault.cause(call);
  switch (cause.kind) {
    case 'injected': {
      const skip = call.fromSecondPage ? 1 : 0;
      const undo = testBed.cloud.inject({ match: call.match, fault: cause.fault, skip });
      return async () => undo();
    }
    case 'refuse':
      await relay.refuse();
      return relay.accept;
    case 'certificate':
      relay.present(identities[cause.of]);
      return async () => relay.present(identities.trusted);
    default:
      return cause satisfies never;
  }
}

/** Finishes another backup of a graph and of an instance, and removes those of the last call. */
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

/** Measures by how much the process grows from now on, at most, in bytes. */
function watchMemory(): () => number {
  const first = process.memoryUsage.rss();
  let most = first;
  const sample = (): void => {
    most = Math.max(most, process.memoryUsage.rss());
  };
  const timer = setInterval(sample, 2);
  return () => {
    clearInterval(timer);
    sample();
    return most - first;
  };
}
