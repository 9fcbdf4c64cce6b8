import { serviceOf } from '../../services/index.ts';

/** Why a service refused, in plain words, by the vendor's code; undefined where the code says nothing more. */
export const refusalOf = (service: string, code: string | undefined): string | undefined =>
  code === undefined ? undefined : serviceOf(service).errors.codes[code]?.words;
