import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Bench } from '../bench.ts';
import type { RequestedPage } from '../cloud.ts';
import { type Clouds, openClouds } from '../clouds.ts';
import { EMPTY_ESTATE, type Estate } from '../estate.ts';
import { type RunningExporter, startExporter } from '../exporter.ts';
import { pollStarts } from '../pages.ts';

/** The cost of a poll of an estate by a previously idle exporter. */
export interface PollCost {
  /** Resident memory after the poll of an empty list, in bytes. */
  readonly idle: number;
  /** Maximum resident memory during the poll, in bytes. */
  readonly peak: number;
  /** CPU time of reloading the configuration and polling, in milliseconds. */
  readonly cpu: number;
}

/** The longest stall of the event loop during a poll, in milliseconds. */
export interface PollStall {
  /** The delay of a timer. */
  readonly wall: number;
  /** CPU time of the event loop thread between two calls of the timer. */
  readonly cpu: number;
}

const PRELOAD = fileURLToPath(new URL('../preload/stalls.js', import.meta.url));
const SETTLE_MILLISECONDS = 1500;
const REPEATED_INTERVAL = '3s';
const CHECK_INTERVAL_MILLISECONDS = 250;

/** Memory and CPU of the first poll of an estate, with a new exporter each time. */
export async function measurePolls(
  bench: Bench,
  estate: Estate,
  times: number,
): Promise<readonly PollCost[]> {
  const costs: PollCost[] = [];
  for (let count = 0; count < times; count += 1) {
    costs.push(
      await withIdleExporter(bench, [], async ({ exporter, clouds, pollNow }) => {
        await clouds.serve(estate);
        const idle = exporter.resident();
        const before = exporter.cpu();
        exporter.resetPeak();
        await pollNow();
        return { idle, peak: exporter.peak(), cpu: exporter.cpu() - before };
      }),
    );
  }
  return costs;
}

/** Maximum resident memory above idle during a number of consecutive polls, in bytes. */
export async function measureRepeatedPolls(bench: Bench, estate: Estate, polls: number): Promise<number> {
  const clouds = await openClouds(1, EMPTY_ESTATE);
  const settings = { poll: { interval: REPEATED_INTERVAL }, projects: clouds.projects(['ges']) };
  const exporter = await startExporter({ ...bench, settings });
  try {
    await exporter.untilPolled();
    const idle = exporter.resident();
    exporter.resetPeak();
    await clouds.serve(estate);
    await clouds.activity();
    // The start of a poll means that the previous one has ended.
    for (let started = 0; started <= polls; ) {
      await wait(CHECK_INTERVAL_MILLISECONDS);
      started += pollStarts(await clouds.activity()).length;
    }
    return exporter.peak() - idle;
  } finally {
    await exporter.stop();
    await clouds.stop();
  }
}

/** Stalls of several polls of an estate, including the first of the process, and the pages that each requested. */
export async function measureStalls(
  bench: Bench,
  estate: Estate,
  polls: number,
): Promise<{ readonly stalls: readonly PollStall[]; readonly pages: readonly (readonly RequestedPage[])[] }> {
  return withIdleExporter(bench, ['--import', PRELOAD], async ({ exporter, clouds, pollNow }) => {
    await clouds.serve(estate);
    const stalls: PollStall[] = [];
    const pages: (readonly RequestedPage[])[] = [];
    for (let count = 0; count < polls; count += 1) {
      await wait(SETTLE_MILLISECONDS);
      await stallUntilNow(exporter);
      await clouds.activity();
      await pollNow();
      stalls.push(await stallUntilNow(exporter));
      pages.push((await clouds.activity()).flatMap((activity) => activity.pages));
    }
    return { stalls, pages };
  });
}

async function stallUntilNow(exporter: RunningExporter): Promise<PollStall> {
  const from = exporter.outputLength();
  exporter.signal('SIGUSR2');
  const [wall, cpu] = (await exporter.waitForOutput(/^stalls=(\S+)$/m, from)).split('/').map(Number);
  return { wall: wall ?? Number.NaN, cpu: cpu ?? Number.NaN };
}

/** An exporter that has polled an empty list, and its cloud. */
interface IdleExporter {
  readonly exporter: RunningExporter;
  readonly clouds: Clouds;
  readonly pollNow: () => Promise<void>;
}

async function withIdleExporter<Result>(
  bench: Bench,
  nodeFlags: readonly string[],
  work: (idle: IdleExporter) => Promise<Result>,
): Promise<Result> {
  const clouds = await openClouds(1, EMPTY_ESTATE);
  const settings = { poll: { interval: '30m' }, projects: clouds.projects(['ges', 'gaussdb-mysql']) };
  const exporter = await startExporter({ ...bench, settings, nodeFlags });
  try {
    await exporter.untilPolled();
    await wait(SETTLE_MILLISECONDS);
    const pollNow = async (): Promise<void> => {
      const from = exporter.outputLength();
      exporter.reload();
      await exporter.untilPolled(from);
    };
    return await work({ exporter, clouds, pollNow });
  } finally {
    await exporter.stop();
    await clouds.stop();
  }
}
