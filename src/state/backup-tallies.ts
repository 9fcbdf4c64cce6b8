import type { Backup, SucceededBackup } from '../domain/backup.ts';
import type { Collector } from '../pagination/walk.ts';
import { createFinishedTally, type FinishedLedger, type FinishedTally } from './finished.ts';
import { createAllocator } from './recent-backups.ts';
import { createResourceTally, type ResourceTally, tallyBackup } from './resource-facts.ts';

/** How each backup whose end moves was seen to end first, by id. */
export type FirstEnds = ReadonlyMap<string, Pick<SucceededBackup, 'end' | 'duration'>>;

/** The backups of one walk, tallied by resource id as pages arrive. */
export interface BackupTallies extends Collector<Backup> {
  readonly byResource: ReadonlyMap<string, ResourceTally>;
  readonly finished: FinishedTally;
  readonly firstEnds: FirstEnds;
}

/** Empty tallies, which also count newly finished backups against the ledger. */
export function createBackupTallies(
  ledger: FinishedLedger | undefined,
  endsBefore?: FirstEnds,
): BackupTallies {
  const firstEnds = new Map<string, Pick<SucceededBackup, 'end' | 'duration'>>();
  const asFirstSeen = (backup: Backup): Backup => {
    if (backup.state !== 'succeeded' || backup.endMoves === undefined) return backup;
    const first = endsBefore?.get(backup.id) ?? { end: backup.end, duration: backup.duration };
    firstEnds.set(backup.id, first);
    return first.end === backup.end ? backup : { ...backup, ...first };
  };
  const byResource = new Map<string, ResourceTally>();
  const finished = createFinishedTally(ledger);
  const allocate = createAllocator();
  return {
    byResource,
    finished,
    firstEnds,
    add: (row) => {
      const backup = asFirstSeen(row);
      let tally = byResource.get(backup.resourceId);
      if (tally === undefined) {
        tally = createResourceTally(allocate);
        byResource.set(backup.resourceId, tally);
      }
      tallyBackup(tally, backup);
      // A run that left no backup is a failure, but not a finished backup.
      if (backup.isStored !== false) finished.add(backup);
    },
  };
}
