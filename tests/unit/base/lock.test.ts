import { spawn, spawnSync } from "node:child_process";
import type * as fs from "node:fs";
import { existsSync, readFileSync, readdirSync, readlinkSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { packageRoot } from "../../../src-main/base/entries.js";
import { describeHolder, holderOf, releaseLock, takeLock, waitForLock } from "../../../src-main/base/lock.mjs";
import { temporaryFolder } from "../../support/temporary-folder.js";

/** Processes that are as one is that the system is ending: killed, and its files not yet closed. That lasts some milliseconds, too short to be met. */
const ending = vi.hoisted(() => new Set<number>());

vi.mock("node:fs", async (original) => {
  const real = await original<typeof fs>();
  const readFileSync = (path: string, encoding: BufferEncoding) => {
    const text = real.readFileSync(path, encoding);
    const pid = Number(/^\/proc\/(\d+)\/stat$/.exec(path)?.[1]);
    // After the name the state, five more, then the flags.
    return ending.has(pid) ? text.replace(/(?<=\) \w(?: -?\d+){5} )\d+/, (flags) => String(Number(flags) | 4)) : text;
  };
  return { ...real, readFileSync };
});

const linux = process.platform === "linux";
const here = hostname();

/** The number of a process that has ended. */
const deadProcess = (): number => spawnSync(process.execPath, ["-e", ""]).pid;

describe("a lock", () => {
  it("is one process's until that gives it free", () => {
    const path = join(temporaryFolder(), "lock");
    expect(holderOf(path)).toBeUndefined();
    expect(takeLock(path)).toBeUndefined();
    expect(takeLock(path)).toMatchObject({ pid: process.pid, host: here });
    expect(holderOf(path)).toMatchObject({ pid: process.pid });
    releaseLock(path);
    expect(readdirSync(join(path, ".."))).toEqual([]);
    expect(takeLock(path)).toBeUndefined();
  });

  it("of another process is not given free", () => {
    const path = join(temporaryFolder(), "lock");
    const content = JSON.stringify({ pid: 1, host: here });
    writeFileSync(path, content);
    releaseLock(path);
    expect(readFileSync(path, "utf8")).toBe(content);
  });

  it.each<readonly [string, () => string]>([
    ["is empty", () => ""],
    ["was cut off", () => '{"pi'],
    ["says null", () => "null"],
    ["says {}", () => "{}"],
    ["has a list for a number", () => JSON.stringify({ pid: [1], host: here })],
    ["has a number below one", () => JSON.stringify({ pid: -1, host: here })],
    ["has more than any of ours", () => `${" ".repeat(4096)}${JSON.stringify({ pid: process.pid, host: here })}`],
    ["has a number for where its process is", () => JSON.stringify({ pid: process.pid, host: here, processes: 1 })],
    ["has no host", () => JSON.stringify({ pid: process.pid })],
    ["is a process's that has ended", () => JSON.stringify({ pid: deadProcess(), host: here })],
    ["is a bare number of a process that has ended, as earlier versions wrote it", () => String(deadProcess())],
  ])("that %s is nobody's", (_, content) => {
    const path = join(temporaryFolder(), "lock");
    writeFileSync(path, content());
    expect(holderOf(path)).toBeUndefined();
    expect(takeLock(path)).toBeUndefined();
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ pid: process.pid, host: here });
    expect(readdirSync(join(path, ".."))).toEqual(["lock"]);
  });

  it.skipIf(!linux)(`of a number that is another process's by now is nobody's${linux ? "" : " (not tried: only Linux tells when a process began)"}`, () => {
    const path = join(temporaryFolder(), "lock");
    writeFileSync(path, JSON.stringify({ pid: process.pid, host: here, started: "1" }));
    expect(takeLock(path)).toBeUndefined();
    // A bare number, older than the process that has it.
    const old = new Date(Date.now() - (process.uptime() + 60) * 1000);
    for (const timeless of [String(process.pid), JSON.stringify({ pid: process.pid, host: here })]) {
      writeFileSync(path, timeless);
      expect(takeLock(path)).toMatchObject({ pid: process.pid });
      utimesSync(path, old, old);
      expect(takeLock(path)).toBeUndefined();
    }
  });

  it.skipIf(!linux)(`of a process that is being ended is nobody's${linux ? "" : " (not tried: only Linux tells)"}`, () => {
    const path = join(temporaryFolder(), "lock");
    takeLock(path);
    expect(holderOf(path)).toMatchObject({ pid: process.pid });
    ending.add(process.pid);
    expect(holderOf(path)).toBeUndefined();
    ending.clear();
  });

  it("of another machine is held: its processes cannot be asked, and the sentence says what to do", () => {
    const path = join(temporaryFolder(), "lock");
    const holder = { pid: 7, host: "elsewhere", since: "2026-11-29T12:30:05.123Z" };
    writeFileSync(path, JSON.stringify(holder));
    expect(takeLock(path)).toEqual(holder);
    expect(describeHolder(holder, path)).toBe(
      `process 7 on elsewhere since 2026-11-29 12:30:05 UTC (${path}; where no such process is left there, delete that file)`,
    );
  });

  it("of another container with the same host's name is held like another machine's, and not given free", () => {
    const path = join(temporaryFolder(), "lock");
    // The same number means another process there.
    const holder = { pid: process.pid, host: here, processes: "pid:[1]", started: "1", since: "2026-11-29T12:30:05.123Z" };
    writeFileSync(path, JSON.stringify(holder));
    expect([takeLock(path), holderOf(path)]).toEqual([holder, holder]);
    expect(describeHolder(holder, path)).toBe(
      `process ${process.pid} in another container of ${here} since 2026-11-29 12:30:05 UTC (${path}; where no such process is left there, delete that file)`,
    );
    releaseLock(path);
    expect(existsSync(path)).toBe(true);
  });

  it.skipIf(!linux)(`says in which container its process is${linux ? "" : " (not tried: only Linux tells)"}`, () => {
    const path = join(temporaryFolder(), "lock");
    takeLock(path);
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ processes: readlinkSync("/proc/self/ns/pid") });
  });

  it("of 5 GB is nobody's, and costs no memory", () => {
    const path = join(temporaryFolder(), "lock");
    writeFileSync(path, "");
    truncateSync(path, 5 * 2 ** 30); // Sparse: it takes no room on the disk.
    const before = process.resourceUsage().maxRSS;
    expect(takeLock(path)).toBeUndefined();
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(100 << 10); // KiB
  });

  it("that is a link is replaced, and what it leads to stays", () => {
    const folder = temporaryFolder();
    const [path, other] = [join(folder, "lock"), join(folder, "other")];
    writeFileSync(other, "somebody's");
    symlinkSync(other, path);
    expect(takeLock(path)).toBeUndefined();
    releaseLock(path);
    expect([existsSync(path), readFileSync(other, "utf8")]).toEqual([false, "somebody's"]);
  });

  it("whose take-over was itself cut off by a crash is taken over", () => {
    const folder = temporaryFolder();
    const path = join(folder, "lock");
    writeFileSync(path, "");
    // Killed in the moment in which it would have had it.
    const script =
      `import { takeLock } from ${JSON.stringify(join(packageRoot, "src-main", "base", "lock.mjs"))}; import fs from "node:fs"; import { ` +
      `syncBuiltinESMExports } from "node:module";
      fs.renameSync = () => process.kill(process.pid, "SIGKILL"); syncBuiltinESMExports(); takeLock(${JSON.stringify(path)});`;
    spawnSync(process.execPath, ["--input-type=module", "-e", script]);
    expect(readdirSync(folder).some((name) => name.startsWith("lock.after-"))).toBe(true);
    expect(takeLock(path)).toBeUndefined();
    expect(holderOf(path)).toMatchObject({ pid: process.pid });
  });
});

