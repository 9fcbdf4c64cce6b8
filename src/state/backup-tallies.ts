import type { Backup } from '../domain/backup.ts';
import type { Collector } from '../pagination/walk.ts';
import { createFinishedTally, type FinishedLedger, type FinishedTally } from './finished.ts';
import { createAllocator } from './recent-backups.ts';
import { createResourceTally, type ResourceTally, tallyBackup } from './resource-facts.ts';

/** The backups of one walk, tallied by resource id as pages arrive. */
export interface BackupTallies extends Collector<Backup> {
  readonly byResource: ReadonlyMap<string, ResourceTally>;
  readonly finished: FinishedTally;
}

/** Empty tallies, which also count newly finished backups against the ledger. */
export function createBackupTallies(ledger: FinishedLedger | undefined): BackupTallies {
  const byResource = new Map<string, ResourceTally>();
  const finished = createFinishedTally(ledger);
  const allocate = createAllocator();
  return {
    byResource,
    finished,
    add: (backup) => {
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
