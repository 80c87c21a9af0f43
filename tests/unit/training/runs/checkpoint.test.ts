import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { loadCheckpoint, saveCheckpoint } from "../../../../src-main/training/runs/checkpoint.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const first = { header: { epoch: 1 }, vectors: { weights: Float32Array.of(1, -0, Number.MIN_VALUE, 3.4e38), none: new Float32Array(0) } };
const second = { header: { epoch: 2 }, vectors: { weights: Float32Array.of(5, 6, 7, 8), none: new Float32Array(0) } };

describe("a checkpoint", () => {
  it("comes back bit for bit", () => {
    const folder = temporaryFolder();
    saveCheckpoint(folder, first);
    const loaded = loadCheckpoint(folder, () => expect.unreachable());
    expect(loaded).toEqual(first);
    expect(Buffer.from(loaded?.vectors["weights"]?.buffer ?? new ArrayBuffer(0))).toEqual(Buffer.from(first.vectors.weights.buffer));
  });

  it("is absent where none was written", () => {
    expect(loadCheckpoint(join(temporaryFolder(), "checkpoint"), () => expect.unreachable())).toBeUndefined();
  });

  it.each([
    ["cut off", (bytes: Buffer) => bytes.subarray(0, -5)],
    [
      "changed by one bit",
      (bytes: Buffer) => {
        bytes[bytes.length - 40]! ^= 1;
        return bytes;
      },
    ],
    ["empty", () => Buffer.alloc(0)],
    ["something else", () => Buffer.from("not a checkpoint, but long enough to hold a checksum at its end: yes")],
  ])("that is %s is told of, and the one before is used", (_, damage) => {
    const folder = temporaryFolder();
    saveCheckpoint(folder, first);
    saveCheckpoint(folder, second);
    const latest = join(folder, "latest.ckpt");
    writeFileSync(latest, damage(readFileSync(latest)));
    const told: string[] = [];
    expect(loadCheckpoint(folder, (file) => told.push(file))).toEqual(first);
    expect(told).toEqual([latest]);
    // The next save may be cut off between its two renames: the whole one must still be there.
    expect(readdirSync(folder).sort()).toEqual(["damaged.ckpt", "previous.ckpt"]);
    saveCheckpoint(folder, second);
    expect(readdirSync(folder).sort()).toEqual(["damaged.ckpt", "latest.ckpt", "previous.ckpt"]);
    expect(loadCheckpoint(folder, () => expect.unreachable())).toEqual(second);
    rmSync(latest);
    expect(loadCheckpoint(folder, () => expect.unreachable())).toEqual(first);
  });

  it("says so where none is whole", () => {
    const folder = temporaryFolder();
    saveCheckpoint(folder, first);
    writeFileSync(join(folder, "latest.ckpt"), "x");
    // Nobody resumes from one before: there is none.
    expect(() => loadCheckpoint(folder, () => expect.unreachable())).toThrow(
      /no checkpoint is whole \(1 damaged: it is not a checkpoint, or was cut off\); start the run anew/,
    );
  });

  it("that cannot be written leaves the last one, and says why", () => {
    const folder = join(temporaryFolder(), "checkpoint");
    saveCheckpoint(folder, first);
    // A folder where the last one would go: writing fails whoever runs the test, root too.
    mkdirSync(join(folder, "previous.ckpt", "x"), { recursive: true });
    expect(() => saveCheckpoint(folder, second)).toThrow(/cannot be written: .*What was saved before is kept; resume it with train --resume lathe-test/);
    expect(loadCheckpoint(folder, () => expect.unreachable())).toEqual(first);
    expect(readdirSync(folder).sort()).toEqual(["latest.ckpt", "previous.ckpt"]);
  });

  it("on a full disk leaves the last one, and says that the disk is full", ({ skip }) => {
    const folder = temporaryFolder();
    const disk = join(folder, "small");
    mkdirSync(disk);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], { stdio: "ignore" });
    } catch {
      skip("a small disk cannot be mounted here (needs root on Linux)");
    }
    onTestFinished(() => void execFileSync("umount", [disk]));
    const checkpoints = join(disk, "checkpoint");
    saveCheckpoint(checkpoints, first);
    expect(() => saveCheckpoint(checkpoints, { header: { epoch: 3 }, vectors: { weights: new Float32Array(100_000) } })).toThrow(
      /the disk is full; free some space/,
    );
    expect(loadCheckpoint(checkpoints, () => expect.unreachable())).toEqual(first);
  });

  it("leaves no temporary files", () => {
    const folder = temporaryFolder();
    for (const checkpoint of [first, second, first]) saveCheckpoint(folder, checkpoint);
    expect(readdirSync(folder).sort()).toEqual(["latest.ckpt", "previous.ckpt"]);
    expect(existsSync(join(folder, "latest.ckpt"))).toBe(true);
  });
});
