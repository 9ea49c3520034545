import type { ContainerReport } from '@tallyman/core';
import type { ContainerStat } from '@tallyman/sdk';
import type { ContainerState, ContainerStatState } from './state.ts';

/** A container as the endpoint shows it. */
export function containerState({ container, sinks, log, stat }: ContainerReport): ContainerState {
  const { id, name, image, status, health } = container;
  return {
    id,
    name,
    image,
    status,
    ...(health !== undefined && { health }),
    sinks,
    ...(log !== undefined && { log }),
    ...(stat !== undefined && { stat: statState(stat) }),
  };
}

function statState({
  time,
  cpu,
  memory,
  network,
  blockIo,
  pids,
}: ContainerStat): ContainerStatState {
  return {
    time,
    ...(cpu.percent !== undefined && { cpuPercent: cpu.percent }),
    memoryBytes: memory.workingSetBytes,
    ...(memory.limitBytes !== undefined && { memoryLimitBytes: memory.limitBytes }),
    ...(memory.percent !== undefined && { memoryPercent: memory.percent }),
    ...(network !== undefined && { rxBytes: network.rxBytes, txBytes: network.txBytes }),
    ...(blockIo !== undefined && {
      readBytes: blockIo.readBytes,
      writeBytes: blockIo.writeBytes,
    }),
    ...(pids !== undefined && { pids: pids.current }),
  };
}
