// Preloaded into the exporter. Prints on SIGUSR2 the maximum delay of a timer of one millisecond since the last time,
// and the maximum CPU time of the event loop thread between two of its calls: the machine can delay a process, but
// only the process itself uses CPU.
let last = performance.now();
let lastCpu = cpuMilliseconds();
let longest = 0;
let longestCpu = 0;

function cpuMilliseconds() {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

setInterval(() => {
  const now = performance.now();
  const cpu = cpuMilliseconds();
  longest = Math.max(longest, now - last - 1);
  longestCpu = Math.max(longestCpu, cpu - lastCpu);
  last = now;
  lastCpu = cpu;
}, 1).unref();

process.on('SIGUSR2', () => {
  process.stderr.write(`stalls=${longest.toFixed(3)}/${longestCpu.toFixed(3)}\n`);
  longest = 0;
  longestCpu = 0;
});
