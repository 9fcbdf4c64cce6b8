// The series of an exposition file in a registry of prom-client. Usage: prom-client.js FILE
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Counter, Gauge, Registry } from 'prom-client';

const compress = promisify(gzip);
const registry = new Registry();
const types = new Map();
const samples = new Map();

for (const line of readFileSync(process.argv[2], 'utf8').split('\n')) {
  const type = /^# TYPE (\S+) (\S+)$/.exec(line);
  if (type !== null) types.set(type[1], type[2]);
  const sample = /^(\w+)\{(.*)\} (\S+)$/.exec(line);
  if (sample === null) continue;
  const [, name, labels, value] = sample;
  const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, text]) => [label, text]);
  const list = samples.get(name) ?? [];
  list.push({ labels: Object.fromEntries(pairs), value: Number(value) });
  samples.set(name, list);
}

for (const [name, list] of samples) {
  const labelNames = [...new Set(list.flatMap(({ labels }) => Object.keys(labels)))];
  const options = { name, help: name, labelNames, registers: [registry] };
  if (types.get(name) === 'counter') {
    const counter = new Counter(options);
    for (const { labels, value } of list) counter.inc(labels, value);
  } else {
    const gauge = new Gauge(options);
    for (const { labels, value } of list) gauge.set(labels, value);
  }
}

const server = createServer(async (request, response) => {
  const text = await registry.metrics();
  const isGzip = request.headers['accept-encoding'] === 'gzip';
  const body = isGzip ? await compress(text) : Buffer.from(text);
  response.writeHead(200, {
    'Content-Type': registry.contentType,
    'Content-Length': body.length,
    ...(isGzip && { 'Content-Encoding': 'gzip' }),
  });
  response.end(body);
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`port=${server.address().port}\n`));
