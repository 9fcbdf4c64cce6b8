import type { Registry } from 'prom-client';
import { Counter } from './prom-client.ts';

const MICROSECONDS_PER_SECOND = 1_000_000;

/** Serves the CPU time of the process, by prom-client's own names. */
export function collectCpuMetrics(registry: Registry): void {
  const counter = (name: string, help: string, collect?: () => void) =>
    new Counter({ name, help, registers: [registry], ...(collect && { collect }) });
  const user = counter('process_cpu_user_seconds_total', 'Total user CPU time spent in seconds.', () => {
    const used = process.cpuUsage();
    const values = [
      [user, used.user],
      [system, used.system],
      [both, used.user + used.system],
    ] as const;
    for (const [metric, microseconds] of values) {
      metric.reset();
      metric.inc(microseconds / MICROSECONDS_PER_SECOND);
    }
  });
  const system = counter('process_cpu_system_seconds_total', 'Total system CPU time spent in seconds.');
  const both = counter('process_cpu_seconds_total', 'Total user and system CPU time spent in seconds.');
}
