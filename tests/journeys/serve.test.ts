import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { packageRoot } from "../../src-main/base/entries.js";
import { studioContract } from "../../src-main/contract/procedures.js";
import { createClient } from "../../src-main/rpc/client.js";
import { createSocketTransport, type SocketLike } from "../../src-main/rpc/transports/web-socket.js";
import { last, startLathe, startNode, writeCreditProject } from "../support/lathe.js";
import { temporaryFolder } from "../support/temporary-folder.js";

/** Windows has no signal that a test could send in place of Ctrl-C. */
const withSignals = process.platform === "win32" ? describe.skip : describe;

/** Milliseconds. Two seconds are promised; a machine that runs other tests beside this one may be three times as slow. */
const PROMISED = 6000;

function serve(folder: string, json: boolean) {
  let tell: (url: string) => void = () => undefined;
  const url = new Promise<string>((resolve) => (tell = resolve));
  const args = [join(packageRoot, "out", "main", "cli.js"), "serve", "--allow", folder, ...(json ? ["--json"] : [])];
  const command = startNode(args, (event) => tell(String(event["url"])), { env: { ...process.env, LATHE_HOME: join(folder, "home") } });
  if (!json)
    command.child.stdout?.on("data", (text: Buffer) => {
      const found = /http:\S+/.exec(text.toString());
      if (found) tell(found[0]);
    });
  return { ...command, url };
}

async function openSocket(url: string): Promise<WebSocket> {
  const { host, searchParams } = new URL(url);
  const socket = new WebSocket(`ws://${host}/rpc`, { headers: { authorization: `Bearer ${searchParams.get("token") ?? ""}` } });
  await once(socket, "open");
  return socket;
}

withSignals("Ctrl-C ends lathe serve", () => {
  it("in two seconds, although an engine stands still and clients keep their sockets, and the run continues afterwards", async () => {
    const folder = temporaryFolder();
    const project = writeCreditProject(join(folder, "credit"), { epochs: 100_000, batchSize: 64, optimizer: { type: "Adam", lr: 0.001 } });
    const { child, result, url } = serve(folder, true);
    const client = createClient(studioContract, createSocketTransport((await openSocket(await url)) as unknown as SocketLike));
    const deaf = await openSocket(await url);
    (deaf as unknown as { readonly _socket: { pause(): void } })._socket.pause();
    const idle = connectTcp({ port: Number(new URL(await url).port), host: "127.0.0.1", allowHalfOpen: true });
    idle.on("error", () => undefined);
    const run = await client.procedures.training.start({ project });
    await new Promise<void>((resolve) => void client.subscribe("run", run, { next: ({ event }) => event === "epoch" && resolve() }));
    const engine = Number(execFileSync("pgrep", ["-P", String(child.pid)], { encoding: "utf8" }));
    process.kill(engine, "SIGSTOP");
    const start = performance.now();
    child.kill("SIGINT");
    const { code, stderr } = await result;
    expect(performance.now() - start).toBeLessThan(PROMISED);
    expect(code, stderr).toBe(0);
    expect(() => process.kill(engine, 0)).toThrow("ESRCH");
    expect(stderr).toMatch(/^waiting at most 1\.4 s for run 0001 of .*credit to keep what was learnt; what is cut off resumes from its last checkpoint$/m);
    deaf.terminate();
    idle.destroy();
    let asked = false;
    const resumed = startLathe(["train", project, "--resume", "0001", "--json"], ({ event }) => {
      // Once: a second Ctrl-C cancels.
      if (event !== "epoch" || asked) return;
      asked = true;
      resumed.child.kill("SIGINT");
    });
    const after = await resumed.result;
    expect([after.code, last(after.events, "done")], after.stderr).toMatchObject([0, { run: "0001", ended: "stopped" }]);
  });

  it("at once where nothing is under way", async () => {
    const { child, result, url } = serve(temporaryFolder(), true);
    await url;
    const start = performance.now();
    child.kill("SIGTERM");
    const { code, stderr } = await result;
    expect(performance.now() - start).toBeLessThan(PROMISED);
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/^Lathe is at http:\/\/127\.0\.0\.1:\d+; the link with its token is on stdout\nCtrl-C ends it\.\n$/),
    ]);
  });
});

withSignals("the token", () => {
  it.each([true, false])("is on stdout and never on stderr (--json: %s), not with what is refused either", async (json) => {
    const { child, result, url } = serve(temporaryFolder(), json);
    const link = new URL(await url);
    const token = link.searchParams.get("token") ?? "";
    expect(token).toMatch(/^[\w-]{43}$/);
    for (const path of [`/rpc?token=${token}`, `/nowhere?token=${token}`, `/?token=${token}x`]) await fetch(`${link.origin}${path}`);
    child.kill("SIGINT");
    const { stdout, stderr } = await result;
    expect(stdout).toContain(token);
    expect(stderr).toContain("refused 401");
    expect(stderr).not.toContain(token);
  });
});
