// @ts-check
// One page with everything in it: no script, no network, light and dark, wide and narrow.
import { draw, legend } from './charts.mjs';

/** @param {unknown} text */
export const escaped = (text) =>
  String(text).replace(
    /[&<>"]/g,
    (found) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[found] ?? found,
  );

const css = `
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 760px; margin: 0 auto; padding: 16px; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0.5rem 0; } h2 { font-size: 1.25rem; line-height: 1.25; margin: 2.5rem 0 0.5rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 0.25rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 12px; font-size: 0.9rem; } dt { opacity: 0.65; } dd { margin: 0; overflow-wrap: anywhere; }
svg { display: block; max-width: 100%; } .narrow { display: none; }
@media (max-width: 699px) { .wide { display: none; } .narrow { display: block; } }
.key { display: flex; flex-wrap: wrap; gap: 2px 14px; padding: 0; margin: 0 0 4px; list-style: none; font-size: 0.85rem; }
.key i { display: inline-block; width: 18px; margin-right: 5px; vertical-align: middle; border-top: 3px solid; }
.noise { border-left: 4px solid #d55e00; padding: 2px 10px; font-size: 0.9rem; }
details { margin: 0.75rem 0; } summary { cursor: pointer; min-height: 32px; }
pre, .scroll { overflow-x: auto; font-size: 0.75rem; } table { border-collapse: collapse; font-size: 0.85rem; } td, th { text-align: left; padding: 2px 10px 2px 0; vertical-align: top; }
`;

/** @param {import('./charts.mjs').Chart} chart */
function figure(chart) {
  const key = legend(chart)
    .map(
      ({ name, colour, dashed }) =>
        `<li><i style="border-color:${colour}${dashed ? ';border-top-style:dashed' : ''}"></i>${escaped(name)}</li>`,
    )
    .join('');
  return `<h3>${escaped(chart.title)}</h3>
${key && `<ul class="key">${key}</ul>`}
<div class="wide">${draw(chart, 728)}</div><div class="narrow">${draw(chart, 340)}</div>`;
}

/** @param {Recorded} recorded */
const recordedTable = ({
  machine,
  date,
  entries,
}) => `<details><summary>Recorded on another machine: ${escaped(machine)}</summary>
<p>${escaped(date)}. Not comparable with this page’s figures but in order.</p><div class="scroll"><table>
<tr><th>peer</th><th>figure</th><th>version</th><th>command</th></tr>
${entries.map((entry) => `<tr><td>${escaped(entry.peer)}</td><td>${escaped(entry.value)} ${escaped(entry.unit)}</td><td>${escaped(entry.version)}</td><td><code>${escaped(entry.command)}</code></td></tr>`).join('\n')}
</table></div></details>`;

/**
 * @typedef {{ machine: string, date: string, entries: { question: string, peer: string, value: number, unit: string, version: string, command: string }[] }} Recorded
 * @typedef {{ name: string, question: string, text: string, load: readonly number[], noisy: number, measured: number, charts: readonly import('./charts.mjs').Chart[] }} Section
 */

/**
 * @param {{ machine: Record<string, string>, sections: readonly Section[], recorded?: readonly Recorded[] }} report
 * @returns {string}
 */
export function page({ machine, sections, recorded = [] }) {
  const facts = Object.entries(machine).map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`);
  const parts = sections.map(({ name, question, text, load, noisy, measured, charts }) => {
    const own = recorded
      .map((one) => ({ ...one, entries: one.entries.filter((entry) => entry.question === name) }))
      .filter(({ entries }) => entries.length > 0);
    const noise =
      noisy > 0
        ? `<p class="noise">Noisy: in ${noisy} of ${measured} measurements the median was more than a tenth off the best (marked ~). Load ${load.map((value) => value.toFixed(1)).join(' → ')}.</p>`
        : '';
    return `<section id="${escaped(name)}"><h2>${escaped(question[0].toUpperCase() + question.slice(1))}</h2>${noise}
${charts
  .filter((chart) => chart.kind === 'roofline' || chart.data.length > 0)
  .map(figure)
  .join('\n')}
<details><summary>All figures</summary><pre>${escaped(text)}</pre></details>${own.map(recordedTable).join('\n')}</section>`;
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Plummet: measured on ${escaped(machine.processor ?? 'this machine')}</title><style>${css}</style></head>
<body><h1>Plummet, measured</h1><dl>${facts.join('')}</dl>
<p>Best of several rounds, all runners in turn; tables also have the median.</p>
${parts.join('\n')}
</body></html>
`;
}
