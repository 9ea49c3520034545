/** `strained`: a sink does not take what it is given, or what it did not take is still on disk; `eased`: none. */
export type StrainState = 'strained' | 'eased';

/** Says when the first lane comes under strain, and when the last one is relieved. */
export class Strain {
  readonly #lanes = new Set<object>();
  readonly #changed: (state: StrainState) => void;

  constructor(changed: (state: StrainState) => void) {
    this.#changed = changed;
  }

  note(lane: object, state: StrainState): void {
    const { size: before } = this.#lanes;
    if (state === 'strained') this.#lanes.add(lane);
    else this.#lanes.delete(lane);
    const { size } = this.#lanes;
    if ((before === 0) !== (size === 0)) this.#changed(state);
  }
}
