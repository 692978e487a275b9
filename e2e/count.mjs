// Reads Playwright's report and says how many journeys passed, failed and were left out. One that was left
// out is named, and is a fault in CI.
import { readFileSync } from 'node:fs';

const { stats, suites, errors } = JSON.parse(readFileSync(process.argv[2], 'utf8'));

const specs = (suite) => [...(suite.specs ?? []), ...(suite.suites ?? []).flatMap(specs)];
const leftOut = suites
  .flatMap(specs)
  .flatMap((spec) => spec.tests.filter((test) => test.status === 'skipped').map((test) => `${test.projectName} › ${spec.title}`));

for (const error of errors) console.log(error.message);
for (const name of leftOut) console.log(`left out: ${name}`);
const flaky = suites
  .flatMap(specs)
  .flatMap((spec) => spec.tests.filter((test) => test.status === 'flaky').map((test) => `${test.projectName} › ${spec.title}`));
for (const name of flaky) console.log(`passed only at the second try: ${name}`);
console.log(`${stats.expected + stats.flaky} passed, ${stats.unexpected} failed, ${stats.skipped} skipped`);
process.exitCode = stats.unexpected + errors.length > 0 || (process.env.CI && leftOut.length > 0) ? 1 : 0;
