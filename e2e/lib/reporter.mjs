// Says each test on a line and closes with "N passed, N failed".

const seconds = (ms) => `${(ms / 1000).toFixed(1)}s`;

export default async function* report(source) {
  let passed = 0;
  let failed = 0;
  const started = Date.now();
  for await (const { type, data } of source) {
    if (type === "test:stdout" || type === "test:stderr") yield data.message;
    if (type !== "test:pass" && type !== "test:fail") continue;
    if (data.details?.type === "suite") continue;
    // Node counts the file itself as a test; what it holds is reported one by one.
    if (data.file && data.name === data.file) continue;
    if (data.skip !== undefined) { yield `skipped ${data.name}: ${data.skip}\n`; continue; }
    if (type === "test:pass") {
      passed += 1;
      yield `ok      ${data.name} (${seconds(data.details.duration_ms)})\n`;
    } else {
      failed += 1;
      const error = data.details.error?.cause ?? data.details.error;
      const lines = String(error?.stack ?? error).split("\n").filter((line) => !/^\s+at .*node:|^\s*$/.test(line));
      yield `FAILED  ${data.name} (${seconds(data.details.duration_ms)})\n${lines.join("\n").replace(/^/gm, "        ")}\n`;
    }
  }
  yield `journeys took ${seconds(Date.now() - started)}\n${passed} passed, ${failed} failed\n`;
}
