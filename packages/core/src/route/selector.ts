import type { ContainerDetails } from '../decode/inspect.ts';
import type { Matcher } from '../settings.ts';
import { type Glob, globOf } from './glob.ts';

/** What selectors look at. */
export type Selectable = Pick<ContainerDetails, 'id' | 'name' | 'image' | 'labels'>;

type Test = (container: Selectable) => boolean;

/** A compiled `include` / `exclude` pair. `verdict` gives the reason for a refusal, in the file's words. */
export interface Selector {
  verdict(container: Selectable): { readonly selected: boolean; readonly why: string };
}

/** Compiles matchers once: keys are ANDed, entries ORed, exclude wins, an empty include is all. */
export function selectorOf({
  include,
  exclude,
}: {
  readonly include: readonly Matcher[];
  readonly exclude: readonly Matcher[];
}): Selector {
  const wanted = include.map(compiled);
  const unwanted = exclude.map(compiled);
  return {
    verdict(container) {
      const refusing = unwanted.find((entry) => entry.test(container));
      if (refusing) return { selected: false, why: `excluded by ${refusing.text}` };
      if (wanted.length === 0) return { selected: true, why: 'all containers' };
      const accepting = wanted.find((entry) => entry.test(container));
      return accepting
        ? { selected: true, why: `included by ${accepting.text}` }
        : { selected: false, why: 'matches no include' };
    },
  };
}

function compiled(matcher: Matcher): { readonly text: string; readonly test: Test } {
  const tests: Test[] = [];
  if (matcher.name !== undefined) tests.push(nameTest(globOf(matcher.name)));
  if (matcher.image !== undefined) tests.push(imageTest(globOf(matcher.image)));
  if (matcher.label !== undefined) tests.push(labelTest(matcher.label));
  if (matcher.compose !== undefined) tests.push(composeTest(globOf(matcher.compose)));
  if (matcher.id !== undefined) tests.push(idTest(matcher.id));
  const text = Object.entries(matcher)
    .map(([key, glob]) => `${key}: ${glob}`)
    .join(', ');
  return { text: `{ ${text} }`, test: (container) => tests.every((test) => test(container)) };
}

const nameTest =
  (glob: Glob): Test =>
  ({ name }) =>
    glob(name);

const imageTest =
  (glob: Glob): Test =>
  ({ image }) =>
    imageForms(image).some(glob);

function labelTest(label: string): Test {
  const separator = label.indexOf('=');
  const key = globOf(separator < 0 ? label : label.slice(0, separator));
  const value = separator < 0 ? () => true : globOf(label.slice(separator + 1));
  return ({ labels }) => Object.entries(labels).some(([k, v]) => key(k) && value(v));
}

const composeTest =
  (glob: Glob): Test =>
  ({ labels }) => {
    const project = labels['com.docker.compose.project'];
    return project !== undefined && glob(project);
  };

function idTest(wanted: string): Test {
  const glob = globOf(wanted);
  return ({ id }) => id.startsWith(wanted) || glob(id);
}

/**
 * The ways people write one image: as configured, without digest and tag, and each of these without the
 * registry, which is a first part with a dot, a colon or `localhost` (distribution/reference).
 */
export function imageForms(image: string): readonly string[] {
  const withoutDigest = image.replace(/@.*$/, '');
  const withoutTag = withoutDigest.replace(/:[^/:]*$/, '');
  const forms = new Set([image, withoutDigest, withoutTag]);
  for (const form of Array.from(forms)) {
    const [registry = '', ...path] = form.split('/');
    if (path.length > 0 && (/[.:]/.test(registry) || registry === 'localhost'))
      forms.add(path.join('/').replace(/^library\//, ''));
  }
  return [...forms];
}
