// A minimal /metrics: one line on bare node:http.
import { createServer } from 'node:http';

const server = createServer((_request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' });
  response.end('up 1\n');
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`port=${server.address().port}\n`));
