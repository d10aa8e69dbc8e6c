#!/usr/bin/env node
// Whatever ends the program before it has decided: nothing was proved.
process.exitCode = 2;
const { main } = require('../lib/cli/main.js');
main(process.argv.slice(2)).then(
  (status) => (process.exitCode = status),
  (error) => process.stderr.write(`error: ${error.message}\n`),
);
