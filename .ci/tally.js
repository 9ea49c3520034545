/**
 * Reads what the steps of `.ci/run` left behind and has the last word:
 *
 *   node .ci/tally.js 'NAME=EXIT-CODE' 'NAME=EXIT-CODE:JEST-REPORT' …
 *
 * Prints what went wrong and, as the last line, "N passed, N failed". A step that failed without a
 * failed test counts as one failure, and so does a test for a real engine that was skipped, and an
 * engine with fewer passed tests than `.ci/minimum-engine-tests` asks for.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename, relative } from 'node:path';

const minimum = Number(readFileSync(new URL('minimum-engine-tests', import.meta.url), 'utf8'));
const steps = process.argv.slice(2).map(stepFrom);
const reports = steps.filter(({ report }) => report !== undefined).map(tallyOf);
const complaints = [
  ...reports.flatMap(({ complaints }) => complaints),
  ...steps.filter(({ report }) => report === undefined).flatMap(exitComplaints),
];

for (const complaint of complaints) console.log(`FAILED  ${complaint}`);
for (const { name, passed, failed, skipped, enginePassed } of reports)
  console.log(
    `${name}: ${passed} passed, ${failed} failed, ${skipped} skipped; ${enginePassed} passed on the engine`,
  );

const [passed, skipped] = [total('passed'), total('skipped')];
console.log(
  `${passed} passed, ${complaints.length} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
);
process.exitCode = complaints.length > 0 || passed === 0 ? 1 : 0;

function stepFrom(argument) {
  const [, name, exitCode, report] = /^(.*)=(\d+)(?::(.*))?$/.exec(argument) ?? [];
  if (name === undefined) throw new Error(`reading "${argument}": want NAME=EXIT-CODE[:REPORT]`);
  return { name, exitCode: Number(exitCode), report };
}

function exitComplaints({ name, exitCode }) {
  return exitCode === 0 ? [] : [`${name}: exit code ${exitCode}`];
}

/** The counts of one Jest report, and one complaint for each thing that is wrong with it. */
function tallyOf(step) {
  const files = filesIn(step.report);
  const tests = files.flatMap(testsOf);
  const engineTests = tests.filter(({ file }) => file.includes('/test/engine/'));
  const failed = tests.filter(({ status }) => status === 'failed');
  const enginePassed = count(engineTests, 'passed');
  const broken = files.filter(({ status, assertionResults }) => {
    return status === 'failed' && !assertionResults.some((test) => test.status === 'failed');
  });
  const complaints = [
    ...failed.map(({ file, title }) => `${file}: ${title}`),
    ...broken.map(({ name }) => `${relative('.', name)}: did not run`),
    ...engineTests
      .filter(({ status }) => status === 'skipped')
      .map(({ file, title }) => `${file}: ${title} (needs the engine and was skipped)`),
    ...(existsSync(step.report) ? [] : [`${step.name}: exit code ${step.exitCode}, no report`]),
    ...(enginePassed < minimum
      ? [`${step.name}: ${enginePassed} tests passed on the engine, at least ${minimum} must`]
      : []),
  ];
  return {
    name: basename(step.report, '.json'),
    passed: count(tests, 'passed'),
    failed: failed.length,
    skipped: count(tests, 'skipped'),
    enginePassed,
    complaints: complaints.length > 0 ? complaints : exitComplaints(step),
  };
}

function filesIn(report) {
  return existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')).testResults : [];
}

function testsOf({ name, assertionResults }) {
  return assertionResults.map(({ fullName, status }) => ({
    file: relative('.', name),
    title: fullName,
    // Jest says "pending" for skipped, and "todo" for a test without a body.
    status: ['passed', 'failed'].includes(status) ? status : 'skipped',
  }));
}

function count(tests, status) {
  return tests.filter((test) => test.status === status).length;
}

function total(key) {
  return reports.reduce((sum, report) => sum + report[key], 0);
}
