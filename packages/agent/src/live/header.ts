import type { EngineState } from '../admin/state.ts';
import { cut, visible } from './cells.ts';
import type { Figures } from './figures.ts';
import { bytesText, percentText, secondsText } from './figures-text.ts';
import { cutLine, type Line, type Span, spaced, span, widthOfLine } from './line.ts';

const widestHost = 32;

/** Who is shown: the agent, its engine, and what it costs. What has no room is left out, the least first. */
export function headerLine({ state, uptimeSeconds, cpuPercent }: Figures, width: number): Line {
  const { agent, engine } = state;
  const items: readonly Span[] = [
    span(`tallyman on ${cut(visible(agent.host), widestHost)}`, 'heading'),
    engineSpan(engine),
    span(`cpu ${cpuPercent === undefined ? '-' : percentText(cpuPercent)}`),
    span(`memory ${bytesText(agent.rssBytes)}`),
    span(`up ${secondsText(uptimeSeconds)}`),
    span(`version ${agent.version}`, 'dim'),
    ...(engine.apiVersion === undefined ? [] : [span(`API ${engine.apiVersion}`, 'dim')]),
    span(engine.address, 'dim'),
    span(`configuration ${agent.configSource}`, 'dim'),
  ];
  let shown = items.length;
  while (shown > 1 && widthOfLine(spaced(items.slice(0, shown))) > width) shown--;
  return cutLine(spaced(items.slice(0, shown)), width);
}

function engineSpan({ product, isConnected }: EngineState): Span {
  // Not known before it was reached.
  const name = product ?? 'engine';
  return isConnected ? span(name) : span(`${name}: not connected`, 'bad');
}
