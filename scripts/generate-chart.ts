import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CHART, chartFiles } from './chart-files.ts';

for (const [path, text] of chartFiles()) {
  const file = join(CHART, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
