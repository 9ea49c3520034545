import type { ContainerDetails } from '../decode/inspect.ts';
import { LogSource, type Origin, type StreamName } from '../decode/log.ts';
import { fieldsOf } from '../enrich/fields.ts';
import { identityOf, type LabelChoice, labelChoice } from '../enrich/identity.ts';
import type { Route, Router } from '../route/router.ts';

/** Enough of a container to say what its records carry and where they go. */
export type Described = Pick<
  ContainerDetails,
  'id' | 'name' | 'image' | 'imageId' | 'labels' | 'createdAt'
>;

/** What one version of a container's description comes to. */
export interface Subject {
  readonly origin: Origin;
  readonly route: Route;
  /** What log records of a stream share. */
  source(stream: StreamName): LogSource;
}

export interface SubjectSettings {
  readonly host: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly labels: readonly string[];
  readonly labelOverrides: boolean;
  readonly router: Router;
}

/** Works out, once for each version of a container, what its records carry and where they go. */
export class Subjects {
  #settings: SubjectSettings;
  #choose: LabelChoice;
  #known = new WeakMap<Described, Subject>();

  constructor(settings: SubjectSettings) {
    this.#settings = settings;
    this.#choose = labelChoice(settings.labels);
  }

  /** Works out anew what it is asked for, by other settings. */
  reconfigure(settings: SubjectSettings): void {
    this.#settings = settings;
    this.#choose = labelChoice(settings.labels);
    this.#known = new WeakMap();
  }

  of(container: Described): Subject {
    let subject = this.#known.get(container);
    if (subject === undefined) {
      subject = this.#subjectOf(container);
      this.#known.set(container, subject);
    }
    return subject;
  }

  #subjectOf(container: Described): Subject {
    const { host, fields, router } = this.#settings;
    const origin = {
      host,
      container: identityOf(container, this.#choose),
      fields: fieldsOf(fields, container.labels, this.#settings),
    };
    const sources = new Map<StreamName, LogSource>();
    return {
      origin,
      route: router.routeOf(container),
      source(stream) {
        const source = sources.get(stream) ?? new LogSource(origin, stream);
        sources.set(stream, source);
        return source;
      },
    };
  }
}
