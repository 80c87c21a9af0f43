import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Page } from "@playwright/test";
import { packageRoot } from "../../src-main/base/entries.js";
import { warningIn } from "./node-warnings.js";

const register = pathToFileURL(join(packageRoot, "tests", "support", "electron-host", "register.mjs")).href;

export interface MenuItem {
  readonly id?: string;
  readonly label?: string;
  readonly role?: string;
  readonly enabled: boolean;
  readonly accelerator?: string;
  readonly submenu: readonly MenuItem[] | null;
}

/** Lathe's built desktop host, running in the test host of `electron-host/electron.mjs`. */
export interface DesktopApp {
  /** The window that is open. */
  page(): Promise<Page>;
  /** Does what a user of the desktop does, or looks at something; the names are those of `electron-host/control.mjs`. */
  ask(deed: string, value?: unknown): Promise<unknown>;
  /** What the main process wrote to stderr so far. */
  log(): string;
  readonly pid: number;
  /** Waits for its end. @returns its exit code */
  readonly ended: Promise<number>;
  /** @returns its exit code. @throws where Node warned of anything in it. */
  quit(): Promise<number>;
}

/** @param home the state folder. @param args what the command line names. */
export async function startDesktop(home: string, args: readonly string[] = []): Promise<DesktopApp> {
  const child = fork(join(packageRoot, "out", "main", "electron.js"), [...args], {
    execArgv: ["--import", register],
    stdio: ["ignore", "inherit", "pipe", "ipc"],
    env: { ...process.env, LATHE_HOME: home },
  });
  let log = "";
  child.stderr?.on("data", (data: Buffer) => (log += data.toString()));
  const ended = once(child, "exit").then(([code]) => Number(code ?? 1));
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  child.on("message", ({ call, value, error }: { call: number; value?: unknown; error?: string }) => {
    const { resolve, reject } = waiting.get(call) ?? {};
    waiting.delete(call);
    if (error === undefined) resolve?.(value);
    else reject?.(new Error(error));
  });
  void ended.then((code) => waiting.forEach(({ reject }) => reject(new Error(`the app ended with ${code}: ${log}`))));
  let calls = 0;
  const ask = (deed: string, value?: unknown) =>
    new Promise<unknown>((resolve, reject) => {
      waiting.set(++calls, { resolve, reject });
      if (child.connected) child.send({ call: calls, deed, value });
      else reject(new Error(`the app has ended: ${log}`));
    });
  let browser: Awaited<ReturnType<typeof chromium.connectOverCDP>> | undefined;

  async function page(): Promise<Page> {
    for (;;) {
      const endpoint = browser ? undefined : ((await ask("endpoint")) as string | undefined);
      if (endpoint !== undefined) browser = await chromium.connectOverCDP(endpoint);
      const found = browser
        ?.contexts()
        .flatMap((context) => context.pages())
        .find((candidate) => candidate.url().startsWith("http://studio.lathe/"));
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  return {
    page,
    ask,
    ended,
    pid: child.pid ?? 0,
    log: () => log,
    async quit() {
      await ask("quit").catch(() => undefined);
      const code = await ended;
      await browser?.close().catch(() => undefined);
      const warning = warningIn(log);
      if (warning !== undefined) throw new Error(`Node warned in the desktop host: ${warning}`);
      return code;
    },
  };
}
