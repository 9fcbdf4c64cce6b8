import type { BackupState } from '../domain/backup.ts';
import { seconds, type UnixSeconds, unixSeconds } from '../domain/quantities.ts';
import { MOST_RECENT_BACKUPS, type RecentBackup, recentBackups } from '../state/recent-backups.ts';
import { humanizeAgo, humanizeDuration, humanizeSize, humanizeTime, ifKnown, listed } from './humanize.ts';
import type { Mark } from './pieces.ts';
import type { ResourceStatus } from './report.ts';

/**
 * The last backups of a resource, oldest first, with a gap for each time one was due but neither succeeded nor failed.
 */
export function historyOf(resource: ResourceStatus, now: UnixSeconds): readonly Mark[] {
  const { objective, due } = resource;
  const marks: Mark[] = [];
  const addGaps = (from: number, until: number): void => {
    if (objective === undefined || objective <= 0) return;
    const missed = Math.ceil((until - from) / objective) - 1;
    for (let count = Math.max(1, missed - MOST_RECENT_BACKUPS + 1); count <= missed; count += 1)
      marks.push(gap(unixSeconds(from + count * objective), now));
  };
  let last: number | undefined;
  for (const backup of recentBackups(resource.recent)) {
    if (last !== undefined) addGaps(last, backup.time);
    last = backup.time;
    marks.push({ kind: backup.state, words: backupWords(backup, now) });
  }
  if (objective !== undefined && due !== undefined) addGaps(last ?? due - objective, now);
  return marks.slice(-MOST_RECENT_BACKUPS);
}

const gap = (due: UnixSeconds, now: UnixSeconds): Mark => ({
  kind: 'missing',
  words: `Missing: due ${humanizeTime(due)}, ${humanizeAgo(due, now)}`,
});

const NAMES: Readonly<Record<BackupState, string>> = {
  succeeded: 'Succeeded',
  failed: 'Failed',
  running: 'Running since',
  unknown: 'In an unknown state since',
};

function backupWords({ state, time, size, duration }: RecentBackup, now: UnixSeconds): string {
  return listed(
    `${NAMES[state]} ${humanizeTime(time)}`,
    state === 'running' ? humanizeDuration(seconds(Math.max(0, now - time))) : humanizeAgo(time, now),
    ifKnown(size, humanizeSize),
    ifKnown(duration, (took) => `took ${humanizeDuration(took)}`),
  );
}
