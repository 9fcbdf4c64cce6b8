import { setTimeout as wait } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { openClouds } from '../clouds.ts';
import { startExporter } from '../exporter.ts';
import { pollStarts } from '../pages.ts';

/** How the polls of many projects are spread. */
export interface ProjectPolls {
  readonly projects: number;
  /** Seconds from the first project's first poll to the last project's. */
  readonly firstPollsWithin: number;
  /** Of the polls after the first, in the busiest second, as a multiple of what an even spread gives. */
  readonly busiestSecond: number;
  /** Most requests at once for the lists of one project. */
  readonly mostAtOnce: number;
  /** The setting that bounds them. */
  readonly concurrency: number;
  /** CPU of one poll of one project, in milliseconds, after the first polls. */
  readonly cpuPerPoll: number;
  /** Resident memory at the end, in bytes. */
  readonly resident: number;
}

const CONCURRENCY = 4;
/** Ten pages for each project: more than may be under way at once. */
const ESTATE = { graphs: 10, backupsPerGraph: 108, leftOut: 0 };
const DELAY_SECONDS = 0.02;

/** Polls so many projects, each of a cloud of its own, twice and a little; takes as long. */
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
    await exporter.polled();
    const firsts = await clouds.visits();
    // Those that were first have begun again by now: only whole intervals from here on are even.
    await wait(intervalSeconds * 1000);
    await clouds.visits();
    const before = exporter.cpu();
    await wait(intervalSeconds * 1000);
    const cpu = exporter.cpu() - before;
    const later = await clouds.visits();
    const begun = pollStarts(later);
    return {
      projects: count,
      firstPollsWithin: spanOf(firsts.map((visit) => Math.min(...pollStarts([visit])))),
      busiestSecond: mostWithinASecond(begun) / (begun.length / intervalSeconds),
      mostAtOnce: Math.max(...[...firsts, ...later].map((visit) => visit.mostAtOnce)),
      concurrency: CONCURRENCY,
      cpuPerPoll: cpu / begun.length,
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
