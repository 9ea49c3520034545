/**
 * What a finding is about, for machines and for the guide that explains each (docs/guides/troubleshoot.md). A code
 * keeps its meaning: it is never used for something else, and a new finding has a new code.
 */
export const findingCodes = [
  'engine.reached',
  'engine.absent',
  'engine.directory',
  'engine.not_a_socket',
  'engine.permission',
  'engine.down',
  'engine.silent',
  'engine.unknown_host',
  'engine.unreachable',
  'engine.not_an_engine',
  'engine.tls_files',
  'engine.tls_missing',
  'engine.tls_unexpected',
  'engine.tls_client',
  'engine.tls_untrusted',
  'engine.docker_host',
  'engine.forbidden',
  'engine.failed',
  'engine.too_old',
  'engine.too_new',
  'engine.old_api',
  'engine.podman',
  'clock.engine',
  'clock.agrees',
  'log.readable',
  'log.unreadable',
  'log.unbounded',
  'log.rotation',
  'log.reader',
  'log.file_unreachable',
  'log.inotify',
  'stat.reader',
  'stat.cgroup_unreachable',
  'sink.opened',
  'sink.refused',
  'sink.unknown_host',
  'sink.connection_refused',
  'sink.unreachable',
  'sink.tls',
  'sink.failed',
  'sink.kind_without_token',
  'sink.token_placeholder',
  'sink.token_whitespace',
  'state.usable',
  'state.not_a_directory',
  'state.unwritable',
  'state.owner',
  'state.newer',
  'state.full',
  'state.room',
  'state.volatile',
  'state.in_use',
  'state.damaged',
  'state.orphan',
  'label.overrides',
  'label.unknown',
  'label.no_such_sink',
  'agent.own_logs',
  'agent.unrecognised',
  'agent.memory_unlimited',
  'agent.memory_low',
  'config.nothing_selected',
  'config.sink_unmatched',
  'config.label_unseen',
  'check.unfinished',
] as const;

/** One of {@link findingCodes}. */
export type FindingCode = (typeof findingCodes)[number];

/**
 * One thing that was found. `problem`: something that the configuration asks for does not work. `warning`: it works,
 * and something will be lost or break later. `fine`: it was looked at.
 */
export type Finding = {
  readonly code: FindingCode;
  /** One sentence, without a full stop. It may repeat what containers and servers say. */
  readonly what: string;
  /** Containers, sinks, files or addresses; never empty. */
  readonly where: readonly string[];
} & (
  | {
      readonly severity: 'problem' | 'warning';
      /** A command or a change, after which the finding is gone. */
      readonly todo: string;
    }
  /** `todo`: what would make it better. */
  | { readonly severity: 'fine'; readonly todo?: string }
);

/** How bad a finding is. */
export type Severity = Finding['severity'];
