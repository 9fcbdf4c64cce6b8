import { type Clock, type Seconds, seconds, type UnixSeconds } from '../../domain/quantities.ts';

/** A request that waits for its response. */
export interface InFlight {
  readonly project: string;
  /** Host and port. */
  readonly host: string;
  /** `list_backups`, `sign_in`, … */
  readonly operation: string;
}

/** The pending requests of a command. */
export interface InFlightRequests {
  /** To be called when a request is sent; the returned function, when it has ended. */
  readonly begin: (request: InFlight) => () => void;
  /** The request that has waited longest; undefined if none is pending. */
  readonly longest: () => (InFlight & { readonly waited: Seconds }) | undefined;
}

export function createInFlightRequests(clock: Clock): InFlightRequests {
  const sent = new Map<InFlight, UnixSeconds>();
  return {
    begin: (request) => {
      const mine = { ...request };
      sent.set(mine, clock());
      return () => void sent.delete(mine);
    },
    longest: () => {
      // A map keeps insertion order.
      const [first] = sent;
      return first && { ...first[0], waited: seconds(Math.max(0, clock() - first[1])) };
    },
  };
}
