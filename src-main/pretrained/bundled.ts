import { createHash } from "node:crypto";
import { join } from "node:path";
import { packageRoot } from "../base/entries.js";
import { backbones } from "./backbones/index.js";
import { readSafeTensors } from "./safetensors.js";
import type { PretrainedKind, PretrainedSource } from "./source.js";

/** They never change while Lathe runs, and a network that is edited is planned again and again. */
const opened = new Map<string, PretrainedSource>();

/** The networks in `resources/pretrained`. */
export const bundled: PretrainedKind = {
  opens: (name) => backbones.has(name),
  names: backbones.types,
  open(name) {
    const known = opened.get(name);
    if (known) return known;
    const backbone = backbones.get(name);
    const { tensors, bytes } = readSafeTensors(join(packageRoot, "resources", "pretrained", name, "weights.safetensors"));
    const source = { name, sha256: createHash("sha256").update(bytes).digest("hex"), tensor: (of: string) => tensors.get(backbone.tensorName(of) ?? "") };
    opened.set(name, source);
    return source;
  },
};
