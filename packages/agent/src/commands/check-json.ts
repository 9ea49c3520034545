import { messageOf, type RecordKind } from '@tallyman/sdk';
import type { LoadedConfig } from '../config/model.ts';
import { kindWords } from '../config/tokens.ts';
import type { Finding } from '../doctor/finding.ts';
import type { NamedLane, Survey, SurveyedContainer } from '../doctor/survey.ts';

/** What `check --json` prints. The shape is documented in docs/guides/troubleshoot.md; members may be added to it. */
export interface CheckJson {
  readonly version: 1;
  /** The file's path, or `environment`. */
  readonly source: string;
  readonly notes: readonly string[];
  readonly sinks: readonly {
    readonly name: string;
    readonly type: string;
    readonly kinds: readonly string[];
  }[];
  readonly engine:
    | { readonly product: string; readonly apiVersion: string }
    | { readonly error: string };
  /** Empty where the engine was not reached. */
  readonly containers: readonly ContainerJson[];
  /** With `--connect`. */
  readonly findings?: readonly Finding[];
}

interface ContainerJson {
  readonly name: string;
  readonly id: string;
  readonly image: string;
  /** Names of the sinks that get them. */
  readonly logs: readonly string[];
  readonly stats: readonly string[];
  readonly events: readonly string[];
  /** Why something of it is not collected. */
  readonly reasons: readonly string[];
}

export interface Checked {
  readonly config: LoadedConfig;
  readonly source: string;
  readonly survey: Survey;
  readonly findings: readonly Finding[] | undefined;
}

export function checkJson({ config, source, survey, findings }: Checked): CheckJson {
  const { sinks, notes } = config;
  return {
    version: 1,
    source,
    notes,
    sinks: sinks.map(({ name, type, kinds }) => ({
      name,
      type,
      kinds: kinds.map((kind) => kindWords[kind]),
    })),
    engine:
      survey.kind === 'reached'
        ? { product: survey.info.product, apiVersion: survey.info.apiVersion }
        : { error: messageOf(survey.error) },
    containers: survey.kind === 'reached' ? survey.containers.map(containerJson) : [],
    ...(findings === undefined ? {} : { findings: findings.map(findingJson) }),
  };
}

function containerJson({ details, route }: SurveyedContainer): ContainerJson {
  const to = (kind: RecordKind) => route.lanes[kind].map(({ name }: NamedLane) => name);
  const { name, id, image } = details;
  const { reasons } = route;
  return { name, id, image, logs: to('log'), stats: to('stat'), events: to('event'), reasons };
}

/** In a fixed order of its members. */
function findingJson({ code, severity, where, what, todo }: Finding): Finding {
  const said = { code, where, what };
  if (severity === 'fine') return { severity, ...said, ...(todo === undefined ? {} : { todo }) };
  return { severity, ...said, todo: todo ?? '' };
}
