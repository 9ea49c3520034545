import type { Figures } from './figures.ts';
import { bytesText, percentText, secondsText } from './figures-text.ts';
import { cutLine, type Line, type Span, spaced, span, widthOfLine } from './line.ts';

/** Who is shown: the agent, its engine, and what it costs. What has no room is left out, the least first. */
export function headerLine({ state, uptimeSeconds, cpuPercent }: Figures, width: number): Line {
  const { agent, engine } = state;
  const items: readonly Span[] = [
    span(`tallyman on ${agent.host}`, 'heading'),
    engine.isConnected ? span(engine.product) : span(`${engine.product}: not connected`, 'bad'),
    span(`cpu ${cpuPercent === undefined ? '-' : percentText(cpuPercent)}`),
    span(`memory ${bytesText(agent.rssBytes)}`),
    span(`up ${secondsText(uptimeSeconds)}`),
    span(`version ${agent.version}`, 'dim'),
    span(`API ${engine.apiVersion}`, 'dim'),
    span(engine.address, 'dim'),
    span(`configuration ${agent.configSource}`, 'dim'),
  ];
  let shown = items.length;
  while (shown > 1 && widthOfLine(spaced(items.slice(0, shown))) > width) shown--;
  return cutLine(spaced(items.slice(0, shown)), width);
}
