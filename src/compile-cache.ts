import { lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, normalize } from 'node:path';

const NAME = 'huaweicloud-backup-exporter';
// Write permission of the group and of others.
const WRITABLE_BY_OTHERS = 0o022;
const ROOT = 0;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The directory of the compile cache: systemd's `CACHE_DIRECTORY`, else one below `XDG_CACHE_HOME` or `~/.cache`.
 * Node.js executes its content, so undefined if anyone but this user and root could write to it.
 */
export function compileCacheFolder(
  environment: Environment,
  home: () => string = homedir,
  user: number | undefined = process.getuid?.(),
): string | undefined {
  try {
    const folder = normalize(preferredFolder(environment, home));
    if (user === undefined || !isAbsolute(folder)) return undefined;
    return isWayTrusted(dirname(folder), user) && isOwn(folder, user) ? folder : undefined;
  } catch {
    // Everything also works without a cache.
    return undefined;
  }
}

/** Throws for a user without a home directory, as in containers or under systemd. */
function preferredFolder({ CACHE_DIRECTORY, XDG_CACHE_HOME }: Environment, home: () => string): string {
  // systemd separates several directories by colons.
  const [ofService = ''] = (CACHE_DIRECTORY ?? '').split(':');
  // With DynamicUser it is a symbolic link.
  if (ofService !== '') return realpathSync(ofService);
  const base =
    XDG_CACHE_HOME !== undefined && isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(home(), '.cache');
  return join(base, NAME);
}

/** Whether only this user and root can replace any directory on the path; creates missing ones. */
function isWayTrusted(folder: string, user: number): boolean {
  const above = dirname(folder);
  if (above !== folder && !isWayTrusted(above, user)) return false;
  const { uid, isSafe } = inspect(folder);
  return isSafe && (uid === user || uid === ROOT);
}

function isOwn(folder: string, user: number): boolean {
  const { uid, isSafe } = inspect(folder);
  return isSafe && uid === user;
}

function inspect(folder: string): { readonly uid: number; readonly isSafe: boolean } {
  if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) mkdirSync(folder, { mode: 0o700 });
  // A symbolic link is not a directory here.
  const found = lstatSync(folder);
  return { uid: found.uid, isSafe: found.isDirectory() && (found.mode & WRITABLE_BY_OTHERS) === 0 };
}
