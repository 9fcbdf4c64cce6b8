import { mkdtempSync } from 'node:fs';
import type { CloudAnswer, CloudQuestion } from './cloud.ts';
import { buildClientGolang, compareBodies, startRivals, type Contestant, type Server } from './contestants.ts';
import { estateOfSeries } from './estate.ts';
import { projectSettings, startExporter } from './exporter.ts';
import { openScraper } from './scraper.ts';
import { median } from './statistics.ts';
import { startWorker } from './worker.ts';
const dir = mkdtempSync('/tmp/perf/bench-');
const go = buildClientGolang(dir);
const cloud = startWorker<CloudQuestion, CloudAnswer>('cloud.ts');
for (const n of process.argv.slice(2).map(Number)) {
  const at = await cloud.ask({ kind: 'serve', estate: estateOfSeries(n) });
  let t=performance.now();
  const exporter = await startExporter(dir, { poll: { interval: '30m' }, projects: [projectSettings(at, 'bench', ['ges'])] });
  await exporter.polled(1);
  console.log('polled', n, performance.now()-t, exporter.cpu(), exporter.resident()/1e6, exporter.peak()/1e6);
  const rivals = await startRivals(exporter, dir, go);
  const servers = new Map<Contestant, Server>([['exporter', exporter], ...rivals]);
  console.log('series', await compareBodies(servers));
  for (const enc of ['gzip','identity'] as const) for (const [name, s] of servers) {
    const sc = await openScraper(s.port);
    for (let i=0;i<5;i++) await sc.scrape(enc);
    const k = n>=10000 && (name==='client_golang'||name==='prom-client') ? 4 : 40;
    const c0=s.cpu(); const ms:number[]=[]; let bytes=0;
    for (let i=0;i<k;i++) { const r=await sc.scrape(enc); ms.push(r.milliseconds); bytes=r.bytes; }
    console.log(n, enc, name.padEnd(14), 'ms', median(ms).toFixed(3), 'cpu', ((s.cpu()-c0)/k).toFixed(3), 'bytes', bytes);
    sc.close();
  }
  for (const s of servers.values()) await s.stop();
}
await cloud.stop();
