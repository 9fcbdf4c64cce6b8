import { alertsAt, type ReceivedAlert, type Server } from './servers.ts';

/** What one alert of one fault did, in seconds. */
interface Sighting {
  readonly alert: string;
  readonly firedAfter: number;
  readonly endedAfter: number | undefined;
}

/** A row of the table of faults. */
export interface FaultRow {
  readonly fault: string;
  readonly sightings: readonly Sighting[];
}

/** Looks at an Alertmanager all the time. An alert is called `Failed orders`: its short name and its subject. */
export interface Watch extends AsyncDisposable {
  /** The alerts that are there now. */
  readonly now: () => readonly string[];
  /** Every alert that has been there since the last call. */
  readonly seen: () => readonly string[];
  /** How often an alert has come so far. */
  readonly comings: (alert: string) => number;
  /** All alerts as they were last received. */
  readonly received: () => readonly ReceivedAlert[];
}

const LOOK_EVERY_MS = 200;

/** The short name of an alert and what it is about. */
function nameOf({ labels }: Pick<ReceivedAlert, 'labels'>): string {
  const short = (labels['alertname'] ?? '').replace('HuaweiCloudBackup', '');
  const subject =
    labels['resource_name'] ??
    ([labels['project'], labels['cloud_service']].filter((label) => label !== undefined).join(' ') ||
      labels['job']);
  return `${short} ${subject}`;
}

/** Begins to watch. */
export function watch(alertmanager: Server): Watch {
  let current = new Map<string, ReceivedAlert>();
  let seen = new Set<string>();
  const comings = new Map<string, number>();
  const last = new Map<string, ReceivedAlert>();
  let isWatching = true;

  const look = async (): Promise<void> => {
    const alerts = await alertsAt(alertmanager);
    const next = new Map(alerts.map((alert) => [nameOf(alert), alert]));
    for (const [name, alert] of next) {
      if (!current.has(name)) comings.set(name, (comings.get(name) ?? 0) + 1);
      seen.add(name);
      last.set(name, alert);
    }
    current = next;
  };
  const watching = (async () => {
    while (isWatching) {
      await look();
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  })();
  // The wait for an alert fails with what is known; the reason of a failed look is told at the end.
  watching.catch(() => undefined);

  return {
    now: () => [...current.keys()].toSorted(),
    seen: () => {
      const names = [...seen].toSorted();
      seen = new Set(current.keys());
      return names;
    },
    comings: (alert) => comings.get(alert) ?? 0,
    received: () => [...last.values()],
    [Symbol.asyncDispose]: async () => {
      isWatching = false;
      await watching;
    },
  };
}

/** Waits until something is so. Rejects after that many seconds with what was waited for and what is so instead. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  withinSeconds: number,
  describe: () => string,
): Promise<void> {
  const start = performance.now();
  while (!(await isSo())) {
    if (performance.now() - start > withinSeconds * 1000) {
      throw new Error(`not within ${withinSeconds} s: ${describe()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A fault under way: what it makes fire, and when that ends. */
export interface FaultStory {
  /** Waits until all of these alerts have fired. */
  readonly fires: (alerts: readonly string[], withinSeconds: number) => Promise<void>;
  /** Waits until all of these alerts have ended, counted from now: the cause has just gone. */
  readonly end: (alerts: readonly string[], withinSeconds: number) => Promise<void>;
  readonly row: () => FaultRow;
}

/** Begins the story of a fault that is ordered now. */
export function faultStory(fault: string, watched: Watch): FaultStory {
  const start = performance.now();
  const secondsSince = (moment: number) => (performance.now() - moment) / 1000;
  const sightings = new Map<string, Sighting>();
  const describe = (wanted: string, alerts: readonly string[]) => () =>
    `${fault}: ${alerts.join(', ')} to ${wanted}; there are ${watched.now().join(', ') || 'no alerts'}`;
  return {
    fires: async (alerts, withinSeconds) => {
      const hasFired = () => {
        const now = watched.now();
        for (const alert of alerts) {
          if (now.includes(alert) && !sightings.has(alert)) {
            sightings.set(alert, { alert, firedAfter: secondsSince(start), endedAfter: undefined });
          }
        }
        return alerts.every((alert) => sightings.has(alert));
      };
      await until(hasFired, withinSeconds, describe('fire', alerts));
    },
    end: async (alerts, withinSeconds) => {
      const causeGone = performance.now();
      const hasEnded = () => {
        const now = watched.now();
        for (const alert of alerts) {
          const sighting = sightings.get(alert);
          if (sighting !== undefined && sighting.endedAfter === undefined && !now.includes(alert)) {
            sightings.set(alert, { ...sighting, endedAfter: secondsSince(causeGone) });
          }
        }
        return alerts.every((alert) => sightings.get(alert)?.endedAfter !== undefined);
      };
      await until(hasEnded, withinSeconds, describe('end', alerts));
    },
    row: () => ({ fault, sightings: [...sightings.values()] }),
  };
}

/** The table of faults as text. */
export function faultTable(rows: readonly FaultRow[]): string {
  const cells = [
    ['fault', 'alert', 'fired after', 'ended after its cause'],
    ...rows.flatMap(({ fault, sightings }) =>
      sightings.length === 0
        ? [[fault, 'none', '', '']]
        : sightings.map(({ alert, firedAfter, endedAfter }, index) => [
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
