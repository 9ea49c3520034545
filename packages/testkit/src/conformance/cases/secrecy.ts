import { type Case, NotApplicable, Violation } from '../case.ts';
import { leakIn } from '../secret-search.ts';
import type { Subject } from '../subject.ts';
import { tour } from '../tour.ts';
import { tried } from '../trial.ts';

export const tokenNowhere: Case = async (subject) => {
  const secrets = tokensOf(subject);
  await tried(async (trial) => {
    const { rejections } = await tour(trial);
    const shown = [
      ...trial.said.map((said) => ({ where: `the log line "${said.message}"`, value: said })),
      ...rejections.map(({ doing, error }) => ({
        where: `what ${doing} rejected with`,
        value: error,
      })),
    ];
    for (const { where, value } of shown) {
      const leak = leakIn(value, secrets);
      if (leak === undefined) continue;
      throw new Violation({
        expected: 'no token in anything that the sink says or rejects with',
        seen: `the token ${leak} of ${where}`,
        whatToDo:
          'call reveal() only where the bytes leave the process, and keep requests and errors of libraries that hold headers out of `cause`',
      });
    }
  })(subject);
};

export const tokenNotInUrl: Case = async (subject) => {
  const secrets = tokensOf(subject);
  await tried(async (trial) => {
    await tour(trial);
    if (trial.backend.urls === undefined) throw new NotApplicable('the destination has no URLs');
    for (const url of trial.backend.urls()) {
      if (leakIn(url, secrets) === undefined) continue;
      throw new Violation({
        expected: 'no token in a path or a query',
        seen: 'a request with the token in its URL',
        whatToDo: 'send it in a header: URLs are written down by proxies and servers on the way',
      });
    }
  })(subject);
};

export const constantSentence: Case = tried(async (trial) => {
  const { batches } = await tour(trial);
  const particular = batches.flatMap(({ id, records }) => [
    id,
    ...records.flatMap((record) => [record.id, record.container?.name ?? record.id]),
  ]);
  for (const { message } of trial.said) {
    const fact = particular.find((text) => message.includes(text));
    if (fact === undefined) continue;
    throw new Violation({
      expected: 'a sentence that is the same every time',
      seen: `"${message}"`,
      whatToDo: `give ${JSON.stringify(fact)} as a field: log.warn({ … }, 'A sentence.')`,
    });
  }
});

function tokensOf({ harness: { token }, definition }: Subject): readonly string[] {
  const tokens = typeof token === 'string' ? [token] : Object.values(token ?? {});
  if (tokens.length > 0) return tokens;
  if (definition.token === 'none') throw new NotApplicable('the sink has no token');
  throw new Violation({
    expected: 'a harness with a token, as the sink takes one',
    seen: 'none',
    whatToDo: "write token: 'token-of-the-test', or one for each kind",
  });
}
