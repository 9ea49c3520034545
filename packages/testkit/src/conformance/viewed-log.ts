import {
  type ContainerIdentity,
  type ContainerLog,
  type ContainerRecord,
  type JsonTarget,
  type JsonWritable,
  writeJson,
} from '@tallyman/sdk';

/** A log record as the agent hands it over: what it says is worked out when asked for, nothing is its own. */
class ViewedLog implements ContainerLog, JsonWritable {
  readonly #record: ContainerLog;

  constructor(record: ContainerLog) {
    this.#record = record;
  }

  get kind(): 'log' {
    return 'log';
  }

  get id(): string {
    return this.#record.id;
  }

  get time(): string {
    return this.#record.time;
  }

  get host(): string {
    return this.#record.host;
  }

  get container(): ContainerIdentity {
    return this.#record.container;
  }

  get fields(): Readonly<Record<string, string>> {
    return this.#record.fields;
  }

  get stream(): ContainerLog['stream'] {
    return this.#record.stream;
  }

  get message(): string {
    return this.#record.message;
  }

  toJSON(): ContainerLog {
    return this.#record;
  }

  [writeJson](target: JsonTarget): void {
    target.raw(Buffer.from(JSON.stringify(this.#record)));
  }
}

export function viewed(record: ContainerRecord): ContainerRecord {
  return record.kind === 'log' ? new ViewedLog(record) : record;
}
