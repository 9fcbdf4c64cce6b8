import type { Resource } from '../../domain/backup.ts';
import { seconds } from '../../domain/quantities.ts';
import type { RejectionReason, Row } from '../../pagination/list.ts';
import { resourceFromFields } from '../domain.ts';
import { asObject, type JsonObject, readEnvelope, readId, readMebibytes, readName } from '../fields.ts';
import { TIME_TO_COMPLETE } from '../schedule.ts';
import type { List, ProjectPolicy } from '../service.ts';
import { longestGapOfPatterns } from './rrule.ts';

/** `GET /v3/{project_id}/vaults`: each row is a vault with the resources that are backed up to it. */
export const vaults: List<Resource> = {
  call: {
    operation: 'list_vaults',
    method: 'GET',
    path: '/v3/{project_id}/vaults',
    permission: { role: 'cbr:vaults:list' },
  },
  paging: { by: 'offset', limit: 1000 },
  readPage: (body) => readEnvelope(body, 'vaults', 'count'),
  readId: (row) => readId(asObject(row)?.['id']),
  readRow: readVault,
};

function readVault(row: Row): ReturnType<List<Resource>['readRow']> {
  const vault = asObject(row);
  if (vault === undefined) return 'not_an_object';
  const id = readId(vault['id']);
  if (id === undefined) return 'id';
  const billing = asObject(vault['billing']);
  // A replication vault contains copies; its resources are in a backup vault too.
  if (billing?.['protect_type'] === 'replication') return 'ignored';
  const resources = Array.isArray(vault['resources']) ? vault['resources'].map(asObject) : [];
  const isFrozen = billing?.['status'] === 'frozen';
  return resources.map((resource) => readResource(resource, id, isFrozen));
}

function readResource(
  resource: JsonObject | undefined,
  vaultId: string,
  isFrozen: boolean,
): Resource | RejectionReason {
  if (resource === undefined) return 'not_an_object';
  const status = readName(resource['protect_status']);
  const read = resourceFromFields({
    id: readId(resource['id']),
    name: readName(resource['name']),
    kind: readName(resource['type']),
    status,
    notExpected: reasonNotExpected(resource, status, isFrozen),
    exists: status !== 'deleted',
    parentId: vaultId,
    storedBytes: readMebibytes(resource['backup_size']),
  });
  return read === 'id' ? 'resource' : read;
}

function reasonNotExpected(
  resource: JsonObject,
  status: string | undefined,
  isFrozen: boolean,
): string | undefined {
  if (isFrozen) return 'its vault is frozen';
  if (status === 'removing') return 'being removed from its vault';
  return resource['auto_protect'] === false ? 'excluded from the policy of its vault' : undefined;
}

/** `GET /v3/{project_id}/policies`: all backup policies and the vaults that they apply to, in one response. */
export const policies: List<ProjectPolicy> = {
  call: {
    operation: 'list_policies',
    method: 'GET',
    path: '/v3/{project_id}/policies',
    query: { operation_type: 'backup' },
    permission: { role: 'cbr:policies:list' },
  },
  paging: { by: 'nothing' },
  // In the vendor's samples the count is larger than the list.
  readPage: (body) => {
    const page = readEnvelope(body, 'policies', 'count');
    return page && { ...page, total: undefined };
  },
  readId: (row) => readId(asObject(row)?.['id']),
  readRow: readPolicy,
};

function readPolicy(row: Row): ReturnType<List<ProjectPolicy>['readRow']> {
  const policy = asObject(row);
  if (policy === undefined) return 'not_an_object';
  const id = readId(policy['id']);
  if (id === undefined) return 'id';
  // A disabled policy is no policy.
  if (policy['enabled'] !== true) return 'ignored';
  const associated = Array.isArray(policy['associated_vaults']) ? policy['associated_vaults'] : [];
  const appliesTo = associated
    .map((vault) => readId(asObject(vault)?.['vault_id']))
    .filter((one) => one !== undefined);
  const patterns = asObject(asObject(policy['trigger'])?.['properties'])?.['pattern'];
  const gap = longestGapOfPatterns(Array.isArray(patterns) ? patterns : []);
  const objective = gap === undefined ? undefined : seconds(gap + TIME_TO_COMPLETE);
  return { id, appliesTo, policy: { kind: 'scheduled', objective } };
}
