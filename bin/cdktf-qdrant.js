#!/usr/bin/env node
const { main } = require('../lib/cli/main.js');
main(process.argv.slice(2)).then((status) => (process.exitCode = status));
