import { readFileSync } from 'node:fs';

/** Answers as the vendor's pages print them, value for value. */
export type VendorSample = 'ges-v2-list-backups' | 'ges-v1-list-backups' | 'gaussdb-mysql-v3-list-backups';

/** The body of a printed answer. */
export function vendorSample(name: VendorSample): Readonly<Record<string, unknown>> {
  return JSON.parse(readFileSync(new URL(`../fixtures/vendor/${name}.json`, import.meta.url), 'utf8'));
}
