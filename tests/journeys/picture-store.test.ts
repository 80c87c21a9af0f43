import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { killAll, last, lathe, sha256, startLathe } from "../support/lathe.js";
import { writeClasses } from "../support/pictures.js";
import { temporaryFolder } from "../support/temporary-folder.js";

// A store of pictures whose process is killed while it writes. Pictures are enlarged, so that what is made safe at a time is a part of them.

const [CLASSES, EACH, SIDE] = [["dark", "light"], 110, 640];

function project(folder: string, pictures: string): string {
  writeFileSync(
    join(folder, "project.json"),
    JSON.stringify({
      version: 1,
      name: "store",
      seed: 4,
      data: {
        source: { type: "image-folder", path: pictures },
        inputs: [{ name: "image", type: "image", column: "image", size: [SIDE, SIDE] }],
        targets: [{ name: "label", type: "category", column: "label" }],
      },
      model: {
        layers: [
          { id: "pool", type: "AvgPool2d", from: ["image"], kernelSize: SIDE / 4 },
          { id: "flat", type: "Flatten" },
          { id: "fc", type: "Linear", outFeatures: "classes" },
        ],
        outputs: [{ target: "label", from: "fc" }],
      },
      training: { epochs: 1, batchSize: 8, engine: "onnxruntime", device: "cpu" },
    }),
  );
  return folder;
}

/** What the index says, each picture against its check sum. */
function lookInto(folder: string): { readonly pictures: number; readonly damaged: number } {
  const root = join(folder, ".lathe", "cache", "pixels");
  const store = join(root, readdirSync(root)[0]!);
  const [index, pixels] = [readFileSync(join(store, "index")), readFileSync(join(store, "pixels"))];
  const bytes = index.readUInt32LE(8);
  const entries = Array.from({ length: Math.floor((index.length - 28) / 40) }, (_, k) => index.readUInt32LE(28 + k * 40 + 32));
  return { pictures: entries.length, damaged: entries.filter((sum, k) => sum !== crc32(pixels.subarray(k * bytes, (k + 1) * bytes))).length };
}

describe("a store that is being written when SIGKILL comes", () => {
  it("keeps what was made safe, and the next run resumes from there to the model of one that was never killed", { tags: ["long"] }, async () => {
    const pictures = join(temporaryFolder(), "pictures");
    await writeClasses(pictures, CLASSES, EACH);
    const [killed, whole] = [project(temporaryFolder(), pictures), project(temporaryFolder(), pictures)];
    const command = startLathe(["train", killed, "--json"], ({ event, stage, done }) => {
      if (event === "stage" && stage === "pictures" && Number(done) >= 100) killAll(command);
    });
    expect((await command.result).code).toBeNull();
    const survived = lookInto(killed);
    expect(survived.damaged).toBe(0);
    expect(survived.pictures).toBeGreaterThan(0);
    expect(survived.pictures).toBeLessThan(CLASSES.length * EACH);

    const again = await lathe("train", killed, "--json");
    expect(again.code, again.stderr).toBe(0);
    expect(lookInto(killed)).toEqual({ pictures: CLASSES.length * EACH, damaged: 0 });
    const straight = await lathe("train", whole, "--json");
    expect(straight.code, straight.stderr).toBe(0);
    expect(sha256(String(last(again.events, "done")["model"]))).toBe(sha256(String(last(straight.events, "done")["model"])));
    for (const folder of [killed, whole]) rmSync(join(folder, ".lathe"), { recursive: true });
  });
});
