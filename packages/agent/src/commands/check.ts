import { EngineError } from '@tallyman/core';
import { messageOf } from '@tallyman/sdk';
import type { SinkConfig } from '../config/model.ts';
import { kinds, kindWords as words } from '../config/tokens.ts';
import { Configuration } from '../configured.ts';
import { standardDiagnostics } from '../diagnostics/diagnostics.ts';
import { examine } from '../doctor/doctor.ts';
import type { Finding } from '../doctor/finding.ts';
import { examinedHost } from '../doctor/host.ts';
import { openingCodes } from '../doctor/sinks.ts';
import { type Survey, type SurveyedContainer, survey } from '../doctor/survey.ts';
import { adviceFor } from '../engine/advice.ts';
import { checkJson } from './check-json.ts';
import { findingLines } from './finding-lines.ts';
import type { CommonOptions } from './options.ts';
import { printJson, printLines, table } from './output.ts';

export interface CheckOptions extends CommonOptions {
  /** Also examines the engine, each sink, the state directory and the containers. */
  readonly connect: boolean;
  /** For machines: one JSON object instead of the text. */
  readonly json: boolean;
}

const answerLimitMs = 8_000;

/** `tallyman check`: whether the configuration is sound, what it comes to, and with `--connect` what keeps it from working. */
export async function check(options: CheckOptions): Promise<number> {
  const { config, source, equivalent } = await new Configuration(options).read();
  const host = examinedHost();
  const asked = survey({ config, ...host }, AbortSignal.timeout(answerLimitMs));
  const diagnostics = standardDiagnostics({ level: options.logLevel, format: options.logFormat });
  const examined = options.connect
    ? examine({ config, diagnostics, host, survey: asked })
    : undefined;
  if (options.json) {
    const found = { survey: await asked, findings: await examined };
    printJson(checkJson({ config, source, ...found }));
  } else {
    printLines([`${source} is sound.`]);
    if (equivalent !== undefined) printLines(equivalent.trimEnd().split('\n'));
    printLines(['', 'Sinks:', ...table(config.sinks.map(sinkRow))]);
    printLines(config.notes.map((note) => `Note: ${note}`));
    printLines(explainedSurvey(await asked));
    printLines(explainedFindings((await examined) ?? []));
  }
  const isWell = (await examined)?.every(({ severity }) => severity !== 'problem') ?? true;
  return isWell ? 0 : 1;
}

function sinkRow({ name, type, kinds: taken, include, exclude }: SinkConfig): readonly string[] {
  const narrowed = [
    ...(include.length > 0 ? [`only ${JSON.stringify(include)}`] : []),
    ...(exclude.length > 0 ? [`not ${JSON.stringify(exclude)}`] : []),
  ];
  return [`  ${name}`, type, taken.map((kind) => words[kind]).join(', '), narrowed.join(' ')];
}

function explainedSurvey(found: Survey): readonly string[] {
  if (found.kind === 'unreached') {
    const { error, address } = found;
    const isKnown = error instanceof EngineError && address !== undefined;
    return [
      '',
      `Engine: not reached. ${messageOf(error)}`,
      isKnown ? adviceFor(error, address) : '',
    ];
  }
  const { info, containers } = found;
  return [
    '',
    `Engine: ${info.product}, API ${info.apiVersion}, ${containers.length} containers`,
    ...containers.flatMap(explained),
  ];
}

function explained({ details, route }: SurveyedContainer): readonly string[] {
  const goes = kinds.map((kind) => {
    const names = route.lanes[kind].map(({ name }) => name);
    return `${words[kind]} → ${names.length > 0 ? names.join(', ') : 'nowhere'}`;
  });
  return [
    `  ${details.name} (${details.image}): ${goes.join('; ')}`,
    ...route.reasons.map((reason) => `      ${reason}`),
    ...route.unknownLabels.map((label) => `      its label ${label} means nothing here`),
  ];
}

function explainedFindings(findings: readonly Finding[]): readonly string[] {
  if (findings.length === 0) return [];
  const opened = findings.filter(({ code }) => openingCodes.has(code));
  const rows = opened.map(({ where, what }) => [`  ${where[0]}`, what]);
  return ['', 'Opening sinks:', ...table(rows), ...findingLines(findings)];
}
