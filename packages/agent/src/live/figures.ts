import type { AgentState, ContainerState, ContainerStatState, LaneState } from '../admin/state.ts';
import { Backlog, type Work } from './backlog.ts';
import { secondsBetween } from './figures-text.ts';

/** A state, and what it says together with those before it. What is absent is not known yet. */
export interface Figures {
  readonly state: AgentState;
  readonly uptimeSeconds: number;
  /** Of one core. */
  readonly cpuPercent?: number | undefined;
  readonly containers: readonly ContainerFigures[];
  readonly lanes: readonly LaneFigures[];
}

/** Per second each. */
export interface ContainerFigures extends StatRates {
  readonly container: ContainerState;
  readonly lines?: number | undefined;
  readonly logBytes?: number | undefined;
}

interface StatRates {
  readonly rxBytes?: number | undefined;
  readonly txBytes?: number | undefined;
  readonly readBytes?: number | undefined;
  readonly writeBytes?: number | undefined;
}

export interface LaneFigures {
  readonly lane: LaneState;
  readonly deliveredPerSecond?: number | undefined;
  readonly work: readonly Work[];
}

/** Samples come less often than states: the last two that differ make the rate. */
interface Samples {
  readonly latest: ContainerStatState | undefined;
  readonly rates: StatRates;
}

interface LaneBacklogs {
  readonly log: Backlog;
  readonly disk: Backlog;
}

/** Makes figures of one state after the other. An agent that was started anew is begun with anew. */
export class History {
  #before: AgentState | undefined;
  #samples = new Map<string, Samples>();
  #backlogs = new Map<string, LaneBacklogs>();

  add(state: AgentState): Figures {
    if (this.#before?.agent.startedAt !== state.agent.startedAt) this.#forget();
    const before = this.#before;
    const seconds = before === undefined ? 0 : secondsBetween(before.time, state.time);
    const containersBefore = new Map(before?.containers.map((one) => [one.id, one]));
    const lanesBefore = new Map(before?.lanes.map((one) => [one.sink, one]));

    this.#samples = new Map(state.containers.map((one) => [one.id, this.#samplesOf(one)]));
    this.#backlogs = new Map(state.lanes.map(({ sink }) => [sink, this.#backlogsOf(sink)]));
    this.#before = state;
    return {
      state,
      uptimeSeconds: secondsBetween(state.agent.startedAt, state.time),
      cpuPercent: times(100, rate(before?.agent.cpuSeconds, state.agent.cpuSeconds, seconds)),
      containers: state.containers.map((container) => ({
        container,
        ...this.#samples.get(container.id)?.rates,
        ...logRates(containersBefore.get(container.id), container, seconds),
      })),
      lanes: state.lanes.map((lane) => ({
        lane,
        deliveredPerSecond: rate(
          lanesBefore.get(lane.sink)?.account.delivered,
          lane.account.delivered,
          seconds,
        ),
        work: workOf(lane, this.#backlogsOf(lane.sink), Date.parse(state.time) / 1_000),
      })),
    };
  }

  #forget(): void {
    this.#before = undefined;
    this.#samples.clear();
    this.#backlogs.clear();
  }

  #samplesOf({ id, stat }: ContainerState): Samples {
    const known = this.#samples.get(id);
    if (stat === undefined) return { latest: undefined, rates: {} };
    if (known?.latest?.time === stat.time) return known;
    return { latest: stat, rates: statRates(known?.latest, stat) };
  }

  #backlogsOf(sink: string): LaneBacklogs {
    return this.#backlogs.get(sink) ?? { log: new Backlog(), disk: new Backlog() };
  }
}

function statRates(before: ContainerStatState | undefined, now: ContainerStatState): StatRates {
  const seconds = before === undefined ? 0 : secondsBetween(before.time, now.time);
  return {
    rxBytes: rate(before?.rxBytes, now.rxBytes, seconds),
    txBytes: rate(before?.txBytes, now.txBytes, seconds),
    readBytes: rate(before?.readBytes, now.readBytes, seconds),
    writeBytes: rate(before?.writeBytes, now.writeBytes, seconds),
  };
}

function logRates(before: ContainerState | undefined, { log }: ContainerState, seconds: number) {
  return {
    lines: rate(before?.log?.lines, log?.lines, seconds),
    logBytes: rate(before?.log?.bytes, log?.bytes, seconds),
  };
}

/** Absent where one of the two counts is not there, or the count began anew in between. */
function rate(
  before: number | undefined,
  now: number | undefined,
  seconds: number,
): number | undefined {
  if (before === undefined || now === undefined || !(seconds > 0) || now < before) return undefined;
  return (now - before) / seconds;
}

function times(factor: number, figure: number | undefined): number | undefined {
  return figure === undefined ? undefined : factor * figure;
}

function workOf({ progress, queue }: LaneState, backlogs: LaneBacklogs, atSeconds: number): Work[] {
  const work: Work[] = [];
  const unread = progress === undefined ? 0 : progress.totalBytes - progress.doneBytes;
  const unreadSeconds = backlogs.log.observe(atSeconds, unread);
  if (progress !== undefined)
    work.push({
      what: 'catching up',
      unit: 'bytes',
      done: progress.doneBytes,
      total: progress.totalBytes,
      ...(unreadSeconds === undefined ? {} : { secondsLeft: unreadSeconds }),
    });
  const onDisk = queue.onDiskOnlyRecords;
  const diskSeconds = backlogs.disk.observe(atSeconds, onDisk);
  // What grows is no work that is being done: the table has the figure.
  if (onDisk > 0 && diskSeconds !== undefined)
    work.push({
      what: 'reading back from disk',
      unit: 'records',
      done: backlogs.disk.peak - onDisk,
      total: backlogs.disk.peak,
      secondsLeft: diskSeconds,
    });
  return work;
}
