import { SERVICE_TYPES, SERVICES } from '../../src/services/index.ts';

/** The text without the names of the services, which may change. */
export const withoutServices = (text: string): string =>
  text
    .replaceAll(/\(choices:\s([^)]*)\)/g, (choices, list: string) =>
      list.replaceAll(/[\s"]/g, '') === SERVICE_TYPES.join(',') ? '(choices: every service)' : choices,
    )
    .replaceAll(OWN_FLAG, '');

/** The flag of the demo that belongs to a single service. */
const OWN_FLAG = new RegExp(
  `^ +--demo\\.(?:${SERVICES.flatMap(({ demo }) => demo?.flag ?? []).join('|')}) .*\\n(?: {10,}\\S.*\\n)*`,
  'gm',
);
