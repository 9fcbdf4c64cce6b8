import type { SimulatedCloud, SimulatedCloudOptions } from '../simulated-cloud/options.ts';
import { startCloud } from '../simulated-cloud/simulated-cloud.ts';
import { SERVICES } from './index.ts';

export type * from '../simulated-cloud/options.ts';

/** Starts a cloud with every service on loopback. Rejects with a RangeError if an option is out of range, or if the port is in use. */
export const startSimulatedCloud = async (
  options: Partial<SimulatedCloudOptions> = {},
): Promise<SimulatedCloud> =>
  await startCloud(await Promise.all(SERVICES.map(({ simulated }) => simulated())), options);
