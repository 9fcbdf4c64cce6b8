// Prepared bodies on bare node:http. Usage: pre-rendered.js GZIP_BODY PLAIN_BODY
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [gzip, plain] = process.argv.slice(2).map((file) => readFileSync(file));

const server = createServer((request, response) => {
  const isGzip = request.headers['accept-encoding'] === 'gzip';
  const body = isGzip ? gzip : plain;
  response.writeHead(200, {
    'Content-Type': 'text/plain; version=0.0.4; charset=utf-8',
    'Content-Length': body.length,
    ...(isGzip && { 'Content-Encoding': 'gzip' }),
  });
  response.end(body);
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`port=${server.address().port}\n`));
