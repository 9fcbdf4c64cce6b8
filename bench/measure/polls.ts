import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Bench } from '../bench.ts';
import type { AskedPage } from '../cloud.ts';
import { type Clouds, openClouds } from '../clouds.ts';
import { EMPTY_ESTATE, type Estate } from '../estate.ts';
import { type RunningExporter, startExporter } from '../exporter.ts';
import { pollStarts } from '../pages.ts';

/** What a poll of an estate by an exporter that was idle before came to. */
export interface PollCost {
  /** Resident memory after the poll of an empty list, in bytes. */
  readonly idle: number;
  /** The most resident memory while the estate was polled, in bytes. */
  readonly peak: number;
  /** CPU time of reloading the configuration and polling, in milliseconds. */
  readonly cpu: number;
}

/** How long the event loop stood still at most while an estate was polled, in milliseconds. */
export interface PollStall {
  /** How late a timer was. */
  readonly wall: number;
  /** CPU time of the loop's thread between two calls of the timer. */
  readonly cpu: number;
}

const PRELOAD = fileURLToPath(new URL('../preload/stalls.js', import.meta.url));
const SETTLE_MILLISECONDS = 1500;
const REPEATED_EVERY = '3s';
const POLLS_SEEN_EVERY_MILLISECONDS = 250;

/** Memory and CPU of the first poll of an estate, in a new exporter each time. */
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
        exporter.forgetPeak();
        await pollNow();
        return { idle, peak: exporter.peak(), cpu: exporter.cpu() - before };
      }),
    );
  }
  return costs;
}

/** The most resident memory above idle while an estate is polled so many times, one poll after the other, in bytes. */
export async function measureRepeatedPolls(bench: Bench, estate: Estate, polls: number): Promise<number> {
  const clouds = await openClouds(1, EMPTY_ESTATE);
  const settings = { poll: { interval: REPEATED_EVERY }, projects: clouds.projects(['ges']) };
  const exporter = await startExporter({ ...bench, settings });
  try {
    await exporter.polled();
    const idle = exporter.resident();
    exporter.forgetPeak();
    await clouds.serve(estate);
    await clouds.visits();
    // A poll that begins says that the one before is done.
    for (let begun = 0; begun <= polls; ) {
      await wait(POLLS_SEEN_EVERY_MILLISECONDS);
      begun += pollStarts(await clouds.visits()).length;
    }
    return exporter.peak() - idle;
  } finally {
    await exporter.stop();
    await clouds.stop();
  }
}

/** Stalls of several polls of an estate, the first of them the first of its process, and the pages that each asked for. */
export async function measureStalls(
  bench: Bench,
  estate: Estate,
  polls: number,
): Promise<{ readonly stalls: readonly PollStall[]; readonly pages: readonly (readonly AskedPage[])[] }> {
  return withIdleExporter(bench, ['--import', PRELOAD], async ({ exporter, clouds, pollNow }) => {
    await clouds.serve(estate);
    const stalls: PollStall[] = [];
    const pages: (readonly AskedPage[])[] = [];
    for (let count = 0; count < polls; count += 1) {
      await wait(SETTLE_MILLISECONDS);
      await stallUntilNow(exporter);
      await clouds.visits();
      await pollNow();
      stalls.push(await stallUntilNow(exporter));
      pages.push((await clouds.visits()).flatMap((visits) => visits.pages));
    }
    return { stalls, pages };
  });
}

async function stallUntilNow(exporter: RunningExporter): Promise<PollStall> {
  const from = exporter.written();
  exporter.signal('SIGUSR2');
  const [wall, cpu] = (await exporter.says(/^stalls=(\S+)$/m, from)).split('/').map(Number);
  return { wall: wall ?? Number.NaN, cpu: cpu ?? Number.NaN };
}

/** An exporter that has polled an empty list, its cloud, and a way to make it poll. */
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
    await exporter.polled();
    await wait(SETTLE_MILLISECONDS);
    const pollNow = async (): Promise<void> => {
      const from = exporter.written();
      exporter.reload();
      await exporter.polled(from);
    };
    return await work({ exporter, clouds, pollNow });
  } finally {
    await exporter.stop();
    await clouds.stop();
  }
}
