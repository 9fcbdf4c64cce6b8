import type { CloudAnswer, CloudQuestion, Visits } from './cloud.ts';
import type { Estate } from './estate.ts';
import { type ExporterSettings, projectSettings } from './exporter.ts';
import { startWorker } from './worker.ts';

/** Simulated clouds in a process of their own. */
export interface Clouds {
  /** One project for each cloud. */
  readonly projects: (services: readonly string[]) => ExporterSettings['projects'];
  /** Serves another estate from now on. */
  readonly serve: (estate: Estate) => Promise<void>;
  /** What was asked of each cloud since this was last called. */
  readonly visits: () => Promise<readonly Visits[]>;
  readonly stop: () => Promise<void>;
}

/** Opens so many clouds with an estate each. Their lists of backups answer after `delay` seconds. */
export async function openClouds(count: number, estate: Estate, delay = 0): Promise<Clouds> {
  const worker = startWorker<CloudQuestion, CloudAnswer>('cloud.ts');
  try {
    const { clouds } = await worker.ask({ kind: 'open', clouds: count, estate, delay });
    return {
      projects: (services) =>
        clouds.map((cloud, index) => projectSettings(cloud, `project-${index}`, services)),
      serve: async (next) => {
        await worker.ask({ kind: 'serve', estate: next });
      },
      visits: async () => (await worker.ask({ kind: 'visits' })).visits,
      stop: worker.stop,
    };
  } catch (error) {
    await worker.stop();
    throw error;
  }
}
