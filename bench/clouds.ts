import type { CloudActivity, CloudRequest, CloudResponse } from './cloud.ts';
import type { Estate } from './estate.ts';
import { type ExporterSettings, projectSettings } from './exporter.ts';
import { startWorker } from './worker.ts';

/** Simulated clouds in a separate process. */
export interface Clouds {
  /** A project for each cloud. */
  readonly projects: (services: readonly string[]) => ExporterSettings['projects'];
  /** Replaces the estate. */
  readonly serve: (estate: Estate) => Promise<void>;
  /** The requests received by each cloud since the last call. */
  readonly activity: () => Promise<readonly CloudActivity[]>;
  readonly stop: () => Promise<void>;
}

/** Starts `count` clouds with an estate each. Their lists of backups respond after `delay` seconds. */
export async function openClouds(count: number, estate: Estate, delay = 0): Promise<Clouds> {
  const worker = startWorker<CloudRequest, CloudResponse>('cloud.ts');
  try {
    const { clouds } = await worker.request({ kind: 'open', clouds: count, estate, delay });
    return {
      projects: (services) =>
        clouds.map((cloud, index) => projectSettings(cloud, `project-${index}`, services)),
      serve: async (next) => {
        await worker.request({ kind: 'serve', estate: next });
      },
      activity: async () => (await worker.request({ kind: 'activity' })).activity,
      stop: worker.stop,
    };
  } catch (error) {
    await worker.stop();
    throw error;
  }
}
