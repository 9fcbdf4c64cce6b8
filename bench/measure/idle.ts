import { setTimeout as wait } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { openClouds } from '../clouds.ts';
import { SMALL_ESTATE } from '../estate.ts';
import { startExporter } from '../exporter.ts';
import type { RunningProcess } from '../running-process.ts';
import { startScript } from '../servers.ts';

/** The cost of an exporter that neither polls nor is scraped. */
export interface IdleCost {
  /** CPU time of ten seconds, in milliseconds, of each interval of each process. */
  readonly cpu: readonly number[];
  /** Resident memory in bytes at the end, of each process. */
  readonly resident: readonly number[];
  /** The same of a bare Node.js process with express loaded. */
  readonly residentOfExpress: readonly number[];
}

/** How long the processes are measured. */
export interface IdleExtent {
  readonly processes: number;
  readonly intervals: number;
  /** Length of an interval. */
  readonly seconds: number;
}

const SETTLE_MILLISECONDS = 4000;

/** Measures exporters with the default configuration, after their first polls. */
export async function measureIdle(
  bench: Bench,
  { processes, intervals, seconds }: IdleExtent,
): Promise<IdleCost> {
  const clouds = await openClouds(1, SMALL_ESTATE);
  const settings = { projects: clouds.projects(['ges', 'gaussdb-mysql']) };
  const exporters: RunningProcess[] = [];
  const expresses: RunningProcess[] = [];
  try {
    for (let count = 0; count < processes; count += 1) {
      const exporter = await startExporter({ ...bench, settings });
      exporters.push(exporter);
      expresses.push(await startScript('bare-express.js'));
      await exporter.untilPolled();
    }
    await wait(SETTLE_MILLISECONDS);
    const cpu: number[] = [];
    for (let interval = 0; interval < intervals; interval += 1) {
      const before = exporters.map((exporter) => exporter.cpu());
      await wait(seconds * 1000);
      const used = exporters.map((exporter, index) => exporter.cpu() - (before[index] ?? Number.NaN));
      cpu.push(...used.map((milliseconds) => (milliseconds * 10) / seconds));
    }
    return {
      cpu,
      resident: exporters.map((exporter) => exporter.resident()),
      residentOfExpress: expresses.map((express) => express.resident()),
    };
  } finally {
    await Promise.all([...exporters, ...expresses].map((each) => each.stop()));
    await clouds.stop();
  }
}
