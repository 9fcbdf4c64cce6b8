import type { Pace } from '../state/pace.ts';
import type { ServedService } from '../state/served.ts';
import { type CompressedSamples, compressSamples } from './compress.ts';
import { encodeSamples } from './encode.ts';
import { EMPTY_PUBLICATION, joinServices, type Publication } from './publication.ts';

/** Keeps the resource series ready to be sent: rendered and compressed when a poll brings them, not when they are scraped. */
export interface Publisher {
  /** Replaces the series of a service; resolves when they are what `current` gives. */
  readonly publish: (key: string, service: ServedService) => Promise<void>;
  /** Drops the series of a service; resolves when `current` no longer gives them. */
  readonly withdraw: (key: string) => Promise<void>;
  readonly current: () => Publication;
}

/** A publisher without any series. `createPace` gives each piece of work its own pace. */
export function createPublisher(createPace: () => Pace): Publisher {
  const services = new Map<string, CompressedSamples>();
  let current = EMPTY_PUBLICATION;
  let joining = Promise.resolve();
  let joinIsPlanned = false;

  // Services that finish while a join is under way share the next one.
  const join = (): Promise<void> => {
    if (!joinIsPlanned) {
      joinIsPlanned = true;
      joining = joining.then(async () => {
        joinIsPlanned = false;
        current = await joinServices([...services.values()], createPace());
      });
    }
    return joining;
  };

  return {
    publish: async (key, service) => {
      const pace = createPace();
      const before = services.get(key) ?? [];
      services.set(key, await compressSamples(encodeSamples(service, pace), pace, before));
      await join();
    },
    withdraw: async (key) => {
      if (services.delete(key)) await join();
    },
    current: () => current,
  };
}
