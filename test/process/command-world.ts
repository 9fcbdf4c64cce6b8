import { onTestFinished } from 'vitest';
import {
  type SimulatedCloud,
  type SimulatedCloudOptions,
  startSimulatedCloud,
} from '../../src/simulated-cloud/simulated-cloud.ts';
import { type ConfigurationParts, configurationFor } from '../support/configuration.ts';
import { temporaryDirectory } from '../support/exporter-process.ts';

/** A simulated cloud that is stopped when the test ends. */
export async function cloudFor(options: Partial<SimulatedCloudOptions> = {}): Promise<SimulatedCloud> {
  const cloud = await startSimulatedCloud(options);
  onTestFinished(cloud.stop);
  return cloud;
}

/** Files of a test, removed when it ends. */
export async function filesFor() {
  const files = await temporaryDirectory();
  onTestFinished(files.remove);
  return files;
}

/** Writes a configuration for a cloud, with the limits of time of a real one, and gives its path. */
export async function configFor(
  cloud: Pick<SimulatedCloud, 'origin' | 'account'>,
  parts: ConfigurationParts = {},
): Promise<string> {
  return (await filesFor()).write('config.yml', configurationFor(cloud, { interval: '5m', ...parts }));
}
