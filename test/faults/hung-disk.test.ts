import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SimulatedCloud, startSimulatedCloud } from '../../src/services/simulated-cloud.ts';
import { configurationFor } from '../support/configuration.ts';
import { createFakeStore, openAt, QUIET } from '../support/saved-states.ts';
import { createExporterUnderTest, createTestClock } from './exporter-under-test.ts';

let cloud: SimulatedCloud;
const clock = createTestClock();
beforeEach(async () => {
  cloud = await startSimulatedCloud({ counts: { ges: 4, 'gaussdb-mysql': 2 }, clock: clock.now });
});
afterEach(() => cloud.stop());

describe('a disk that hangs forever', () => {
  it('blocks neither polls nor a reload nor the shutdown', async () => {
    const store = createFakeStore();
    const stateFile = await openAt('state', QUIET, store);
    const exporter = createExporterUnderTest({ clock, stateFile });
    await exporter.apply(configurationFor(cloud, { interval: '5m' }));
    await exporter.poll();
    store.before = () => new Promise(() => undefined);
    const { id } = cloud.resourceOf('healthy');
    const finished = async (): Promise<number | undefined> =>
      (await exporter.samples()).find(
        ({ name, labels }) =>
          name === 'huaweicloud_backup_finished_total' &&
          labels['resource_id'] === id &&
          labels['result'] === 'succeeded',
      )?.value;

    const counts: (number | undefined)[] = [];
    for (let poll = 0; poll < 3; poll += 1) {
      cloud.startBackup(id);
      cloud.finishBackup(id);
      await exporter.poll();
      counts.push(await finished());
    }
    await exporter.apply(configurationFor(cloud, { interval: '10m' }));
    await exporter.poll();
    counts.push(await finished());
    await exporter.stop();
    await stateFile.close();

    expect(counts).toEqual([1, 2, 3, 3]);
    expect(store.isClosed).toBe(true);
  });
});
