// Builds dist/: app.css, app.js, fonts-<hash>.css with fonts/, favicon.svg. The server adds content hashes to the addresses.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const done = "dist";
// Built beside and moved in one step: a server being compiled meanwhile never sees half of it.
const out = "dist.new";
const scriptLimit = 60 * 1024;

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

await build({
  entryPoints: { app: "src/css/app.css" },
  outdir: out, bundle: true, minify: true, target: ["chrome111", "firefox113", "safari16"], legalComments: "none",
});

// A font that is late must not move the text a person is typing in: `optional` uses it only when it is there in time.
const fontSheet = (await readFile("node_modules/@fontsource-variable/noto-sans-jp/index.css", "utf8"))
  .replaceAll("font-display: swap", "font-display: optional");
await build({
  stdin: { contents: fontSheet, resolveDir: "node_modules/@fontsource-variable/noto-sans-jp", loader: "css", sourcefile: "fonts.css" },
  outfile: `${out}/fonts.css`, bundle: true, minify: true, loader: { ".woff2": "file" }, assetNames: "fonts/[name]-[hash]", legalComments: "none",
});
const fonts = await readFile(`${out}/fonts.css`);
const fontsName = `fonts-${createHash("sha256").update(fonts).digest("hex").slice(0, 12)}.css`;
await rename(`${out}/fonts.css`, `${out}/${fontsName}`);

await build({
  entryPoints: { app: "src/ts/app.ts" },
  outdir: out, bundle: true, minify: true, format: "esm", target: ["es2022", "safari16"], legalComments: "none",
  define: { FONTS_SHEET: JSON.stringify(fontsName) },
});
await copyFile("node_modules/@fontsource-variable/noto-sans-jp/LICENSE", `${out}/fonts/LICENSE`);
await copyFile("src/favicon.svg", `${out}/favicon.svg`);

const script = gzipSync(await readFile(`${out}/app.js`)).length;
const sheet = gzipSync(await readFile(`${out}/app.css`)).length;
console.log(`app.js ${(await stat(`${out}/app.js`)).size} bytes (${script} gzip), app.css ${sheet} gzip`);
if (script > scriptLimit) {
  console.error(`app.js is larger than ${scriptLimit} bytes gzip`);
  process.exit(1);
}
await rm(done, { recursive: true, force: true });
await rename(out, done);
