/** Tables of a page in Markdown, as data. */

export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const cellsOf = (line: string): string[] =>
  line
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());

/** The sections of that level, by heading, each up to the next heading of that level or above. */
export function sectionsOf(page: string, level: number): Map<string, string> {
  const marks = '#'.repeat(level);
  const parts = page.split(new RegExp(`^(?=#{1,${level}} )`, 'm')).filter((part) => part.startsWith(`${marks} `));
  return new Map(parts.map((part) => [part.slice(level + 1, part.indexOf('\n')), part]));
}

export function tablesOf(text: string): Table[] {
  const blocks = text.split('\n').reduce<string[][]>(
    (all, line) => {
      if (line.startsWith('|')) all[all.length - 1].push(line);
      else if (all[all.length - 1].length > 0) all.push([]);
      return all;
    },
    [[]],
  );
  return blocks
    .filter(({ length }) => length > 2)
    .map(([header, , ...rows]) => ({
      header: cellsOf(header),
      rows: rows.map(cellsOf),
    }));
}

/** The table that begins with these columns. */
export function tableOf(text: string, ...header: string[]): Table {
  const found = tablesOf(text).find((table) => header.every((name, i) => table.header[i] === name));
  if (!found) throw new Error(`there is no table of ${header.join(', ')}`);
  return found;
}

/** What stands in backticks. */
export const codeOf = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code);

/** The value of an expression in JavaScript that may use what is in `scope`. */
export const evaluated = (code: string, scope: Readonly<Record<string, unknown>> = {}): unknown =>
  new Function(...Object.keys(scope), `return (${code});`)(...Object.values(scope));

/** The value of a formula such as 2mn + 3m², or 4⌈n / `blockSize`⌉. */
export function amountOf(formula: string, letters: Readonly<Record<string, number>>): number {
  const code = formula
    .replaceAll('`blockSize`', 'B')
    .replace(/(?<=[\dBhmn])(?=[Bhmn⌈])/g, '*')
    .replaceAll('²', '**2')
    .replace(/⌈([^⌉]*)⌉/g, 'Math.ceil($1)');
  return evaluated(code, letters) as number;
}
