import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { withPolicies } from './policies.ts';

const page = fileURLToPath(new URL('../SECURITY.md', import.meta.url));
writeFileSync(page, withPolicies(readFileSync(page, 'utf8')));
