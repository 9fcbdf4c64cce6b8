import { backupsCommand, shellWord } from '../../status/shell.ts';
import type { ServiceFlags } from '../flags.ts';
import type { StartedJob } from './act.ts';
import type { ResourceInService } from './find.ts';

/** The command that lists the backups of a resource. */
export function listCommandFor(target: ResourceInService, flags: ServiceFlags): string {
  return backupsCommand('list', placeOf(target)) + configFileOf(flags);
}

/** The command that continues waiting; the one that lists the backups if there is no id to wait for. */
export function waitCommandFor(
  target: ResourceInService,
  { jobId, backupId }: StartedJob,
  flags: ServiceFlags,
): string {
  const isJobKnown = target.service.service.api.actions.job !== undefined && jobId !== undefined;
  if (!isJobKnown && backupId === undefined) return listCommandFor(target, flags);
  const what = isJobKnown ? ` --job ${shellWord(jobId)}` : ` --backup ${shellWord(backupId ?? '')}`;
  return backupsCommand('wait', placeOf(target)) + what + configFileOf(flags);
}

const placeOf = ({ resource, service }: ResourceInService) => ({
  project: service.project.name,
  service: service.service.type,
  resourceId: resource.id,
});

const configFileOf = ({ 'config.file': file }: ServiceFlags): string =>
  file === undefined ? '' : ` --config.file ${shellWord(file)}`;
