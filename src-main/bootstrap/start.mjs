import { findElectron, whyNoDisplay } from "./electron.mjs";
import { becomeCli, prepare, root, run, say } from "./shared.mjs";

await prepare();
const reason = await openWindow();
if (reason) {
  say(`Lathe opens in the browser, because ${reason}.`);
  await becomeCli(["serve", "--open", ...process.argv.slice(2)]);
}

/** Shows the studio in a window and ends with it. @returns why there was none. */
async function openWindow() {
  const noDisplay = whyNoDisplay();
  if (noDisplay) return noDisplay;
  const electron = await findElectron({ fetchIt: true });
  if (!electron.path) return electron.reason;
  const start = Date.now();
  // Chromium refuses to run as root inside its sandbox.
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const { code, output } = await run(electron.path, [...sandbox, root, ...process.argv.slice(2)], { stdio: ["inherit", "inherit", "pipe"] });
  if (code === 0) process.exit(0);
  if (Date.now() - start < 5000) return `Electron could not start: ${output.trim().split("\n").at(-1) ?? `code ${code}`}`;
  say(output.trimEnd());
  process.exit(code);
}
