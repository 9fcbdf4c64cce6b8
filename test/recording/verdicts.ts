import { verdictOf } from '../../scripts/generate-evidence-docs.ts';
import { parseRecording } from '../../src/recording/recording.ts';
import { assumptionsOf } from '../../src/services/assumptions.ts';
import { serviceOf } from '../../src/services/index.ts';
import { record } from './check.ts';
import { type Difference, type OtherService, startOtherCloud } from './other-cloud.ts';

/** The verdicts on the assumptions about a service in a recording of a different cloud. */
export async function verdictsOn(
  account: OtherService,
  difference: Difference = {},
): Promise<Readonly<Record<string, string>>> {
  const { configuration } = await startOtherCloud(account, difference);
  const recording = parseRecording((await record(configuration)).text);
  const service = serviceOf(account.type);
  return Object.fromEntries(
    assumptionsOf(service).map((assumption) => [assumption.id, verdictOf(assumption, service, recording)]),
  );
}

export const disprovedIn = (verdicts: Readonly<Record<string, string>>): readonly string[] =>
  Object.keys(verdicts).filter((id) => verdicts[id]?.startsWith('**disproved**'));
