import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { WebSocket } from "ws";
import { type LatheError, toLatheError } from "../../src-main/base/errors.js";
import { studioContract } from "../../src-main/contract/procedures.js";
import { createClient } from "../../src-main/rpc/client.js";
import { type SocketLike, createSocketTransport } from "../../src-main/rpc/transports/web-socket.js";
import { startLathe } from "../support/lathe.js";
import { pictureData, writeClasses } from "../support/pictures.js";
import { temporaryFolder } from "../support/temporary-folder.js";

// The process that reads tables and pictures dies while the studio shows them: who waits is told, the next question is answered, and the server never notices.

const ROWS = 200_000;
const CLASSES = ["dark", "light"];

function write(folder: string, name: string, project: object): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  writeFileSync(
    join(path, "project.json"),
    JSON.stringify({ version: 1, name, seed: 1, model: { layers: [], outputs: [] }, training: { epochs: 1 }, ...project }),
  );
  return path;
}

async function open() {
  const folder = temporaryFolder();
  const table = write(folder, "table", {
    data: {
      source: { type: "table", path: "table.csv" },
      inputs: [{ name: "a", type: "numeric", columns: ["a"] }],
      targets: [{ name: "b", type: "binary", column: "b" }],
    },
  });
  writeFileSync(join(table, "table.csv"), `a,b\n${Array.from({ length: ROWS }, (_, i) => `${(i * 7919) % ROWS},${i % 2}`).join("\n")}\n`);
  const pictures = write(folder, "pictures", { data: pictureData("pictures") });
  await writeClasses(join(pictures, "pictures"), CLASSES, 12, { width: 900, height: 700 });
  const names = CLASSES.flatMap((name) => readdirSync(join(pictures, "pictures", name)).map((file) => ({ picture: `${name}/${file}`, test: false })));

  let tell: (url: string) => void = () => undefined;
  const url = new Promise<string>((resolve) => (tell = resolve));
  const { child, result } = startLathe(["serve", "--json", "--allow", folder], (event) => tell(String(event["url"])), {
    env: { ...process.env, LATHE_HOME: join(folder, "home") },
  });
  const { host, searchParams } = new URL(await url);
  const socket = new WebSocket(`ws://${host}/rpc`, { headers: { authorization: `Bearer ${searchParams.get("token") ?? ""}` } });
  await once(socket, "open");
  const client = createClient(studioContract, createSocketTransport(socket as unknown as SocketLike));
  const ask = client.procedures;
  const pid = child.pid ?? 0;
  return {
    pid,
    names,
    /** Those that the server started to read. */
    readers: () =>
      execFileSync("pgrep", ["-P", String(pid), "-f", "reader.js"], { encoding: "utf8" })
        .trim()
        .split("\n")
        .map(Number),
    rows: () => ask.data.rows({ project: table, offset: 1000, limit: 50, filters: [], sort: { column: "a", descending: true } }),
    thumbnails: async (side: number) => (await ask.pictures.thumbnails({ project: pictures, pictures: names, side })).thumbnails,
    settings: () => ask.app.settings({}),
    /** Every column of the table. @param onStage the process has begun. @returns what it ended with */
    columns: (onStage: () => void) =>
      new Promise<LatheError | undefined>(
        (resolve) =>
          void client.subscribe(
            "columns",
            { project: table },
            { next: (event) => event.event === "stage" && onStage(), end: (error) => resolve(error === undefined ? undefined : toLatheError(error)) },
          ),
      ),
    async close() {
      client.dispose();
      socket.terminate();
      child.kill("SIGTERM");
      return result;
    },
  };
}

const works = process.platform === "win32" ? it.skip : it;
if (process.platform === "win32") console.log("the data process is not killed: Windows has no such signals");

works.each(["SIGKILL"] as const)("tables and pictures come back after %s, and the server stays", (signal) => comesBack(signal));
works.each(["SIGSEGV"] as const)("tables and pictures come back after %s, and the server stays", { tags: ["long"] }, (signal) => comesBack(signal));

async function comesBack(signal: "SIGKILL" | "SIGSEGV"): Promise<void> {
  const server = await open();
  const small = await server.thumbnails(48);
  expect(small.map((view) => ("problem" in view ? view.problem : [view.width, view.height]))).toEqual(server.names.map(() => [900, 700]));

  // A table that is being read, and rows of it that are waited for.
  const asked = server.rows().then(() => undefined, toLatheError);
  let killed: readonly number[] = [];
  const ended = await server.columns(() => {
    if (killed.length > 0) return;
    killed = server.readers();
    for (const pid of killed) process.kill(pid, signal);
  });
  const told = {
    code: "engine.crashed",
    message: expect.stringMatching(
      /^the process that read .*table\.csv ended unexpectedly \(signal SIG(KILL|SEGV)\); try again, and it is read again/,
    ) as unknown,
  };
  expect(ended).toMatchObject(told);
  expect(await asked).toMatchObject(told);

  // Asked again, it is opened again, and what the dead one left is gone.
  const { total, rows } = await server.rows();
  expect([total, rows.map(({ cells }) => Number(cells[0]))]).toEqual([ROWS, Array.from({ length: 50 }, (_, i) => ROWS - 1001 - i)]);
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith("lathe-work-") && killed.includes(Number(name.split("-")[3])))).toEqual([]);

  // Pictures that are under way are read again by themselves.
  const standing = server.readers();
  for (const pid of standing) process.kill(pid, "SIGSTOP");
  const larger = server.thumbnails(96);
  // The server is free meanwhile.
  await server.settings();
  for (const pid of standing) {
    process.kill(pid, signal);
    // SIGKILL ends one that stands still; it may be gone by now.
    if (signal !== "SIGKILL") process.kill(pid, "SIGCONT");
  }
  expect((await larger).map((view) => ("problem" in view ? view.problem : [view.width, view.height]))).toEqual(server.names.map(() => [900, 700]));
  expect((await server.rows()).rows).toEqual(rows);
  expect(await server.columns(() => undefined)).toBeUndefined();

  if (process.platform === "linux") expect(readFileSync(`/proc/${server.pid}/maps`, "utf8").match(/\S+(\.node|duckdb|vips|onnxruntime)\S*$/gm)).toBeNull();
  else console.log("what the server has loaded is not looked at: the system does not tell");
  expect(await server.close()).toMatchObject({ code: 0 });
}
