import { OWN_REFUSALS } from './authorization.ts';
import type { CloudState, ReplaceableList } from './cloud-state.ts';
import { createFaultInjection } from './fault-injection.ts';
import { createIdentity } from './identity.ts';
import { createJobs } from './jobs.ts';
import { inventoryOf } from './listing.ts';
import type { PageRequest, SimulatedCloud, SimulatedCloudOptions, VerbatimList } from './options.ts';
import { createRequestLog } from './request-log.ts';
import { openServer } from './server.ts';
import type { SimulatedApi } from './service.ts';
import { createWorld } from './world.ts';
import { worldControls } from './world-controls.ts';

export type * from './options.ts';

type PageHook = (page: PageRequest) => void | Promise<void>;

const HISTORY_DAYS = 10;
const DAY = 86_400;

const complete = (given: Partial<SimulatedCloudOptions>): SimulatedCloudOptions => {
  const speed = given.speed ?? 1;
  const region = given.region ?? 'cn-north-4';
  const options: SimulatedCloudOptions = {
    counts: undefined,
    characters: true,
    seed: 1,
    failureRate: 0,
    clock: () => Date.now() / 1000,
    history: (HISTORY_DAYS * DAY) / speed,
    projectId: '0d5f2a8c41b94e7ea6c3f1d2b7e89a04',
    pageLimit: undefined,
    listOrder: 'newest-first',
    manualBackupQuota: 10,
    tokenLife: DAY,
    tokenLength: 6000,
    passwordExpiresAt: undefined,
    temporaryKeyLife: 6 * 3600,
    metadataSession: 'optional',
    requestLog: 10_000,
    port: 0,
    tls: undefined,
    ...given,
    speed,
    region,
    projectName: given.projectName ?? region,
  };
  if (!(options.speed > 0) || !Number.isFinite(options.speed)) {
    throw new RangeError('speed must be a number above 0');
  }
  if (!Number.isSafeInteger(options.tokenLength) || options.tokenLength < 64) {
    throw new RangeError('tokenLength must be at least 64');
  }
  return options;
};

/** Starts a cloud on loopback. Rejects with a RangeError if an option is out of range, or if the port is in use. */
export const startCloud = async (
  apis: readonly SimulatedApi[],
  given: Partial<SimulatedCloudOptions> = {},
): Promise<SimulatedCloud> => {
  const options = complete(given);
  const populations = apis.map((api) => ({
    api,
    count: (options.counts === undefined ? api.defaultCount : options.counts[api.type]) ?? 0,
  }));
  const world = createWorld(options, populations, options.clock());
  const identity = createIdentity(options);
  const faults = createFaultInjection();
  const log = createRequestLog(options.requestLog);
  const verbatim = new Map<ReplaceableList, VerbatimList>();
  const hooks = new Set<PageHook>();
  let skew = 0;

  const current = (): typeof world => {
    world.advance(options.clock());
    return world;
  };
  const cloud: CloudState = {
    options,
    identity,
    jobs: createJobs(options.speed),
    world: current,
    now: () => options.clock() + skew,
    refusals: Object.assign({}, OWN_REFUSALS, ...apis.map(({ refusals }) => refusals)),
    verbatim,
    beforePage: async (page) => {
      for (const hook of hooks) await hook(page);
    },
  };
  const replace = (name: ReplaceableList, list: VerbatimList | undefined): void => {
    if (list) {
      verbatim.set(name, list);
    } else {
      verbatim.delete(name);
    }
  };
  const server = await openServer({ cloud, apis, faults, log: log.add });

  return {
    ...worldControls(
      current,
      apis.map(({ kind }) => kind),
    ),
    origin: server.origin,
    endpointOf: (type) => `${server.origin}${apis.find((api) => api.type === type)?.prefix ?? ''}`,
    account: identity.account,
    requests: log.requests,
    clearRequests: log.clear,
    inject: faults.inject,
    betweenPages: (hook) => {
      hooks.add(hook);
      return () => {
        hooks.delete(hook);
      };
    },
    setBackups: replace,
    setInventory: (service, list) => replace(inventoryOf(service), list),
    issueToken: () => identity.issueToken(options.projectId, cloud.now()).text,
    revokeTokens: identity.revokeTokens,
    revokeTemporaryKeys: identity.revokeTemporaryKeys,
    changePassword: identity.changePassword,
    changeSecretKey: identity.changeSecretKey,
    changeIdToken: identity.changeIdToken,
    grant: identity.grant,
    deny: identity.deny,
    skewClock: (seconds) => {
      skew = seconds;
    },
    unplug: server.close,
    plugIn: server.open,
    stop: server.close,
  };
};
