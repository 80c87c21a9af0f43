import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright";
import { handlers, isCancelled } from "./network.mjs";

/** Where the page stands in the browser, and what main is told instead. */
const outside = "http://studio.lathe/";
const inside = "lathe://studio/";
export const toInside = (url) => (url.startsWith(outside) ? inside + url.slice(outside.length) : url);
export const toOutside = (url) => (url.startsWith(inside) ? outside + url.slice(inside.length) : url);

let running;

/** The one Chromium of this app, which the test joins at `endpoint`. */
export function browser() {
  return running;
}

export async function startBrowser() {
  const http = createServer((request, response) => void answer(request, response));
  await new Promise((done) => http.listen(0, "127.0.0.1", done));
  const profile = mkdtempSync(join(tmpdir(), "lathe-electron-host-"));
  const child = spawn(
    process.env.LATHE_CHROMIUM ?? "/usr/bin/chromium",
    [
      "--headless=new",
      "--remote-debugging-port=0",
      `--user-data-dir=${profile}`,
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--hide-scrollbars",
      `--host-resolver-rules=MAP studio.lathe 127.0.0.1:${http.address().port}`,
      `--unsafely-treat-insecure-origin-as-secure=${outside.slice(0, -1)}`,
      "about:blank",
    ],
    { stdio: ["ignore", "ignore", "pipe"], detached: process.platform !== "win32" },
  );
  const endpoint = await new Promise((resolve, reject) => {
    let text = "";
    child.stderr.on("data", (data) => {
      const found = /DevTools listening on (ws:\S+)/.exec((text += data));
      if (found) resolve(found[1]);
    });
    child.on("exit", (code) => reject(new Error(`Chromium ended with ${code}: ${text}`)));
    child.on("error", reject);
  });
  const connection = await chromium.connectOverCDP(endpoint);
  const [context] = connection.contexts();
  await context.route("**/*", async (route) => {
    const url = toInside(route.request().url());
    return (await isCancelled(url)) ? route.abort("blockedbyclient") : route.fallback();
  });
  running = { endpoint, context, child, http, profile, connection };
}

/** What the app's protocol handler answers. */
async function answer(request, response) {
  const handler = handlers.get("lathe");
  if (!handler) return void response.writeHead(404).end();
  const answered = await handler(new Request(toInside(outside + request.url.slice(1)), { method: request.method }));
  response.writeHead(answered.status, Object.fromEntries(answered.headers));
  response.end(Buffer.from(await answered.arrayBuffer()));
}

export async function closeBrowser() {
  if (!running) return;
  const { child, http, profile, connection } = running;
  await connection.close().catch(() => undefined);
  const gone = new Promise((done) => (child.exitCode === null ? child.once("exit", done) : done()));
  end(child);
  await gone;
  http.closeAllConnections();
  http.close();
  rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}
process.on("exit", () => running && end(running.child));

/** With all its processes: those that outlive it would write into its profile while that is removed. */
function end(child) {
  try {
    if (process.platform === "win32") child.kill("SIGKILL");
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}
