import { loadNow } from './machine.ts';

/** One of several that do the same work. */
export interface Contender<Sample> {
  readonly name: string;
  run(): Promise<Sample>;
}

/** What a contender gave in each counted round. */
export interface Runs<Sample> {
  readonly name: string;
  readonly samples: readonly (Sample & { readonly load: number })[];
}

export interface Rounds {
  readonly rounds: number;
  /** Rounds before those, which are not counted. Default 1. */
  readonly warmUps?: number;
  readonly tell: (text: string) => void;
}

/** Runs them in turn, round by round, so that what else the machine does befalls all alike. */
export async function inTurn<Sample extends object>(
  contenders: readonly Contender<Sample>[],
  { rounds, warmUps = 1, tell }: Rounds,
): Promise<Runs<Sample>[]> {
  const runs = contenders.map(({ name }) => ({
    name,
    samples: [] as (Sample & { load: number })[],
  }));
  for (let round = -warmUps; round < rounds; round++)
    for (const [at, contender] of contenders.entries()) {
      tell(`${round < 0 ? 'warm-up' : `round ${round + 1} of ${rounds}`}: ${contender.name}`);
      const sample = { ...(await contender.run()), load: loadNow() };
      tell(`  ${summary(sample)}`);
      if (round >= 0) runs[at]?.samples.push(sample);
    }
  return runs;
}

function summary(sample: object): string {
  return Object.entries(sample)
    .filter(([, value]) => typeof value === 'number')
    .map(([name, value]) => `${name} ${Math.round(Number(value) * 100) / 100}`)
    .join(', ');
}
