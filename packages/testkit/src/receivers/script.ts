/** The steps that wait for their turn, and what follows them for ever. */
export class Script<Step> {
  #steps: Step[] = [];
  #always: Step;

  constructor(always: Step) {
    this.#always = always;
  }

  set(steps: readonly Step[]): void {
    this.#steps = [...steps];
  }

  setAlways(step: Step): void {
    this.#always = step;
  }

  next(): Step {
    return this.#steps.shift() ?? this.#always;
  }

  /** The next step, where it is one that the test wrote down. */
  get ahead(): Step | undefined {
    return this.#steps[0];
  }
}
