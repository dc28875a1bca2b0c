// Prints `N passed, N failed, N skipped` from vitest's JSON. Runs on whatever Node is installed, so plain CommonJS.
const { readFileSync } = require('node:fs');

const files = JSON.parse(readFileSync(process.argv[2], 'utf8')).testResults;
const statuses = files.flatMap((file) => file.assertionResults.map((test) => test.status));
const count = (...wanted) => statuses.filter((status) => wanted.includes(status)).length;

// A file that could not be loaded has no tests to count and is one failure all the same.
const broken = files.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
const skipped = count('skipped', 'pending', 'todo', 'disabled');

console.log(`${count('passed')} passed, ${count('failed') + broken} failed${skipped ? `, ${skipped} skipped` : ''}`);
