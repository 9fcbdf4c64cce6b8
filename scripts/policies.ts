import { callsOf, SERVICES } from '../src/services/index.ts';

/** The two permission systems of the vendor, with the versions of their policies. */
const SYSTEMS = {
  role: { version: '1.1', title: 'Custom policy of a user group or agency (roles and policies)' },
  identity: { version: '5.0', title: 'Custom identity policy' },
} as const;

type System = keyof typeof SYSTEMS;
type Use = 'read' | 'act';

/** The actions needed for reading, or those needed in addition for `backups create` and `backups export`. */
export function actionsFor(use: Use, system: System): readonly string[] {
  const namesFor = (wanted: Use) =>
    SERVICES.flatMap(callsOf)
      .filter(({ usedBy }) => (usedBy === 'polls') === (wanted === 'read'))
      .flatMap(({ call }) => call.permission ?? [])
      .map(({ role, identity }) => (system === 'identity' ? (identity ?? role) : role));
  const reading = new Set(namesFor('read'));
  if (use === 'read') return [...reading];
  return [...new Set(namesFor('act'))].filter((name) => !reading.has(name));
}

function policy(use: Use, system: System): string {
  const document = {
    Version: SYSTEMS[system].version,
    Statement: [{ Effect: 'Allow', Action: actionsFor(use, system) }],
  };
  return `${SYSTEMS[system].title}:\n\n\`\`\`json\n${JSON.stringify(document, null, 2)}\n\`\`\``;
}

/** Both policies for one use, as Markdown. */
export const renderPolicies = (use: Use): string => `${policy(use, 'role')}\n\n${policy(use, 'identity')}`;

/** SECURITY.md with the policies between its markers. */
export const withPolicies = (page: string): string =>
  page.replaceAll(
    /(<!-- policy (read|act): .* -->\n)(?:.*\n)*?(<!-- end of policy -->)/g,
    (_, begin: string, use: Use, end: string) => `${begin}\n${renderPolicies(use)}\n\n${end}`,
  );
