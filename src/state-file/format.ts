import { crc32 } from 'node:zlib';
import { type FinishedCounts, finishedIds } from '../state/finished.ts';
import type { KnownResource } from '../state/known-resource.ts';
import type { Pace } from '../state/pace.ts';
import { NO_BACKUPS } from '../state/resource-facts.ts';
import type { ServiceState } from '../state/service-state.ts';

/** What outlives a restart: of each service, by its key, enough to go on counting and to miss no resource. */
export type SavedStates = ReadonlyMap<string, ServiceState>;

/** What came of reading the text of a state file. */
export type SavedStatesReading =
  | { readonly kind: 'read'; readonly states: SavedStates }
  | { readonly kind: 'unreadable'; readonly reason: string };

const FORMAT = 'huaweicloud-backup-exporter state';
const VERSION = 1;
const IDS_PER_LINE = 500;

/**
 * Writes the states as lines of JSON: a header, lines of `[kind, …]` for each service, and the CRC-32 of all
 * before it. Yields pieces of text.
 */
export async function* writeStates(states: SavedStates, pace: Pace): AsyncGenerator<string> {
  let checksum = 0;
  for (const line of stateLines(states)) {
    await pace();
    const text = `${JSON.stringify(line)}\n`;
    checksum = crc32(text, checksum);
    yield text;
  }
  yield `${JSON.stringify(['end', checksum])}\n`;
}

/** Reads what {@link writeStates} wrote. A text that is cut, changed, foreign or of a newer version is unreadable. */
export function readStates(text: string): SavedStatesReading {
  const unreadable = (reason: string): SavedStatesReading => ({ kind: 'unreadable', reason });
  const endAt = text.lastIndexOf('\n', text.length - 2) + 1;
  const lines = parseLines(text);
  const header = lines?.[0];
  if (lines === undefined || header?.[0] !== 'state' || header[1] !== FORMAT)
    return unreadable('it is not a whole state file of this exporter');
  if (header[2] !== VERSION)
    return unreadable(`its version is ${String(header[2])}, this exporter reads ${VERSION}`);
  const end = lines.at(-1);
  if (end?.[0] !== 'end' || end[1] !== crc32(text.slice(0, endAt)))
    return unreadable('it is damaged: its checksum does not fit');
  return { kind: 'read', states: statesOf(lines.slice(1, -1)) };
}

type Line = readonly [kind: string, ...rest: unknown[]];

function* stateLines(states: SavedStates): Generator<Line> {
  yield ['state', FORMAT, VERSION];
  for (const [key, { origin, resources, excluded, ledger, inventoryWasRead, uncounted }] of states) {
    yield ['service', key, inventoryWasRead, origin];
    for (const resource of resources.values()) yield ['resource', savedResource(resource)];
    for (const resource of excluded.values()) yield ['excluded', savedResource(resource)];
    for (const [resourceId, { succeeded, failed }] of ledger.counts)
      yield ['counts', resourceId, succeeded, failed];
    yield* idLines('finished', finishedIds(ledger));
    yield* idLines('departed', ledger.departed);
    yield* idLines('uncounted', uncounted);
  }
}

function* idLines(kind: 'finished' | 'departed' | 'uncounted', ids: Iterable<string>): Generator<Line> {
  let group: string[] = [];
  for (const id of ids) {
    group.push(id);
    if (group.length === IDS_PER_LINE) {
      yield [kind, ...group];
      group = [];
    }
  }
  if (group.length > 0) yield [kind, ...group];
}

function parseLines(text: string): readonly Line[] | undefined {
  try {
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);
  } catch {
    return undefined;
  }
}

// Facts come anew from the first poll; of them only the name in the rows is compared with what was known.
const savedResource = ({ id, name, exists, listing, facts }: KnownResource) => ({
  id,
  name,
  exists,
  listing,
  rowName: facts?.name,
});

function restoredResource(saved: unknown): KnownResource {
  const { id, name, exists, listing, rowName } = saved as ReturnType<typeof savedResource>;
  const facts = rowName === undefined ? undefined : { ...NO_BACKUPS, name: rowName };
  return { id, name, exists, listing, facts, unread: true };
}

interface ServiceInTheMaking {
  readonly resources: Map<string, KnownResource>;
  readonly excluded: Map<string, KnownResource>;
  readonly listed: Set<string>;
  readonly departed: Set<string>;
  readonly counts: Map<string, FinishedCounts>;
  readonly uncounted: Set<string>;
}

// The checksum has vouched for the lines: what they hold is what was written.
function statesOf(lines: readonly Line[]): SavedStates {
  const states = new Map<string, ServiceState>();
  let service: ServiceInTheMaking | undefined;
  for (const [kind, ...rest] of lines) {
    if (kind === 'service') {
      const [key, inventoryWasRead, origin] = rest as [string, boolean, ServiceState['origin']];
      service = {
        resources: new Map(),
        excluded: new Map(),
        listed: new Set(),
        departed: new Set(),
        counts: new Map(),
        uncounted: new Set(),
      };
      const { resources, excluded, uncounted, ...ledger } = service;
      states.set(key, {
        origin,
        resources,
        ledger: { ...ledger, open: new Set() },
        inventoryWasRead,
        uncounted,
        overLimit: 0,
        excluded,
        unlisted: 0,
      });
    } else if (service !== undefined) {
      readLine(service, kind, rest);
    }
  }
  return states;
}

function readLine(service: ServiceInTheMaking, kind: string, rest: readonly unknown[]): void {
  switch (kind) {
    case 'resource':
    case 'excluded': {
      const resource = restoredResource(rest[0]);
      (kind === 'resource' ? service.resources : service.excluded).set(resource.id, resource);
      break;
    }
    case 'counts': {
      const [id, succeeded, failed] = rest as [string, number, number];
      service.counts.set(id, { succeeded, failed });
      break;
    }
    case 'finished':
      for (const id of rest as readonly string[]) service.listed.add(id);
      break;
    case 'uncounted':
      for (const id of rest as readonly string[]) service.uncounted.add(id);
      break;
    case 'departed':
      for (const id of rest as readonly string[]) service.departed.add(id);
      break;
  }
}
