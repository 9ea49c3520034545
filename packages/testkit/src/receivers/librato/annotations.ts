import { present } from './points.ts';
import { isAbsent, nameOf, sourceOf, timeOf } from './rules.ts';
import type { LibratoAnnotation } from './types.ts';
import { isFields, Violation } from './violation.ts';

type JudgedAnnotation = Omit<LibratoAnnotation, 'token' | 'id' | 'request'>;

/** The body of `POST /v1/annotations/:stream` (wire contract 1.6). One event a request. */
export function judgeAnnotation(stream: string, body: unknown, now: number): JudgedAnnotation {
  // 1.6: the stream's own rule is not documented; that of metric names is the safe one.
  nameOf(stream);
  if (!isFields(body)) throw new Violation('request', 'is not an object');
  const title = textOf('title', body.title);
  if (title === undefined || title === '') throw new Violation('title', 'is not present');
  return {
    stream,
    title,
    start_time: timeOf('start_time', body.start_time, 0) ?? now,
    links: linksOf(body.links),
    ...present('end_time', timeOf('end_time', body.end_time, 0)),
    ...present('description', textOf('description', body.description)),
    ...present('source', sourceOf(body.source)),
  };
}

/** 1.6: what a 201 says. */
export function annotationBody(annotation: LibratoAnnotation): object {
  const { id, title, description = null, source = null, start_time, end_time = null } = annotation;
  return { id, title, description, source, start_time, end_time, links: annotation.links };
}

function linksOf(value: unknown): LibratoAnnotation['links'] {
  if (isAbsent(value)) return [];
  if (!Array.isArray(value)) throw new Violation('links', 'is not a list');
  return value.map((link: unknown) => {
    if (!isFields(link)) throw new Violation('links', 'is not an object');
    const rel = textOf('rel', link.rel);
    const href = textOf('href', link.href);
    if (rel === undefined || href === undefined)
      throw new Violation(rel === undefined ? 'rel' : 'href', 'is not present');
    return { rel, href, ...present('label', textOf('label', link.label)) };
  });
}

function textOf(param: string, value: unknown): string | undefined {
  if (isAbsent(value)) return undefined;
  if (typeof value !== 'string') throw new Violation(param, 'is not a text');
  return value;
}
