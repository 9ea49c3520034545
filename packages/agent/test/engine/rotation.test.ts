import { expect, test } from '@jest/globals';
import { describeEngine } from '@tallyman/testkit/docker';
import { AgentLives, livesLimitMs } from '../support/agent-lives.ts';
import { compared, sound } from '../support/compared.ts';
import { laneOf } from '../support/said.ts';

const [lines, longEvery, longNumbers] = [6_000, 20, 7_000];
const numbersOf = (line: number) => (line % longEvery === 0 ? longNumbers : 12);

// About a megabyte a second: a file is full after each.
const printing = `awk 'BEGIN {
  for (n = 1; n <= ${lines}; n++) {
    printf "%d:", n
    count = n % ${longEvery} ? 12 : ${longNumbers}
    for (i = 0; i < count; i++) printf " %d", n + i
    printf "\\n"
    if (n % 200 == 0) { fflush(); system("usleep 200000") }
  }
}'; exec sleep 600`;

const printed = Array.from({ length: lines }, (_, at) => {
  const line = at + 1;
  return `${line}: ${Array.from({ length: numbersOf(line) }, (_, i) => line + i).join(' ')}`;
});

describeEngine('a log that is rotated while the engine follows it', (client) => {
  test.each([
    ['of two outputs', false],
    ['of a terminal', true],
  ])(
    'comes whole, each line once, also those that a rotation tears: %s',
    async (_, tty) => {
      const name = tty ? 'torn-tty' : 'torn';
      await using lives = AgentLives.logsOnly(client(), name, { reader: 'engine' });
      await lives.start();

      const id = await client().run({
        name,
        tty,
        logOptions: { 'max-size': '1m', 'max-file': '20' },
        command: printing,
      });
      await lives.until(() => lives.messagesOf(id).includes(printed.at(-1) ?? ''), 'all came');
      const { account } = await lives.present.stop();

      expect(compared(lives.messagesOf(id), printed)).toEqual(sound);
      expect(lives.events.filter(({ action }) => action === 'gap')).toEqual([]);
      expect(laneOf(account)).toMatchObject({ dropped: {}, held: 0 });
    },
    livesLimitMs,
  );
});
