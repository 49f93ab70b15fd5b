import { chromium } from "playwright-core"; import { readFileSync } from "node:fs"; import { basename } from "node:path";
const [out, mode, ...files] = process.argv.slice(2);
const size = (f: string) => { const b = readFileSync(f); return [b.readUInt32BE(16), b.readUInt32BE(20)] as const; };
const W = mode === "n" ? 390 : 780, H = 1540; const cols: string[] = [];
for (const f of files) { const [w, h] = size(f); const s = W / w; const n = Math.min(Math.ceil((h * s) / H), mode === "n" ? 6 : 4); const data = readFileSync(f).toString("base64");
  for (let i = 0; i < n; i++) cols.push(`<div style="width:${W}px;height:${Math.min(H, h * s - i * H)}px;overflow:hidden;position:relative;border-right:2px solid red"><img style="position:absolute;top:${-i * H}px;width:${W}px" src="data:image/png;base64,${data}"></div>`); }
const per = mode === "n" ? 4 : 2; const b = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
for (let i = 0; i * per < cols.length; i++) { const p = await b.newPage({ viewport: { width: 1568, height: H } }); await p.setContent(`<body style="margin:0;display:flex;background:#888">${cols.slice(i * per, i * per + per).join("")}`); await p.screenshot({ path: `${out}-${i}.png` }); await p.close(); }
console.log(Math.ceil(cols.length / per)); await b.close();
