import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it, test } from "vitest";
import { snippetNeeds, usageSnippet } from "../../../src-renderer/composables/usage-snippet.js";
import { findPython } from "../../support/python.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const outputs = [{ name: "label", dtype: "float32", shape: ["N", 2], description: "probabilities of a, b" }];
const picture = (channels: number) => ({ inputs: [{ name: "image", dtype: "uint8", shape: ["N", "H", "W", channels], description: "pictures" }], outputs });
const row = { inputs: [{ name: "features", dtype: "float32", shape: ["N", 3], description: "columns a, b, c" }], outputs };

const python = findPython("numpy", "PIL.ImageOps");
if (python === undefined)
  console.warn("skipped: the program in Python reads a picture, because no python3 has numpy and PIL; Debian has them as python3-numpy and python3-pil");

/** The pixels of `picture.png`, as the program reads them. */
function readInPython(folder: string, channels: number) {
  const code = usageSnippet("python", picture(channels), "m.onnx");
  const call = /"image": (read\(.+\)),$/m.exec(code)?.[1] ?? "";
  const reading = code.slice(0, code.indexOf("session =")).replace("import onnxruntime as ort\n", "");
  writeFileSync(join(folder, "read.py"), `${reading}\nimages = ${call}\nprint(images.dtype, list(images.shape), images.ravel().tolist())\n`);
  return spawnSync(python ?? "", ["read.py"], { cwd: folder, encoding: "utf8" });
}

describe("a program that asks an exported model", () => {
  it("needs what reads pictures only where there are any", () => {
    expect([snippetNeeds("python", row), snippetNeeds("javascript", row)]).toEqual(["pip install onnxruntime numpy", "npm install onnxruntime-node"]);
    expect([snippetNeeds("python", picture(3)), snippetNeeds("javascript", picture(3))]).toEqual([
      "pip install onnxruntime numpy pillow",
      "npm install onnxruntime-node sharp",
    ]);
    expect(usageSnippet("python", row, "m.onnx")).not.toContain("PIL");
  });

  // The whole program in JavaScript runs in tests/ui/pictures.spec.ts.
  test.skipIf(python === undefined).each([
    [3, [255, 255, 255, 200, 40, 90]],
    [1, [255, 94]],
  ] as const)("reads a picture of %i channels in Python, white where it is transparent", async (channels, bytes) => {
    const folder = temporaryFolder();
    await sharp(Uint8Array.of(9, 9, 9, 0, 200, 40, 90, 255), { raw: { width: 2, height: 1, channels: 4 } })
      .png()
      .toFile(join(folder, "picture.png"));
    const { stdout, stderr } = readInPython(folder, channels);
    expect(stdout.trim(), stderr).toBe(`uint8 [1, 1, 2, ${channels}] [${bytes.join(", ")}]`);
  });

  test.skipIf(python === undefined)("turns a plain TIFF too, which PIL does not where it maps the file", async () => {
    const folder = temporaryFolder();
    await sharp(Uint8Array.of(10, 20, 30, 40, 50, 60), { raw: { width: 3, height: 2, channels: 1 } })
      .toColourspace("b-w")
      .withMetadata({ orientation: 6 })
      .tiff({ compression: "none" })
      .toFile(join(folder, "picture.png"));
    const { stdout, stderr } = readInPython(folder, 1);
    expect(stdout.trim(), stderr).toBe("uint8 [1, 3, 2, 1] [40, 10, 50, 20, 60, 30]");
  });
});
