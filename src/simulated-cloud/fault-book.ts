import type { FaultOrder, SimulatedFault, SimulatedOperation, SimulatedService, Undo } from './options.ts';

/** The faults that are ordered. */
export interface FaultBook {
  readonly order: (order: FaultOrder) => Undo;
  /** The fault that befalls this call, which is counted; undefined for none. */
  readonly take: (
    service: SimulatedService | undefined,
    operation: SimulatedOperation,
  ) => SimulatedFault | undefined;
}

interface OpenOrder {
  readonly order: FaultOrder;
  skip: number;
  times: number;
}

/** No faults yet. */
export const createFaultBook = (): FaultBook => {
  let open: readonly OpenOrder[] = [];
  return {
    order: (order) => {
      const entry = { order, skip: order.skip ?? 0, times: order.times ?? Number.POSITIVE_INFINITY };
      open = [...open, entry];
      return () => {
        open = open.filter((other) => other !== entry);
      };
    },
    take: (service, operation) => {
      for (const entry of open) {
        const { match, fault } = entry.order;
        const matches =
          (match.service ?? service) === service && (match.operation ?? operation) === operation;
        if (matches && entry.skip > 0) {
          entry.skip -= 1;
        } else if (matches && entry.times > 0) {
          entry.times -= 1;
          return fault;
        }
      }
      return undefined;
    },
  };
};
