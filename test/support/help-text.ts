import { SERVICE_TYPES } from '../../src/services/index.ts';

/** The text without the names of the services, which are not kept. */
export const withoutServices = (text: string): string =>
  text.replaceAll(/\(choices:\s([^)]*)\)/g, (choices, list: string) =>
    list.replaceAll(/[\s"]/g, '') === SERVICE_TYPES.join(',') ? '(choices: every service)' : choices,
  );
