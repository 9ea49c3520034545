import { type Case, Violation } from '../case.ts';
import { isMapping, type Mapping, shown } from '../options/mapping.ts';
import { innerSchemas, schemaFaults } from '../options/schema-faults.ts';
import { valueFaults } from '../options/value-faults.ts';
import { tried } from '../trial.ts';

export const closedSubset: Case = async ({ definition }) => {
  const [fault] = schemaFaults(definition.options);
  if (fault === undefined) return;
  throw new Violation({
    expected: "{ type: 'object', properties: { … } } with keywords of the closed subset",
    seen: fault,
    whatToDo:
      'see OptionsSchema in @tallyman/sdk for what there is: the types and keywords of the subset are its',
  });
};

export const described: Case = async ({ definition }) => {
  const bare = optionsIn(definition.options).find(({ schema: { description } }) => {
    return typeof description !== 'string' || description.trim() === '';
  });
  if (bare === undefined) return;
  throw new Violation({
    expected: 'a description with every option',
    seen: `none with \`${bare.name}\``,
    whatToDo: 'say what it is for, in a sentence: the reference page and editors show it',
  });
};

export const defaultsValid: Case = async ({ definition }) => {
  for (const { name, schema } of optionsIn(definition.options)) {
    if (schema.default === undefined) continue;
    const [fault] = valueFaults(schema, schema.default, name);
    if (fault === undefined) continue;
    throw new Violation({
      expected: `a default of \`${name}\` that its own schema takes`,
      seen: fault,
      whatToDo: "write it as in the file: `default: '10s'`, `default: '64MiB'`",
    });
  }
};

export const takesAndRefuses: Case = async (subject) => {
  const { definition, harness } = subject;
  await tried(async ({ backend }) => {
    const [fault] = valueFaults(definition.options, backend.options);
    if (fault !== undefined)
      throw new Violation({
        expected: "the schema to take the options of the harness's backend",
        seen: fault,
        whatToDo: 'correct the schema or the harness; options are written as in YAML',
      });
  })(subject);
  if (harness.invalidOptions.length === 0)
    throw new Violation({
      expected: 'a harness with invalidOptions',
      seen: 'none',
      whatToDo: 'list options that users may get wrong; { nonsense: 1 } if there is nothing else',
    });
  const taken = harness.invalidOptions.find(
    (options) => valueFaults(definition.options, options).length === 0,
  );
  if (taken === undefined) return;
  throw new Violation({
    expected: 'the schema to refuse what the harness calls invalid',
    seen: `it takes ${shown(taken)}`,
    whatToDo:
      'narrow the schema (required, format, pattern, enum, minimum …): what it takes, `create` is given',
  });
};

interface Option {
  readonly name: string;
  readonly schema: Mapping;
}

/** The options, and those within them. What stands for items and free values has no name of its own. */
function optionsIn(schema: unknown, within = ''): readonly Option[] {
  if (!isMapping(schema)) return [];
  const named = Object.entries(isMapping(schema.properties) ? schema.properties : {});
  const own = named.flatMap(([key, inner]) =>
    isMapping(inner) ? [{ name: within + key, schema: inner }] : [],
  );
  const inner = innerSchemas(schema, '').map(([one]) => one);
  return [
    ...own,
    ...inner.flatMap((one, at) => optionsIn(one, `${within}${named[at]?.[0] ?? ''}.`)),
  ];
}
