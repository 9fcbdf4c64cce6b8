import { serviceOf } from '../../services/index.ts';

/** Why a service refused, by the vendor's code; undefined if the code is not known. */
export const refusalOf = (service: string, code: string | undefined): string | undefined =>
  code === undefined ? undefined : serviceOf(service).errors.codes[code]?.words;
