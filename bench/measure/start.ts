import type { Bench } from '../bench.ts';
import { openClouds } from '../clouds.ts';
import { SMALL_ESTATE } from '../estate.ts';
import { startExporter } from '../exporter.ts';
import type { RunningProcess } from '../running-process.ts';
import { fetchMetrics, startScript } from '../servers.ts';
import { interleave } from '../statistics.ts';

/** Time from the start of a process to its first response to `/metrics`, in milliseconds, round by round. */
export interface StartTimes {
  readonly exporter: readonly number[];
  readonly bareHttp: readonly number[];
}

/** Starts the exporter and a bare `node:http` script in turn. */
export async function measureStart(bench: Bench, rounds: number): Promise<StartTimes> {
  const clouds = await openClouds(1, SMALL_ESTATE);
  const settings = { projects: clouds.projects(['ges', 'gaussdb-mysql']) };
  const work = new Map([
    ['bareHttp', () => timeToFirstScrape(() => startScript('bare-http.js'))],
    ['exporter', () => timeToFirstScrape(() => startExporter({ ...bench, settings }))],
  ]);
  try {
    await interleave(1, work);
    const measured = await interleave(rounds, work);
    return { exporter: measured.get('exporter') ?? [], bareHttp: measured.get('bareHttp') ?? [] };
  } finally {
    await clouds.stop();
  }
}

async function timeToFirstScrape(
  start: () => Promise<RunningProcess & { readonly port: number }>,
): Promise<number> {
  const began = performance.now();
  const server = await start();
  try {
    await fetchMetrics(server.port, 'identity');
    return performance.now() - began;
  } finally {
    await server.stop();
  }
}
