import { format, importRules, lint, types, unused } from "./checks.mjs";
import { ensureInstalled, fail, say, seconds } from "./shared.mjs";

await ensureInstalled();
const broken = [];
for (const check of [types, lint, format, importRules, unused]) {
  const start = Date.now();
  const { code } = await check.run();
  say(`${code === 0 ? "ok    " : "FAILED"} ${check.name} (${seconds(start)})`);
  if (code !== 0) broken.push(check.name);
}
if (broken.length > 0) fail(`check failed: ${broken.join(", ")}`);
