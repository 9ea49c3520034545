import { valueAt } from '@tallyman/testkit/docker';
import type { AgentEnd } from './agent.ts';
import type { Damage } from './logentries-sink.ts';

/** Of sinks: lines that never arrived, and such that were never printed. */
export function damages(sinks: Readonly<Record<string, Damage>>): string[] {
  return Object.entries(sinks).flatMap(([sink, { missing, spurious }]) =>
    missing + spurious === 0 ? [] : [`${sink}: ${missing} missing, ${spurious} spurious`],
  );
}

/** An agent that did not end well, or a sink whose account has anything dropped or held. */
export function unsettled({ exitCode, account }: AgentEnd): string[] {
  const lanes = Object.entries(Object(account)).flatMap(([sink, lane]) => {
    const dropped = Object.keys(Object(valueAt(lane, 'dropped'))).length;
    const isSettled = dropped === 0 && valueAt(lane, 'held') === 0;
    return isSettled ? [] : [`${sink}: at the end ${JSON.stringify(lane)}`];
  });
  return exitCode === 0 ? lanes : [`the agent ended with ${exitCode}`, ...lanes];
}
