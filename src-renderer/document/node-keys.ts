import type { Link, NodeKind } from "./network.js";

/** Nodes and links of the graph under one kind of key. An input or a layer may be called as a target is. */
export interface NodeRef {
  readonly kind: NodeKind;
  readonly name: string;
}

export function keyOf({ kind, name }: NodeRef): string {
  return `${kind}:${name}`;
}

export function layerKey(id: string): string {
  return keyOf({ kind: "layer", name: id });
}

export function linkKey({ from, to }: Link): string {
  return `link:${from}>${"layer" in to ? `layer:${to.layer}#${to.slot}` : `output:${to.target}`}`;
}

/** @returns undefined for a link's key. */
export function nodeOf(key: string): NodeRef | undefined {
  const [, kind, name] = /^(input|layer|output):(.*)$/su.exec(key) ?? [];
  return kind === undefined || name === undefined ? undefined : { kind: kind as NodeKind, name };
}
