import { readFileSync, writeFileSync } from 'node:fs';
import { renderParts } from './parts.ts';

const file = new URL('../ARCHITECTURE.md', import.meta.url);
const page = readFileSync(file, 'utf8');
const table = /(<!-- parts: .*-->\n)[\s\S]*(<!-- \/parts -->)/;
if (!table.test(page)) throw new Error('ARCHITECTURE.md has no markers for the table of parts');
writeFileSync(
  file,
  page.replace(table, (_, begin: string, end: string) => `${begin}\n${renderParts()}\n\n${end}`),
);
