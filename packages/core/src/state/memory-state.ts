import type { LaneState } from './lane-state.ts';
import { MarkedPositions } from './marked-positions.ts';

/** The state of lanes where there is no directory for it: it ends with the process. */
export class MemoryState {
  /** `bornAt`: the agent's start, on the engine's clock. */
  async lanes(
    lanes: readonly { readonly name: string }[],
    bornAt: string,
  ): Promise<ReadonlyMap<string, LaneState>> {
    return new Map(lanes.map(({ name }) => [name, { positions: new MarkedPositions(bornAt) }]));
  }

  async openLane(_lane: { readonly name: string }, now: string): Promise<LaneState> {
    return { positions: new MarkedPositions(now) };
  }

  async closeLane(): Promise<void> {}

  /** There is no disk to bound. */
  boundLane(): boolean {
    return true;
  }

  bound(): void {}

  async close(): Promise<void> {}
}
