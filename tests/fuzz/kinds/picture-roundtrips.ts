import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { PythonPeer, findPython } from "../../support/python.js";
import type { Kind } from "../kind.js";
import { pick } from "../mutate.js";
import { comparePictures, trainOnPictures } from "../roundtrips/picture-journey.js";

const python = findPython("numpy", "onnxruntime", "PIL.ImageCms");

/**
 * Folders of pictures as people have them, in any format, mode, depth, profile and orientation, through new, train, predict and export: each picture is used or
 * told, and PIL, in the program that Export writes, reads the same of it.
 */
export const pictureRoundtrips: Kind = {
  name: "picture-roundtrips",
  quick: python === undefined ? 0 : 4,
  bound: 120,
  memory: 2500,
  ...(python === undefined
    ? { omits: "everything: PIL makes and reads its pictures, and no python3 has onnxruntime, numpy and PIL (LATHE_PYTHON may name one)" }
    : {}),
  open(place) {
    const peer = python === undefined ? undefined : new PythonPeer(python, "picture_peer.py");
    return Promise.resolve({
      async feed(random, judge) {
        if (!peer) return;
        const folder = mkdtempSync(join(place.root, "pictures-"));
        const deep = () => pick(random, [{}, { bits: pick(random, [10, 12, 14, 16, 16]) }, { float: pick(random, [1, 255]) }, { bits: 16, float: 1 }]);
        const make = (name: string, classes: readonly string[], count: number, depth: object) =>
          peer.ask<Record<string, string>>({ make: join(folder, name), seed: random.uint32(), classes, count, ...depth });
        const depth = deep();
        const made = await make("seen", ["across", "down"], 14, depth);
        const others = await make("others", [""], 14, random.below(2) === 0 ? depth : deep());
        const project = { color: pick(random, ["rgb", "rgb", "gray"] as const), background: pick(random, ["#ffffff", "#ffffff", "#204080"]) };
        judge.note(JSON.stringify({ ...depth, ...project, made, others }));
        const model = await trainOnPictures({ folder, pictures: join(folder, "seen"), judge, ...project });
        await comparePictures({ model, folder, pictures: join(folder, "seen"), judge, python: peer, made });
        await comparePictures({ model, folder, pictures: join(folder, "others"), judge, python: peer, made: others });
        rmSync(folder, { recursive: true, force: true });
      },
      close() {
        peer?.close();
        return Promise.resolve();
      },
    });
  },
};
