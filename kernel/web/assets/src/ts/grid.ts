// What a spreadsheet puts on the clipboard, as rows of cells. Tab-separated text with quoted cells; pure, tested.

export function parseGrid(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  const endCell = () => { row.push(cell); cell = ""; };
  const endRow = () => { endCell(); rows.push(row); row = []; };
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text.charAt(at + 1) === '"') { cell += '"'; at += 1; }
      else quoted = false;
    } else if (character === '"' && cell === "" && closes(text, at)) quoted = true;
    else if (character === "\t") endCell();
    else if (character === "\n" || character === "\r") {
      if (character === "\r" && text.charAt(at + 1) === "\n") at += 1;
      endRow();
    } else cell += character;
  }
  if (cell !== "" || row.length > 0) endRow();
  return rows;
}

/** A quote opens a quoted cell only if a matching one closes it before a tab, a line end or the end of the text. */
function closes(text: string, open: number): boolean {
  for (let at = open + 1; at < text.length; at += 1) {
    if (text.charAt(at) !== '"') continue;
    if (text.charAt(at + 1) === '"') { at += 1; continue; }
    return at + 1 === text.length || "\t\r\n".includes(text.charAt(at + 1));
  }
  return false;
}

/** Whether a paste is a range of cells and not one value. */
export function isRange(grid: string[][]): boolean {
  return grid.length > 1 || (grid[0]?.length ?? 0) > 1;
}

/** What to put into a number field: `¥1,234,000円`, `△1,000`, `12.5%` lose their decoration; anything else stays as it is. */
export function plainNumber(text: string): string {
  const folded = text.trim().normalize("NFKC");
  const bare = folded.replaceAll(/[¥\\円,\s%人]/g, "").replace(/^[△▲−]/, "-").replace(/^\((.+)\)$/, "-$1");
  return /^-?\d+(\.\d+)?$/.test(bare) ? bare : text.trim();
}

export interface Choice {
  value: string;
  label: string;
}

/** The choice a pasted word means: its value, its label, or a label that contains it alone. */
export function matchChoice(text: string, choices: Choice[]): string | undefined {
  const wanted = fold(text);
  if (wanted === "") return "";
  const exact = choices.find(({ value, label }) => fold(value) === wanted || fold(label) === wanted);
  if (exact) return exact.value;
  const near = choices.filter(({ label }) => fold(label).includes(wanted));
  return near.length === 1 ? near[0]?.value : undefined;
}

function fold(text: string): string {
  return text.normalize("NFKC").replaceAll(/\s/g, "").toLowerCase();
}
