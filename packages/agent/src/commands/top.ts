import { systemClock } from '@tallyman/sdk';
import { printableJson, standardOutput, wantsColor } from '@tallyman/sink-stdout';
import type { AgentState } from '../admin/state.ts';
import { defaultConfigPath } from '../config/places.ts';
import { type AddressChoice, adminAddress } from '../live/address.ts';
import { AdminClient } from '../live/admin-client.ts';
import { stateFrom } from '../live/answers.ts';
import type { SortKey } from '../live/choices.ts';
import { Ending } from '../live/ending.ts';
import { History } from '../live/figures.ts';
import { type Following, following } from '../live/following.ts';
import { wholeTable } from '../live/frame.ts';
import { plainText } from '../live/line.ts';
import { LiveTable } from '../live/live-table.ts';
import { Printer } from '../live/printer.ts';
import { columnsOfOutput, isScreen } from '../live/terminal.ts';
import { UsageError } from '../live/usage-error.ts';
import type { View } from '../live/view.ts';
import { complain } from './output.ts';

export interface TopOptions extends AddressChoice {
  readonly once: boolean;
  readonly json: boolean;
  readonly sort: SortKey;
  readonly filter?: string;
  readonly sink?: string;
}

/** `tallyman top`: what the agent does now, and how its containers fare. */
export async function top(options: TopOptions): Promise<number> {
  const address = await adminAddress(options, { env: process.env, defaultConfigPath });
  const client = new AdminClient(address, systemClock);
  using ending = new Ending();
  try {
    await shown(client, options, ending);
  } catch (error) {
    // What was waited for when the user ended it is no failure.
    if (!ending.signal.aborted) throw error;
  }
  return 0;
}

function shown(client: AdminClient, options: TopOptions, ending: Ending): Promise<void> {
  const { json, once } = options;
  if (json) return once ? printState(client, ending) : printStates(client, ending);
  const view = viewOf(options);
  return once || !isScreen() ? printTable(client, view, ending) : showTable(client, view, ending);
}

function viewOf({ sort, filter = '', sink }: TopOptions): View {
  return { sort, order: 'usual', filter, sink, above: 0 };
}

async function printState(client: AdminClient, { signal }: Ending): Promise<void> {
  await using printer = new Printer(standardOutput(systemClock), signal);
  await printer.print(jsonLine(await client.state(signal)));
}

async function printStates(client: AdminClient, { signal }: Ending): Promise<void> {
  await using printer = new Printer(standardOutput(systemClock), signal);
  let wasLost = false;
  for await (const happening of states(client, signal)) {
    if (happening.kind === 'lost' && !wasLost)
      complain([`tallyman: ${happening.error.message}; trying again.`]);
    wasLost = happening.kind === 'lost';
    if (happening.kind !== 'events') continue;
    for (const { data } of stateEvents(happening))
      if ((await printer.print(jsonLine(data))) === 'ended') return;
  }
}

/** One line, whatever a container is called. What the agent says beyond what this program knows stays in it. */
function jsonLine(json: string): Buffer {
  stateFrom(json);
  return Buffer.from(`${printableJson(JSON.stringify(JSON.parse(json)))}\n`);
}

// As wide as all columns need.
const widthOfFile = 200;
const betweenStatesMs = 1_000;

async function printTable(client: AdminClient, view: View, { signal }: Ending): Promise<void> {
  const history = new History();
  const first = stateFrom(await client.state(signal));
  refuseUnknownSink(view, first);
  history.add(first);
  await systemClock.sleep(betweenStatesMs, signal);
  const figures = history.add(stateFrom(await client.state(signal)));
  const lines = wholeTable(figures, view, columnsOfOutput(widthOfFile));
  await using printer = new Printer(standardOutput(systemClock), signal);
  await printer.print(Buffer.from(lines.map((line) => `${plainText(line)}\n`).join('')));
}

async function showTable(client: AdminClient, view: View, ending: Ending): Promise<void> {
  const colors = wantsColor(true) ? 'on' : 'off';
  const settings = { view, clock: systemClock, colors, quit: ending.end } as const;
  let table: LiveTable | undefined;
  try {
    for await (const happening of states(client, ending.signal)) {
      if (happening.kind === 'lost') table?.showLoss(happening.error);
      if (happening.kind !== 'events') continue;
      const newest = stateEvents(happening).at(-1);
      if (newest === undefined) continue;
      const state = stateFrom(newest.data);
      if (table === undefined) {
        refuseUnknownSink(view, state);
        table = new LiveTable(state, settings);
      } else table.show(state);
    }
  } finally {
    table?.[Symbol.dispose]();
  }
}

function states(client: AdminClient, signal: AbortSignal): AsyncGenerator<Following, void> {
  return following(client, { state: '1s' }, { clock: systemClock, random: Math.random, signal });
}

function stateEvents({ events }: Following & { readonly kind: 'events' }) {
  return events.filter(({ name }) => name === 'state');
}

function refuseUnknownSink({ sink }: View, { lanes }: AgentState): void {
  const names = lanes.map((lane) => lane.sink);
  if (sink !== undefined && !names.includes(sink))
    throw new UsageError(`--sink ${sink}: the agent has no such sink; it has ${names.join(', ')}`);
}
