import { parseConfig } from '../config/load.ts';
import { createPinoLog } from '../log/pino-log.ts';
import { startSimulatedCloud } from '../services/simulated-cloud.ts';
import type { DemoFlags } from './flags.ts';
import { runExporter } from './run-exporter.ts';
import type { Terminal } from './terminal.ts';

const POLL_INTERVAL = 5 * 60;
const OBJECTIVE = 26 * 3600;
const SHORTEST_INTERVAL = 1;
// So often a backup of a healthy resource fails, to be started again soon after.
const MISHAPS = 0.02;

/** Serves a simulated cloud until a signal ends it; resolves with the exit code. */
export async function demo(flags: DemoFlags, terminal: Terminal): Promise<number> {
  const log = createPinoLog({ level: flags['log.level'], format: flags['log.format'] }, terminal.writeError);
  const cloud = await startSimulatedCloud({
    graphs: flags['demo.graphs'],
    instances: flags['demo.instances'],
    seed: flags['demo.seed'],
    mishaps: MISHAPS,
    speed: flags['demo.speed'],
  });
  const speed = flags['demo.speed'];
  const interval = Math.max(SHORTEST_INTERVAL, POLL_INTERVAL / speed);
  const settings = {
    poll: { interval: milliseconds(interval) },
    limits: { resources: 10_000 },
    rpo: { default: milliseconds(OBJECTIVE / speed) },
    projects: [
      {
        name: 'demo',
        region: cloud.account.region,
        iam_endpoint: cloud.origin,
        credentials: {
          type: 'password',
          user: cloud.account.user,
          domain: cloud.account.domain,
          password: cloud.account.password,
        },
        services: [
          { type: 'ges', endpoint: cloud.origin },
          { type: 'gaussdb-mysql', endpoint: cloud.origin },
        ],
      },
    ],
  };
  try {
    const loadConfig = async () => parseConfig(JSON.stringify(settings), 'demo');
    return await runExporter({ flags, terminal, log, loadConfig });
  } finally {
    await cloud.stop();
  }
}

const milliseconds = (seconds: number): string => `${Math.max(1, Math.round(seconds * 1000))}ms`;
