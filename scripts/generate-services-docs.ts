import { writeFile } from 'node:fs/promises';
import { describePermission } from '../src/cloud/advice.ts';
import { DEFAULT_INTERVAL, formatDuration } from '../src/config/duration.ts';
import { callsOf, defaultApi, SERVICES } from '../src/services/index.ts';
import type { CloudService } from '../src/services/service.ts';

const code = (text: string): string => `\`${text}\``;
const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const tableOf = (heading: readonly string[], rows: readonly string[]): string =>
  [row(heading), row(heading.map(() => '---')), ...rows].join('\n');

const SIZES = [10, 100, 200, 1000];
const BACKUPS_KEPT = 10;

const intervalOf = ({ defaultInterval }: CloudService): number => defaultInterval ?? DEFAULT_INTERVAL;

const requestsPerHour = (service: CloudService, resources: number): number =>
  Math.ceil((3600 / intervalOf(service)) * service.requests(resources, resources * BACKUPS_KEPT));

/** Requests per hour of every service by the number of its resources. */
const renderCosts = (): string =>
  tableOf(
    ['service', 'interval', ...SIZES.map((size) => `${size} resources`)],
    SERVICES.map((service) =>
      row([
        code(service.type),
        code(formatDuration(intervalOf(service) as never)),
        ...SIZES.map((size) => requestsPerHour(service, size).toLocaleString('en-US')),
      ]),
    ),
  );

/** What a resource is; empty if the service has no other word for it. */
const resourceText = ({ resource: { one } }: CloudService): string =>
  one === 'resource' ? '' : `A resource is ${/^[aeiou]/.test(one) ? 'an' : 'a'} ${one}. `;

function renderService(service: CloudService): string {
  const { policies, backups, actions } = defaultApi(service);
  const calls = callsOf(service).map(({ call, usedBy }) =>
    row([
      `${call.method} ${code(decodeURIComponent(call.path))}`,
      usedBy,
      call.permission === undefined ? 'not documented' : describePermission(call.permission),
    ]),
  );
  const expectation = {
    none: 'The API does not expose backup policies, so `rpo: policy` is not supported.',
    resource: 'With `rpo: policy`, the policy of each resource is read every six hours.',
    project:
      'Every poll reads one list of policies; resources without an enabled policy are not expected to be backed up.',
    decides:
      'The policy of each resource is read every six hours; resources without a policy are not expected to be backed up.',
  }[
    policies === undefined
      ? 'none'
      : policies.of === 'resource' && policies.decides === true
        ? 'decides'
        : policies.of
  ];
  return [
    `## ${code(service.type)}`,
    `${service.title}. ${resourceText(service)}${
      backups.of === 'project'
        ? 'A single list contains all backups of a project.'
        : 'Each resource has its own list of backups.'
    } ${expectation} ${actions.export === undefined ? '' : '`backups export` copies a backup to OBS.'}`.trim(),
    // Calls that differ only in their query are one row.
    tableOf(['request', 'used by', 'permission'], [...new Set(calls)]),
    ...(service.readOnlyRoles.length === 0
      ? []
      : [
          `The system policy ${service.readOnlyRoles.map((name) => `"${name}"`).join(', ')} is sufficient for reading.`,
        ]),
    'Assumptions that were not verified on a real account, in addition to [those about every service](evidence.md):',
    service.unverified.map(({ sentence }) => `- ${sentence}`).join('\n'),
  ].join('\n\n');
}

/** The text of docs/services.md. */
export const renderServices = (): string =>
  `${[
    '# Services',
    '<!-- Written by `npm run generate` from src/services. -->',
    `Requests per hour, with ${BACKUPS_KEPT} backups per resource and the default interval. \`poll.concurrency\` limits the concurrent requests per project.`,
    renderCosts(),
    ...SERVICES.map(renderService),
  ].join('\n\n')}\n`;

if (process.argv[1] === import.meta.filename)
  await writeFile(new URL('../docs/services.md', import.meta.url), renderServices());
