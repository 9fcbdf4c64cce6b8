import { type SimulatedCloud, startSimulatedCloud } from '../../src/services/simulated-cloud.ts';
import { createAuthority } from '../cloud/certificates.ts';
import { configurationFor, passwordOf } from '../support/configuration.ts';
import type { Call } from './calls.ts';
import { createExporterUnderTest, createTestClock, type ExporterUnderTest } from './exporter-under-test.ts';
import { type Identity, type Relay, startRelay } from './relay.ts';

/** When everything on the stage happens. */
export const NOW = 1_704_326_400;

/** The certificate that the client trusts, and two that it must not. */
export interface Certificates {
  readonly authorityFile: string;
  readonly identities: Readonly<Record<'right' | 'another host' | 'another authority', Identity>>;
  readonly remove: () => Promise<void>;
}

/** A cloud behind one HTTPS endpoint each for IAM, GES and GaussDB, another cloud, and an exporter that polls both. */
export interface Stage {
  readonly cloud: SimulatedCloud;
  readonly relays: Readonly<Record<'iam' | 'ges' | 'gaussdb', Relay>>;
  readonly exporter: ExporterUnderTest;
  readonly certificates: Certificates;
  /** The configuration of both projects, `prod` and `other`, with this limit for a request. */
  readonly configuration: (requestTimeout: string) => string;
  /** Real milliseconds that polls have from now on. */
  readonly limitPolls: (milliseconds: number) => void;
  readonly stop: () => Promise<void>;
}

/** A limit that no request reaches unless it gets no answer. */
export const PATIENT = '20s';

let patience = 20_000;

/** A limit as patient that no configuration had before: a project that is reached as before keeps its token. */
export const anotherPatience = (): string => {
  patience += 1;
  return `${patience}ms`;
};

const LONG_POLL_MILLISECONDS = 60_000;
const ROWS_OF_A_SMALL_PAGE = 7;

/** Makes certificates for loopback. */
export async function makeCertificates(): Promise<Certificates> {
  const [authority, stranger] = await Promise.all([createAuthority(), createAuthority()]);
  const identities = {
    right: await authority.issue('IP:127.0.0.1'),
    'another host': await authority.issue('DNS:elsewhere.test'),
    'another authority': await stranger.issue('IP:127.0.0.1'),
  };
  await stranger.remove();
  return { authorityFile: authority.file, identities, remove: authority.remove };
}

/** Starts everything, with one poll done. */
export async function setStage(
  certificates: Certificates,
  { gesVersion, fromSecondPage }: Pick<Call, 'gesVersion' | 'fromSecondPage'>,
): Promise<Stage> {
  const clock = createTestClock(NOW);
  let pollMilliseconds = LONG_POLL_MILLISECONDS;
  const cloud = await startSimulatedCloud({
    graphs: 8,
    instances: 3,
    clock: () => NOW,
    pageLimit: fromSecondPage ? ROWS_OF_A_SMALL_PAGE : undefined,
  });
  const other = await startSimulatedCloud({ graphs: 2, instances: 2, clock: () => NOW, seed: 2 });
  const [iam, ges, gaussdb] = await Promise.all([
    startRelay(cloud.origin, certificates.identities.right),
    startRelay(cloud.origin, certificates.identities.right),
    startRelay(cloud.origin, certificates.identities.right),
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
  await exporter.apply(configuration(PATIENT));
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
