import { type FinishedCounts, finishedIds } from '../state/finished.ts';
import type { KnownResource } from '../state/known-resource.ts';
import type { Origin } from '../state/origin.ts';
import { NO_BACKUPS } from '../state/resource-facts.ts';
import type { ServiceState } from '../state/service-state.ts';

const IDS_PER_LINE = 500;

type Line = readonly [kind: string, ...rest: unknown[]];

/**
 * The part of a state that survives a restart, enough to continue counting and to remember all resources: lines of
 * JSON, each `[kind, …]`, of about 20 KB at most.
 */
export function* stateLines(state: ServiceState): Generator<string> {
  for (const line of linesOf(state)) yield `${JSON.stringify(line)}\n`;
}

/** Parses the output of {@link stateLines}. */
export function readState(text: string): ServiceState {
  const lines = text.split('\n').filter((line) => line !== '');
  const resources = new Map<string, KnownResource>();
  const excluded = new Map<string, KnownResource>();
  const counts = new Map<string, FinishedCounts>();
  const listed = new Set<string>();
  const departed = new Set<string>();
  const uncounted = new Set<string>();
  const ids: Readonly<Record<string, Set<string>>> = { finished: listed, departed, uncounted };
  let origin: Origin = { projectId: undefined, endpoint: '' };
  let inventoryWasRead = false;

  for (const [kind, ...rest] of lines.map((line) => JSON.parse(line) as Line)) {
    switch (kind) {
      case 'service':
        [origin, inventoryWasRead] = rest as [Origin, boolean];
        break;
      case 'resource':
      case 'excluded': {
        const resource = restoredResource(rest[0] as SavedResource);
        (kind === 'resource' ? resources : excluded).set(resource.id, resource);
        break;
      }
      case 'counts': {
        const [id, succeeded, failed] = rest as [string, number, number];
        counts.set(id, { succeeded, failed });
        break;
      }
      default:
        for (const id of rest as readonly string[]) ids[kind]?.add(id);
    }
  }
  const ledger = { listed, open: new Set<string>(), departed, counts };
  const unknown = { overLimit: 0, unlisted: 0, failedRuns: [], firstEnds: new Map() };
  return { ...unknown, origin, resources, excluded, ledger, uncounted, inventoryWasRead };
}

function* linesOf({
  origin,
  inventoryWasRead,
  resources,
  excluded,
  ledger,
  uncounted,
}: ServiceState): Generator<Line> {
  yield ['service', origin, inventoryWasRead];
  for (const resource of resources.values()) yield ['resource', savedResource(resource)];
  for (const resource of excluded.values()) yield ['excluded', savedResource(resource)];
  for (const [id, { succeeded, failed }] of ledger.counts) yield ['counts', id, succeeded, failed];
  yield* idLines('finished', finishedIds(ledger));
  yield* idLines('departed', ledger.departed);
  yield* idLines('uncounted', uncounted);
}

function* idLines(kind: string, ids: Iterable<string>): Generator<Line> {
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

// The first poll brings the facts again; only the name in the rows is compared with the known one.
const savedResource = ({ facts, unread: _, ...resource }: KnownResource) => ({
  ...resource,
  rowName: facts?.name,
});

type SavedResource = ReturnType<typeof savedResource>;

function restoredResource({ rowName, ...resource }: SavedResource): KnownResource {
  const facts = rowName === undefined ? undefined : { ...NO_BACKUPS, name: rowName };
  return { ...resource, listing: resource.listing, facts, unread: true };
}