describe("waiting for a lock", () => {
  it("says once for whom, on which file and since when, and continues when it is free", async () => {
    const path = join(temporaryFolder(), "lock");
    takeLock(path);
    const said: string[] = [];
    let heard = () => {};
    const first = new Promise<void>((resolve) => {
      heard = resolve;
    });
    const waited = waitForLock(path, {
      say: (holder) => {
        said.push(holder);
        heard();
      },
    });
    await first;
    releaseLock(path);
    await waited;
    expect(said).toEqual([expect.stringMatching(new RegExp(`^process ${process.pid} since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC \\(.*lock\\)$`))]);
    expect(holderOf(path)).toMatchObject({ pid: process.pid });
  });

  it("ends when it is called off, and leaves nothing", async () => {
    const path = join(temporaryFolder(), "lock");
    takeLock(path);
    const off = new AbortController();
    await expect(waitForLock(path, { signal: off.signal, say: () => off.abort(new Error("called off")) })).rejects.toThrow("called off");
    expect(readdirSync(join(path, ".."))).toEqual(["lock"]);
  });
});

it("several processes that find the same stale lock, again and again, never have it at once", async () => {
  const folder = temporaryFolder();
  const [path, guarded] = [join(folder, "lock"), join(folder, "guarded")];
  // Each leaves the lock as a crash would, with the number of a process that is gone, so that every round is a take-over. In one step: no lock is ever written
  // in its place, where it would be an empty one for a moment and then another, and two could each take over the one that they saw.
  const script = `
    import { renameSync, rmSync, writeFileSync } from "node:fs";
    import { takeLock } from ${JSON.stringify(join(packageRoot, "src-main", "base", "lock.mjs"))};
    const [path, guarded, dead] = process.argv.slice(1);
    for (let round = 0; round < 40; round++) {
      while (takeLock(path)) await new Promise((done) => setTimeout(done, 1));
      writeFileSync(guarded, String(process.pid), { flag: "wx" });
      rmSync(guarded);
      writeFileSync(path + process.pid, JSON.stringify({ pid: Number(dead), host: ${JSON.stringify(here)}, round }));
      renameSync(path + process.pid, path);
    }`;
  const dead = String(deadProcess());
  writeFileSync(path, JSON.stringify({ pid: Number(dead), host: here }));
  const codes = await Promise.all(
    Array.from(
      { length: 4 },
      () =>
        new Promise((resolve) => {
          const child = spawn(process.execPath, ["--input-type=module", "-e", script, path, guarded, dead], { stdio: ["ignore", "ignore", "inherit"] });
          child.on("close", resolve);
        }),
    ),
  );
  expect(codes).toEqual([0, 0, 0, 0]);
});
