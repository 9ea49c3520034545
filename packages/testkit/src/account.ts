/** A lane's account at one moment. */
interface Balance {
  readonly offered: number;
  readonly delivered: number;
  readonly dropped: Readonly<Record<string, number | undefined>>;
  readonly held: number;
}

/** Throws unless the conservation law holds: each record offered was delivered, or dropped, or is held. */
export function expectBalanced(account: Balance): void {
  const { offered, delivered, dropped, held } = account;
  const droppedInAll = Object.values(dropped).reduce<number>((sum, count = 0) => sum + count, 0);
  if (offered !== delivered + droppedInAll + held) {
    throw new Error(
      `offered ${offered} ≠ delivered ${delivered} + dropped ${droppedInAll} + held ${held}: ${JSON.stringify(account)}`,
    );
  }
}
