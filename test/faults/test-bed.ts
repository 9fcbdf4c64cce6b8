import { type SimulatedCloud, startSimulatedCloud } from '../../src/services/simulated-cloud.ts';
import { createAuthority } from '../cloud/certificates.ts';
import { configurationFor, passwordOf } from '../support/configuration.ts';
import type { Call } from './calls.ts';
import { createExporterUnderTest, createTestClock, type ExporterUnderTest } from './exporter-under-test.ts';
import { type Identity, type Relay, startRelay } from './relay.ts';

/** The time of the test bed. */
export const NOW = 1_704_326_400;

/** The certificate that the client trusts, and two that it must reject. */
export interface Certificates {
  readonly authorityFile: string;
  readonly identities: Readonly<Record<'trusted' | 'another host' | 'another authority', Identity>>;
  readonly remove: () => Promise<void>;
}

/** A cloud behind an HTTPS endpoint each for IAM, GES and GaussDB, another cloud, and an exporter that polls both. */
export interface TestBed {
  readonly cloud: SimulatedCloud;
  readonly relays: Readonly<Record<'iam' | 'ges' | 'gaussdb', Relay>>;
  readonly exporter: ExporterUnderTest;
  readonly certificates: Certificates;
  /** The configuration of both projects, `prod` and `other`, with this request timeout. */
  readonly configuration: (requestTimeout: string) => string;
  /** Sets the deadline of polls, in milliseconds of real time. */
  readonly limitPolls: (milliseconds: number) => void;
  readonly stop: () => Promise<void>;
}

/** A timeout that only a request without a response reaches. */
export const LONG_TIMEOUT = '20s';

let timeout = 20_000;

/** A similar timeout that no configuration had before: a project with unchanged settings keeps its token. */
export const anotherTimeout = (): string => {
  timeout += 1;
  return `${timeout}ms`;
};

const LONG_POLL_MILLISECONDS = 60_000;
const SMALL_PAGE_ROWS = 7;

/** Creates certificates for loopback. */
export async function makeCertificates(): Promise<Certificates> {
  const [authority, stranger] = await Promise.all([createAuthority(), createAuthority()]);
  const identities = {
    trusted: await authority.issue('IP:127.0.0.1'),
    'another host': await authority.issue('DNS:elsewhere.test'),
    'another authority': await stranger.issue('IP:127.0.0.1'),
  };
  await stranger.remove();
  return { authorityFile: authority.file, identities, remove: authority.remove };
}

/** Starts everything and polls once. */
export async function startTestBed(
  certificates: Certificates,
  { gesVersion, fromSecondPage }: Pick<Call, 'gesVersion' | 'fromSecondPage'>,
): Promise<TestBed> {
  const clock = createTestClock(NOW);
  let pollMilliseconds = LONG_POLL_MILLISECONDS;
  const cloud = await startSimulatedCloud({
    counts: { ges: 8, 'gaussdb-mysql': 3 },
    clock: () => NOW,
    pageLimit: fromSecondPage ? SMALL_PAGE_ROWS : undefined,
  });
  const other = await startSimulatedCloud({
    counts: { ges: 2, 'gaussdb-mysql': 2 },
    clock: () => NOW,
    seed: 2,
  });
  const [iam, ges, gaussdb] = await Promise.all([
    startRelay(cloud.origin, certificates.identities.trusted),
    startRelay(cloud.origin, certificates.identities.trusted),
    startRelay(cloud.origin, certificates.identities.trusted),
  ]);
  const exporter = createExporterUnderTest({ clock, deadline: () => pollMilliseconds });
  const configuration = (requestTimeout: string): string =>
    configurationFor(cloud, {
      interval: '5m',
      poll: { request_timeout: requestTimeout },
      project: { iam_endpoint: iam.origin, ca_file: certificates.authorityFile },
      services: [
        { type: 'ges', endpoint: ges.origin, api_version: gesVersion },
        { type: 'gaussdb-mysql', endpoint: gaussdb.origin },
      ],
      moreProjects: [
        {
          name: 'other',
          region: other.account.region,
          iam_endpoint: other.origin,
          credentials: passwordOf(other),
          services: [
            { type: 'ges', endpoint: other.origin },
            { type: 'gaussdb-mysql', endpoint: other.origin },
          ],
        },
      ],
    });
  await exporter.apply(configuration(LONG_TIMEOUT));
  await exporter.poll();
  return {
    cloud,
    relays: { iam, ges, gaussdb },
    exporter,
    certificates,
    configuration,
    limitPolls: (milliseconds) => {
      pollMilliseconds = milliseconds;
    },
    stop: async () => {
      await exporter.stop();
      await Promise.all([iam, ges, gaussdb].map((relay) => relay.stop()));
      await Promise.all([cloud.stop(), other.stop()]);
    },
  };
}
