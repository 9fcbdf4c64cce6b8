import { nearest } from '../../config/suggestion.ts';
import type { Backup } from '../../domain/backup.ts';
import { backupsCommand, shellWord } from '../../status/shell.ts';
import { CommandError } from '../command-error.ts';
import { describeService, type FoundResource, type Listed, type OpenService } from '../session.ts';
import { compact, visible } from '../text-table.ts';

/** A service, and a resource that was found in it. */
export interface ResourceInService extends OpenService {
  readonly resource: FoundResource;
}

/** The command of this program that lists the backups of a resource, or waits for one of them. */
export function commandFor(
  action: 'list' | 'wait',
  { project, service, resource, configFile }: ResourceInService,
  ...id: readonly string[]
): string {
  const place = { project: project.name, service: service.type, id: resource.id };
  const more = [...id, ...(configFile === undefined ? [] : ['--config.file', configFile])];
  return [backupsCommand(action, place), ...more.map(shellWord)].join(' ');
}

/**
 * The resource with this id or name. Existing resources take precedence over deleted ones, and ids over names. Throws a
 * {@link CommandError} with the candidates unless there is exactly one.
 */
export async function findResource(
  services: readonly OpenService[],
  wanted: string,
): Promise<ResourceInService> {
  const existing = await listAll(services, (service) => service.inventory());
  const found = onlyMatch(existing, wanted);
  if (found !== undefined) return found;
  const withBackups = await listAll(services, async (service) => {
    const { items, unread } = await service.backups();
    return { items: resourcesOf(items), unread };
  });
  const ids = new Set(existing.found.map(keyOf));
  const known = [...existing.found, ...withBackups.found.filter((candidate) => !ids.has(keyOf(candidate)))];
  const unread = existing.unread.filter(({ service }) =>
    withBackups.unread.some((other) => other.service === service),
  );
  const foundAtLast = onlyMatch({ found: known, unread }, wanted);
  if (foundAtLast !== undefined) return foundAtLast;
  const candidates = matching(known, wanted);
  if (candidates.length > 0) {
    throw refusal(
      wanted,
      ` may match other resources than ${listed(candidates)}, as not everything could be listed (${whyUnread(unread)}); use its id, or --project and --service`,
    );
  }
  const [service, ...others] = services;
  // If the selected service cannot list its resources, what looks like an id is accepted.
  if (service !== undefined && others.length === 0 && existing.unread.length > 0 && ID.test(wanted)) {
    return { ...service, resource: { id: wanted, name: wanted } };
  }
  throw refusal(wanted, `: no resource has this id or name; ${adviceOn(wanted, known, existing.unread)}`);
}

/** The resource with this id or name; undefined without one, or if lists that could not be read may have another. */
function onlyMatch({ found, unread }: Lists, wanted: string): ResourceInService | undefined {
  const matches = matching(found, wanted);
  const isId = matches.some(({ resource }) => resource.id === wanted);
  const [only, ...others] = matches;
  if (unread.length > 0 && !isId) return undefined;
  if (others.length === 0) return only;
  throw refusal(
    wanted,
    ` matches ${matches.length} resources; use an id, with --project and --service if needed: ${listed(matches)}`,
  );
}

const ID = /^(?=.*\d)[\da-z-]{32,64}$/i;

const refusal = (wanted: string, why: string): CommandError =>
  new CommandError(`--resource "${visible(wanted)}"${why}`);

const keyOf = ({ project, service, resource }: ResourceInService): string =>
  JSON.stringify([project.name, service.type, resource.id]);

interface UnreadService extends OpenService {
  readonly reason: string;
}

interface Lists {
  readonly found: readonly ResourceInService[];
  readonly unread: readonly UnreadService[];
}

async function listAll(
  services: readonly OpenService[],
  read: (service: OpenService) => Promise<Listed<FoundResource>>,
): Promise<Lists> {
  const lists = await Promise.all(services.map(async (service) => ({ service, ...(await read(service)) })));
  return {
    found: lists.flatMap(({ service, items }) => items.map((resource) => ({ ...service, resource }))),
    unread: lists.flatMap(({ service, unread: reason }) =>
      reason === undefined ? [] : [{ ...service, reason }],
    ),
  };
}

/** The resource that has the backup with this id. Throws a {@link CommandError} if there is none. */
export async function findOwner(
  services: readonly OpenService[],
  backupId: string,
): Promise<ResourceInService> {
  const { found, unread } = await listAll(services, async (service) => {
    const { items, unread } = await service.backups();
    const owner = items.find(({ id }) => id === backupId)?.resourceId;
    return { items: resourcesOf(items).filter(({ id }) => id === owner), unread };
  });
  const [owner] = found;
  if (owner !== undefined) return owner;
  const reasons = unread.map((service) => `; ${describeService(service)}: ${service.reason}`);
  throw new CommandError(`--backup "${visible(backupId)}": no backup has this id${reasons.join('')}`);
}

/** The resources in a list of backups, named by the newest row with a name. */
function resourcesOf(backups: readonly Backup[]): readonly FoundResource[] {
  const newestFirst = backups.toSorted((one, other) => (other.start ?? 0) - (one.start ?? 0));
  const names = new Map<string, string | undefined>();
  for (const { resourceId, resourceName } of newestFirst) {
    names.set(resourceId, names.get(resourceId) ?? resourceName);
  }
  return Array.from(names, ([id, name]) => ({ id, name: name ?? id }));
}

function matching(all: readonly ResourceInService[], wanted: string): readonly ResourceInService[] {
  const byId = all.filter(({ resource }) => resource.id === wanted);
  return byId.length > 0 ? byId : all.filter(({ resource }) => resource.name === wanted);
}

function adviceOn(
  wanted: string,
  known: readonly ResourceInService[],
  unread: readonly UnreadService[],
): string {
  const meant = probablyMeant(known, wanted);
  const there = `there are ${known.length === 0 ? 'none' : listed(known)}`;
  const advice = meant.length === 0 ? there : `did you mean ${listed(meant)}?`;
  return unread.length === 0 ? advice : `${advice}; ${whyUnread(unread)}`;
}

/** Resources that contain the wanted text in name or id; else the one with the most similar name. */
function probablyMeant(known: readonly ResourceInService[], wanted: string): readonly ResourceInService[] {
  const text = wanted.trim().toLowerCase();
  const containing = known.filter(({ resource: { id, name } }) =>
    `${name} ${id}`.toLowerCase().includes(text),
  );
  if (text !== '' && containing.length > 0) return containing;
  const names = known.map(({ resource }) => resource.name);
  const name = nearest(wanted, names);
  return known.filter(({ resource }) => resource.name === name);
}

/** Each reason once, with the services that could not be listed for it. */
const whyUnread = (unread: readonly UnreadService[]): string =>
  Array.from(
    Map.groupBy(unread, ({ reason }) => reason),
    ([reason, services]) => `${services.map(describeService).join(', ')}: ${reason}`,
  ).join('; ');

const MOST_CANDIDATES = 8;

function listed(found: readonly ResourceInService[]): string {
  const named = found
    .toSorted((one, other) => (one.resource.name < other.resource.name ? -1 : 1))
    .slice(0, MOST_CANDIDATES)
    .map((one) => `${visible(`${one.resource.name} (${one.resource.id}`)}, ${describeService(one)})`);
  const more = found.length - named.length;
  return compact([...named, more > 0 && `${more} more`]).join(', ');
}
