// An idle process with express loaded.
import express from 'express';

const server = express().listen(0, '127.0.0.1', () => {
  process.stdout.write(`port=${server.address().port}\n`);
});
