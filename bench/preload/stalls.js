// Preloaded into the exporter. Tells at SIGUSR2 how late a timer of one millisecond was at most since the last time,
// and how much CPU the event loop's thread used at most between two of its calls: the machine can delay a process,
// only the process can use CPU.
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
