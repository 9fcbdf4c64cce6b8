import type { FaultRule, SimulatedFault, SimulatedOperation, SimulatedService, Undo } from './options.ts';

export interface FaultInjection {
  readonly inject: (rule: FaultRule) => Undo;
  /** The fault for this call, which counts as one; undefined for none. */
  readonly take: (
    service: SimulatedService | undefined,
    operation: SimulatedOperation,
  ) => SimulatedFault | undefined;
}

export const createFaultInjection = (): FaultInjection => {
  let active: readonly { readonly rule: FaultRule; skip: number; times: number }[] = [];
  return {
    inject: (rule) => {
      const entry = { rule, skip: rule.skip ?? 0, times: rule.times ?? Number.POSITIVE_INFINITY };
      active = [...active, entry];
      return () => {
        active = active.filter((other) => other !== entry);
      };
    },
    take: (service, operation) => {
      for (const entry of active) {
        const { match, fault } = entry.rule;
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
