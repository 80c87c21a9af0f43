import { MOST_NAME } from "../base/limits.js";
import type { Step } from "./recogniser.js";

/** Gives names to the layers of an imported network: as its weights or its nodes are called in the file, each once. */
export function layerNames(): { input(name: string): string; layer(steps: readonly [Step, ...(readonly Step[])], type: string): string } {
  const taken = new Set<string>();
  const once = (wanted: string): string => {
    const short = wanted.slice(0, MOST_NAME - 10);
    let name = short;
    for (let n = 2; taken.has(name); n++) name = `${short}_${n}`;
    taken.add(name);
    return name;
  };
  return { input: (name) => once(plain(name) || "input"), layer: (steps, type) => once(fromWeights(steps) ?? fromNode(steps[0].node.name, type)) };
}

/** `layer1.0.conv1` of `layer1.0.conv1.weight` or `….weight_ih_l0`; undefined where the weights have no such name. */
function fromWeights(steps: readonly Step[]): string | undefined {
  for (const o of steps.flatMap(({ operands }) => operands)) {
    const name = o?.data && o.learned;
    const owner = name && /^(.+)[./](?:weight|bias|kernel|gamma|beta)(?:_\w+)?$/.exec(name)?.[1];
    if (owner) return plain(owner) || undefined;
  }
  return undefined;
}

/** The last parts of a node's name that tell something: `/features/features.2/Relu` is `features_2`. */
function fromNode(node: string, type: string): string {
  const parts = node.split("/").filter((part) => part !== "");
  const [made, ...outer] = parts.reverse();
  const op = (made ?? "").replace(/_\d+$/, "");
  // What the importer itself named after the operator says nothing more.
  const own = outer.filter((part, i) => i === 0 || !(outer[i - 1] ?? "").startsWith(`${part}.`));
  const [last, ...rest] = own;
  const named =
    last !== undefined && new RegExp(`^${escape(op)}(_\\d+)?$`).test(last) && rest.length > 0 ? `${rest[0] ?? ""}_${last.slice(op.length + 1)}` : last;
  const name = plain((named ?? type).replace(/^node_/, "").replace(/_$/, ""));
  return name === "" ? type.toLowerCase() : name;
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Letters, digits and _, the first no digit. */
function plain(text: string): string {
  const name = text.replace(/[^\p{L}\p{N}_-]+/gu, "_").replace(/^_+|_+$/g, "");
  return name === "" || /^[\p{L}_]/u.test(name) ? name : `n_${name}`;
}
