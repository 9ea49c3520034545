import type { Chart, Point } from './chart.ts';
import { tickLabel, ticksTo } from './ticks.ts';

const panel = { width: 440, height: 320 };
const margin = { left: 70, right: 20, top: 44, bottom: 56 };
const columns = 2;
const legendHeight = 36;

// Readable on a light page and on a dark one; GitHub shows an image in the reader's own scheme.
const style = `
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .title { font-size: 14px; font-weight: 600; }
  .axis { stroke: #57606a; } .grid { stroke: #d0d7de; }
  .measured { fill: #0969da; } .fit { stroke: #cf222e; stroke-width: 1.5; stroke-dasharray: 6 4; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .axis { stroke: #8b949e; } .grid { stroke: #30363d; }
    .measured { fill: #58a6ff; } .fit { stroke: #ff7b72; }
  }`;

/** An image with a panel for each chart, two in a row, and one legend for all. */
export function svgOf(charts: readonly Chart[]): string {
  const rows = Math.ceil(charts.length / columns);
  const width = panel.width * Math.min(columns, Math.max(charts.length, 1));
  const height = panel.height * rows + legendHeight;
  const panels = charts.map((chart, at) => {
    const x = (at % columns) * panel.width;
    const y = Math.floor(at / columns) * panel.height;
    return `<g transform="translate(${x} ${y})">\n${panelOf(chart)}\n</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">
<title>${charts.map(({ title }) => escaped(title)).join('; ')}</title>
<style>${style}
</style>
${panels.join('\n')}
${legend(panel.height * rows)}
</svg>
`;
}

/** Where a figure is drawn. */
interface Scales {
  readonly x: (value: number) => string;
  readonly y: (value: number) => string;
}

function panelOf({ title, xLabel, yLabel, points, fit }: Chart): string {
  const xTicks = ticksTo(Math.max(...points.map(({ x }) => x)));
  const yTicks = ticksTo(Math.max(...points.map(({ y }) => y)));
  const inner = {
    width: panel.width - margin.left - margin.right,
    height: panel.height - margin.top - margin.bottom,
  };
  const [lastX = 1, lastY = 1] = [xTicks.at(-1), yTicks.at(-1)];
  const scales: Scales = {
    x: (value) => coordinate(margin.left + (value / lastX) * inner.width),
    y: (value) => coordinate(margin.top + inner.height * (1 - value / lastY)),
  };
  const middle = margin.left + inner.width / 2;
  const centre = margin.top + inner.height / 2;
  return [
    text(title, { x: middle, y: 24, classes: 'title' }),
    ...yTicks.map((tick) => yTick(tick, lastX, scales)),
    ...xTicks.map((tick) => xTick(tick, scales)),
    line({ x: 0, y: 0 }, { x: lastX, y: 0 }, 'axis', scales),
    line({ x: 0, y: 0 }, { x: 0, y: lastY }, 'axis', scales),
    fitLine(fit, { points, lastY }, scales),
    ...points.map(
      ({ x, y }) => `<circle class="measured" cx="${scales.x(x)}" cy="${scales.y(y)}" r="4"/>`,
    ),
    text(xLabel, { x: middle, y: panel.height - 14 }),
    text(yLabel, { x: 16, y: centre, rotated: true }),
  ].join('\n');
}

function yTick(tick: number, lastX: number, scales: Scales): string {
  const label = `<text x="${margin.left - 8}" y="${scales.y(tick)}" dy="0.35em" text-anchor="end">${tickLabel(tick)}</text>`;
  return `${line({ x: 0, y: tick }, { x: lastX, y: tick }, 'grid', scales)}\n${label}`;
}

function xTick(tick: number, { x, y }: Scales): string {
  return `<text x="${x(tick)}" y="${y(0)}" dy="1.6em" text-anchor="middle">${tickLabel(tick)}</text>`;
}

/** From the first point to the last, kept inside the panel. */
function fitLine(
  { intercept, slope }: Chart['fit'],
  { points, lastY }: { points: readonly Point[]; lastY: number },
  scales: Scales,
): string {
  const xs = points.map(({ x }) => x);
  const at = (x: number) => ({ x, y: Math.min(Math.max(intercept + slope * x, 0), lastY) });
  return line(at(Math.min(...xs)), at(Math.max(...xs)), 'fit', scales);
}

function line(from: Point, to: Point, classes: string, { x, y }: Scales): string {
  return `<line class="${classes}" x1="${x(from.x)}" y1="${y(from.y)}" x2="${x(to.x)}" y2="${y(to.y)}"/>`;
}

function legend(top: number): string {
  const y = top + legendHeight / 2;
  return `<g transform="translate(${margin.left} ${y})">
<circle class="measured" cx="6" cy="0" r="4"/><text x="18" y="0" dy="0.35em">measured</text>
<line class="fit" x1="100" y1="0" x2="130" y2="0"/><text x="138" y="0" dy="0.35em">line of least squares</text>
</g>`;
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly classes?: string;
  readonly rotated?: true;
}

function text(content: string, { x, y, classes, rotated }: Place): string {
  const turn = rotated ? ` transform="rotate(-90 ${x} ${y})"` : '';
  const named = classes === undefined ? '' : ` class="${classes}"`;
  return `<text${named} x="${x}" y="${y}" text-anchor="middle"${turn}>${escaped(content)}</text>`;
}

function coordinate(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
