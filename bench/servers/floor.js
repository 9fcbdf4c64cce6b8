// The floor: prepared responses over bare TCP. Usage: floor.js GZIP_RESPONSE PLAIN_RESPONSE
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const [gzip, plain] = process.argv.slice(2).map((file) => readFileSync(file));

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.on('data', (request) => socket.write(request.includes('gzip') ? gzip : plain));
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`port=${server.address().port}\n`));
