import { alertsAt, type ReceivedAlert, type Server } from './servers.ts';

/** When an alert of a fault fired and ended, in seconds. */
interface AlertTiming {
  readonly alert: string;
  readonly firedAfter: number;
  readonly endedAfter: number | undefined;
}

/** A row of the table of faults. */
export interface FaultRow {
  readonly fault: string;
  readonly timings: readonly AlertTiming[];
}

/** Polls an Alertmanager. An alert is named `Failed orders`: its short name and its subject. */
export interface Watch extends AsyncDisposable {
  /** The alerts firing now. */
  readonly now: () => readonly string[];
  /** Every alert that has fired since the last call. */
  readonly seen: () => readonly string[];
  /** How often an alert has started firing. */
  readonly firings: (alert: string) => number;
  /** All alerts, as last received. */
  readonly received: () => readonly ReceivedAlert[];
}

const POLL_INTERVAL_MS = 200;

/** The short name of an alert and what it is about. */
function nameOf({ labels }: Pick<ReceivedAlert, 'labels'>): string {
  const short = (labels['alertname'] ?? '').replace('HuaweiCloudBackup', '');
  const subject =
    labels['resource_name'] ??
    ([labels['project'], labels['cloud_service']].filter((label) => label !== undefined).join(' ') ||
      labels['job']);
  return `${short} ${subject}`;
}

/** Starts polling. */
export function watch(alertmanager: Server): Watch {
  let current = new Map<string, ReceivedAlert>();
  let seen = new Set<string>();
  const firings = new Map<string, number>();
  const last = new Map<string, ReceivedAlert>();
  let isWatching = true;

  const poll = async (): Promise<void> => {
    const alerts = await alertsAt(alertmanager);
    const next = new Map(alerts.map((alert) => [nameOf(alert), alert]));
    for (const [name, alert] of next) {
      if (!current.has(name)) firings.set(name, (firings.get(name) ?? 0) + 1);
      seen.add(name);
      last.set(name, alert);
    }
    current = next;
  };
  const watching = (async () => {
    while (isWatching) {
      await poll();
      await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
    }
  })();
  // The wait for an alert fails first; a failed poll is reported when the watch is disposed.
  watching.catch(() => undefined);

  return {
    now: () => [...current.keys()].toSorted(),
    seen: () => {
      const names = [...seen].toSorted();
      seen = new Set(current.keys());
      return names;
    },
    firings: (alert) => firings.get(alert) ?? 0,
    received: () => [...last.values()],
    [Symbol.asyncDispose]: async () => {
      isWatching = false;
      await watching;
    },
  };
}

/** Waits until a condition is true. Rejects after that many seconds with the description. */
export async function until(
  isTrue: () => boolean | Promise<boolean>,
  withinSeconds: number,
  describe: () => string,
): Promise<void> {
  const start = performance.now();
  while (!(await isTrue())) {
    if (performance.now() - start > withinSeconds * 1000) {
      throw new Error(`not within ${withinSeconds} s: ${describe()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A fault in progress, and the alerts it causes. */
export interface FaultCase {
  /** Waits until all of these alerts have fired. */
  readonly fires: (alerts: readonly string[], withinSeconds: number) => Promise<void>;
  /** Waits until all of these alerts have ended, counted from now, when the cause is removed. */
  readonly end: (alerts: readonly string[], withinSeconds: number) => Promise<void>;
  readonly row: () => FaultRow;
}

/** Starts the case of a fault that is caused now. */
export function startFaultCase(fault: string, watched: Watch): FaultCase {
  const start = performance.now();
  const secondsSince = (time: number) => (performance.now() - time) / 1000;
  const timings = new Map<string, AlertTiming>();
  const describe = (wanted: string, alerts: readonly string[]) => () =>
    `${fault}: ${alerts.join(', ')} to ${wanted}; firing: ${watched.now().join(', ') || 'none'}`;
  return {
    fires: async (alerts, withinSeconds) => {
      const hasFired = () => {
        const now = watched.now();
        for (const alert of alerts) {
          if (now.includes(alert) && !timings.has(alert)) {
            timings.set(alert, { alert, firedAfter: secondsSince(start), endedAfter: undefined });
          }
        }
        return alerts.every((alert) => timings.has(alert));
      };
      await until(hasFired, withinSeconds, describe('fire', alerts));
    },
    end: async (alerts, withinSeconds) => {
      const removedAt = performance.now();
      const hasEnded = () => {
        const now = watched.now();
        for (const alert of alerts) {
          const timing = timings.get(alert);
          if (timing !== undefined && timing.endedAfter === undefined && !now.includes(alert)) {
            timings.set(alert, { ...timing, endedAfter: secondsSince(removedAt) });
          }
        }
        return alerts.every((alert) => timings.get(alert)?.endedAfter !== undefined);
      };
      await until(hasEnded, withinSeconds, describe('end', alerts));
    },
    row: () => ({ fault, timings: [...timings.values()] }),
  };
}

/** The table of faults as text. */
export function faultTable(rows: readonly FaultRow[]): string {
  const cells = [
    ['fault', 'alert', 'fired after', 'ended after its cause'],
    ...rows.flatMap(({ fault, timings }) =>
      timings.length === 0
        ? [[fault, 'none', '', '']]
        : timings.map(({ alert, firedAfter, endedAfter }, index) => [
            index === 0 ? fault : '',
            alert,
            `${firedAfter.toFixed(1)} s`,
            endedAfter === undefined ? '' : `${endedAfter.toFixed(1)} s`,
          ]),
    ),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
