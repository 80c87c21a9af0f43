import { once } from "node:events";
import { existsSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { openBytes } from "../../../../src-main/datasets/sources/text-file.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const OPEN = "/proc/self/fd";
const canBeTold = existsSync(OPEN);

function openFiles(): readonly string[] {
  return readdirSync(OPEN).flatMap((fd) => {
    try {
      return [readlinkSync(join(OPEN, fd))];
    } catch {
      // The one that lists them.
      return [];
    }
  });
}

it.runIf(canBeTold)(
  `whoever has seen enough of a gzipped file and leaves closes it${canBeTold ? "" : " (not tried: only Linux tells which are open)"}`,
  async () => {
    const path = join(temporaryFolder(), "t.csv.gz");
    // Longer than what is read ahead, so that the file's own end does not close it.
    writeFileSync(path, gzipSync(Buffer.alloc(8 << 20, "1,2\n"), { level: 0 }));
    const bytes = openBytes(path);
    await once(bytes, "readable");
    expect(openFiles()).toContain(path);
    bytes.destroy();
    await expect.poll(openFiles).not.toContain(path);
  },
);
