import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './containers.ts';

/** The code blocks in a section of docs/install.md, in order. */
export function blocksOf(section: string, language: 'sh' | 'yaml'): readonly string[] {
  const page = readFileSync(join(ROOT, 'docs/install.md'), 'utf8');
  const [, text] = page.split(new RegExp(`^## ${section}$`, 'm'));
  if (text === undefined) throw new Error(`docs/install.md has no section ${section}`);
  const own = text.split(/^## /m)[0] ?? '';
  return [...own.matchAll(/^```(\w+)\n((?:.*\n)*?)```$/gm)]
    .filter(([, name]) => name === language)
    .map(([, , code = '']) => code);
}
