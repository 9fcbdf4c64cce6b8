import { setTimeout as wait } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { openClouds } from '../clouds.ts';
import { startExporter } from '../exporter.ts';
import { pollStarts } from '../pages.ts';

/** How the polls of many projects are distributed. */
export interface ProjectPolls {
  readonly projects: number;
  /** Seconds from the first project's first poll to the last project's. */
  readonly firstPollsWithin: number;
  /** Polls in the busiest second after the first polls, as a multiple of an even distribution. */
  readonly busiestSecond: number;
  /** Maximum number of concurrent requests for the lists of one project. */
  readonly maxConcurrent: number;
  /** The setting that limits them. */
  readonly concurrency: number;
  /** CPU of one poll of one project, in milliseconds, after the first polls. */
  readonly cpuPerPoll: number;
  /** Resident memory at the end, in bytes. */
  readonly resident: number;
}

const CONCURRENCY = 4;
/** Ten pages per project: more than the concurrency. */
const ESTATE = { graphs: 10, backupsPerGraph: 108, excluded: 0 };
const DELAY_SECONDS = 0.02;

/** Polls `count` projects, each with its own cloud, for more than two intervals. */
export async function measureProjects(
  bench: Bench,
  count: number,
  intervalSeconds: number,
): Promise<ProjectPolls> {
  const clouds = await openClouds(count, ESTATE, DELAY_SECONDS);
  const poll = { interval: `${intervalSeconds}s`, concurrency: CONCURRENCY };
  const settings = { poll, projects: clouds.projects(['ges']) };
  const exporter = await startExporter({ ...bench, settings });
  try {
    await exporter.untilPolled();
    const firsts = await clouds.activity();
    // The first projects have started another poll by now: only whole intervals after this are even.
    await wait(intervalSeconds * 1000);
    await clouds.activity();
    const before = exporter.cpu();
    await wait(intervalSeconds * 1000);
    const cpu = exporter.cpu() - before;
    const later = await clouds.activity();
    const starts = pollStarts(later);
    return {
      projects: count,
      firstPollsWithin: spanOf(firsts.map((first) => Math.min(...pollStarts([first])))),
      busiestSecond: mostWithinASecond(starts) / (starts.length / intervalSeconds),
      maxConcurrent: Math.max(...[...firsts, ...later].map(({ maxConcurrent }) => maxConcurrent)),
      concurrency: CONCURRENCY,
      cpuPerPoll: cpu / starts.length,
      resident: exporter.resident(),
    };
  } finally {
    await exporter.stop();
    await clouds.stop();
  }
}

const spanOf = (times: readonly number[]): number => Math.max(...times) - Math.min(...times);

const mostWithinASecond = (times: readonly number[]): number =>
  Math.max(...times.map((from) => times.filter((time) => time >= from && time < from + 1).length));
