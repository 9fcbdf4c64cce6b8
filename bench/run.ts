import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openBench } from './bench.ts';
import { writeIntoDocument } from './document.ts';
import { rowsOfTable } from './goals.ts';
import { describeMachine, readMachine } from './machine.ts';
import { type Measurements, measureAll } from './measurements.ts';
import { renderText } from './table.ts';

// Measures the exporter and the alternatives to it, and prints the table:
//   npm run bench                                   prints, and writes .cache/bench.json
//   npm run bench -- --output results.json          writes the measurements elsewhere
//   npm run bench -- --docs                         also writes the tables of docs/PERFORMANCE.md
//   node bench/run.ts --from results.json [--docs]  the same with the measurements of an earlier run
// Exits with 1 if the servers do not serve the same series, or if a measurement fails.

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const DOCUMENT = here('../docs/PERFORMANCE.md');

const { values } = parseArgs({
  options: {
    output: { type: 'string', default: here('../.cache/bench.json') },
    from: { type: 'string' },
    main: { type: 'string', default: here('../dist/main.js') },
    rounds: { type: 'string', default: '9' },
    docs: { type: 'boolean', default: false },
  },
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // Started processes end with this one.
  process.once(signal, () => process.exit(130));
}

async function measure(): Promise<Measurements> {
  const bench = openBench(values.main);
  try {
    const extent = { sizes: [10, 1000, 10_000, 100_000], backups: 100_000, rounds: Number(values.rounds) };
    const began = performance.now();
    return await measureAll(bench, readMachine(), extent, (what) => {
      process.stderr.write(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${what}\n`);
    });
  } finally {
    bench.close();
  }
}

try {
  const measured =
    values.from === undefined
      ? await measure()
      : (JSON.parse(readFileSync(values.from, 'utf8')) as Measurements);
  const rows = rowsOfTable(measured);
  process.stdout.write(`${describeMachine(measured.machine)}\n${renderText(rows)}\n`);
  if (values.from === undefined) {
    mkdirSync(dirname(values.output), { recursive: true });
    writeFileSync(values.output, `${JSON.stringify({ rows, ...measured }, undefined, 2)}\n`);
    process.stdout.write(`written: ${values.output}\n`);
  }
  if (values.docs) writeFileSync(DOCUMENT, writeIntoDocument(readFileSync(DOCUMENT, 'utf8'), measured));
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
