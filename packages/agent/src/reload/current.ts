import type { LoadedConfig } from '../config/model.ts';
import type { Configured } from '../configured.ts';

/** The configuration that is in force, until another one is. */
export class CurrentConfiguration {
  /** What the agent was started with. */
  readonly started: LoadedConfig;
  #inForce: Configured;

  constructor(configured: Configured) {
    this.started = configured.config;
    this.#inForce = configured;
  }

  get config(): LoadedConfig {
    return this.#inForce.config;
  }

  /** Where it comes from: a path, or a word. */
  get source(): string {
    return this.#inForce.source;
  }

  /** When it was read, RFC 3339 in UTC. */
  get readAt(): string {
    return this.#inForce.readAt;
  }

  /** What cannot be changed while the agent runs stays as it was started with. */
  replace(configured: Configured): void {
    const { engine, admin, state } = this.started;
    const { config } = configured;
    const kept = { engine, admin, state: { ...config.state, directory: state.directory } };
    this.#inForce = { ...configured, config: { ...config, ...kept } };
  }
}
