import { type Clock, type Seconds, seconds, type UnixSeconds } from '../../domain/quantities.ts';

/** A request that waits for its response. */
export interface InFlight {
  readonly project: string;
  /** Host and port. */
  readonly host: string;
  /** `list_backups`, `sign_in`, … */
  readonly operation: string;
}

/** The requests of a command that wait for their responses. */
export interface InFlightRequests {
  /** Notes that a request is sent; the returned function notes that it has ended. */
  readonly begin: (request: InFlight) => () => void;
  /** The one that waits longest, and since when; undefined where none waits. */
  readonly longest: () => (InFlight & { readonly waited: Seconds }) | undefined;
}

/** Keeps the requests that wait for their responses. */
export function createInFlightRequests(clock: Clock): InFlightRequests {
  const sent = new Map<InFlight, UnixSeconds>();
  return {
    begin: (request) => {
      const mine = { ...request };
      sent.set(mine, clock());
      return () => void sent.delete(mine);
    },
    longest: () => {
      // A map keeps the order in which it was filled.
      const [first] = sent;
      return first && { ...first[0], waited: seconds(Math.max(0, clock() - first[1])) };
    },
  };
}
