import type { Finding, Severity } from '../doctor/finding.ts';
import { table } from './output.ts';

const order: readonly Severity[] = ['problem', 'warning', 'fine'];
const shownPlaces = 5;

/** Findings for people: the worst first, each with what to do; what is fine in one line each. */
export function findingLines(findings: readonly Finding[]): readonly string[] {
  const counts = order.map((severity) => countOf(findings, severity));
  const bad = order.slice(0, -1).flatMap((severity) => findings.filter(isOf(severity)));
  const fine = findings.filter(isOf('fine'));
  const heads = table(bad.map(({ severity, code, where }) => [severity, code, placesIn(where)]));
  return [
    '',
    `Findings: ${counts.join(', ')}`,
    ...bad.flatMap((finding, index) => ['', heads[index] ?? '', ...body(finding)]),
    '',
    ...table(fine.map(({ code, where, what }) => ['fine', code, placesIn(where), what])),
    ...suggestions(fine),
  ];
}

const indent = ' '.repeat('problem  '.length);

function body({ what, todo = '' }: Finding): readonly string[] {
  return [`${indent}${what}`, `${indent}→ ${todo}`];
}

function suggestions(fine: readonly Finding[]): readonly string[] {
  const better = fine.filter(({ todo }) => todo !== undefined);
  return better.flatMap(({ code, todo }) => ['', `better  ${code}`, `${indent}→ ${todo}`]);
}

function placesIn(where: readonly string[]): string {
  const rest = where.length - shownPlaces;
  const shown = where.slice(0, shownPlaces).join(', ');
  return rest > 0 ? `${shown} and ${rest} more` : shown;
}

function isOf(severity: Severity): (finding: Finding) => boolean {
  return (finding) => finding.severity === severity;
}

function countOf(findings: readonly Finding[], severity: Severity): string {
  const count = findings.filter(isOf(severity)).length;
  const isOne = count === 1 || severity === 'fine';
  return `${count} ${severity}${isOne ? '' : 's'}`;
}
