/** Runs what a benchmark measures, and prints how long it took and how much memory the process had at most. */
exports.measure = function measure(work) {
  const start = process.hrtime.bigint();
  work();
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  console.log(JSON.stringify({ seconds, mebibytes: process.resourceUsage().maxRSS / 1024 }));
};
