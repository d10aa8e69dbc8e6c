const { writeSync } = require('node:fs');

/** Tells of each integration test how it ended as soon as it has, and ends the run with one line that counts: `N passed, N failed, N skipped`. */
module.exports = class SummaryReporter {
  onTestCaseResult({ path }, { status, duration, title, failureMessages }) {
    if (!path.includes('/integration/') || status === 'pending') return;
    console.log(`${status}: ${title} (${Math.round((duration ?? 0) / 1000)} s)`);
    // Beside what was printed when it happened.
    failureMessages.forEach((message) => console.log(message));
  }

  onRunComplete(_contexts, results) {
    // A file that does not even load counts as a failure.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    // Jest's own summary comes after the last reporter.
    process.once('exit', () => writeSync(1, `${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped\n`));
  }
};
