import { type Connecting, useModelPanels } from "../../stores/model-panels.js";
import { useModelView } from "../../stores/model-view.js";
import { type Link, whyNotConnect } from "../../document/network.js";
import type { Place } from "../../document/network-edits.js";
import { keyOf, layerKey, nodeOf, type NodeRef } from "../../document/node-keys.js";
import type { Position } from "../../document/node-positions.js";
import { useNotices } from "../../stores/notices.js";
import { texts } from "../../texts/index.js";
import { besideNode, focusForm, focusNode } from "./graph-focus.js";

/** What can be done to the network by key, menu or button; the keyboard stays at what it was done to. */
export function useModelCommands() {
  const view = useModelView();
  const panels = useModelPanels();
  const notices = useNotices();

  /** @param at where the layer is drawn, if not in its usual place */
  function add(type: string, place?: Place, options?: Readonly<Record<string, unknown>>, at?: Position): void {
    const id = view.addLayer(type, place, options);
    if (id === undefined) return;
    if (at) view.movePositions({ [layerKey(id)]: at });
    panels.tab = "layer";
    focusNode(layerKey(id));
  }

  function focusCurrent(): void {
    focusNode(view.current);
  }

  function remove(): void {
    view.removeSelected();
    focusCurrent();
  }

  /** Also on the system's clipboard, where it lets us. */
  function copy(): void {
    const text = view.copy();
    if (text !== undefined) void navigator.clipboard.writeText(text).catch(() => undefined);
  }

  function paste(text?: string): void {
    view.paste(text);
    focusCurrent();
  }

  function duplicate(): void {
    if (view.copy() !== undefined) paste();
  }

  function selectAll(): void {
    view.select(
      view.network.layers.map(({ id }) => layerKey(id)),
      view.current,
    );
  }

  function openForm(): void {
    panels.tab = "layer";
    focusForm();
  }

  /** What a node can be connected to, or from. */
  function candidates({ kind, name }: NodeRef, direction: Connecting["direction"]): readonly NodeRef[] {
    const { inputs, layers, outputs } = view.network;
    const layerRefs = layers.map(({ id }): NodeRef => ({ kind: "layer", name: id }));
    if (direction === "to") {
      const targets = [...outputs.filter(({ from }) => from === undefined), ...outputs.filter(({ from }) => from !== undefined)].map(({ target }): NodeRef => ({
        kind: "output",
        name: target,
      }));
      return [...layerRefs, ...targets].filter(
        (to) => whyNotConnect(view.network, name, to.kind === "output" ? { target: to.name } : { layer: to.name }) === undefined,
      );
    }
    const to = kind === "output" ? { target: name } : { layer: name };
    return [...inputs.map((input): NodeRef => ({ kind: "input", name: input })), ...layerRefs].filter(
      (from) => whyNotConnect(view.network, from.name, to) === undefined,
    );
  }

  /** Opens the menu of what a node can be connected to; an answer, of what it can be connected from. */
  function openConnect(key: string, direction?: Connecting["direction"], place = besideNode(key)): void {
    const node = nodeOf(key);
    if (!node) return;
    const way = direction ?? (node.kind === "output" ? "from" : "to");
    if (candidates(node, way).length === 0) notices.say(texts.model.graph.nothingToConnect);
    else panels.connecting = { key, direction: way, ...place };
  }

  /** The connection that leads to an answer. */
  function linkOf({ kind, name }: NodeRef): Link | undefined {
    return kind === "output" ? view.network.links.find(({ to }) => "target" in to && to.target === name) : undefined;
  }

  /** Opens the list of layers for one after a node; before an answer. */
  function openAdd(key: string | undefined, kind: "after" | "branch" = "after"): void {
    const node = key === undefined ? undefined : nodeOf(key);
    const link = node && linkOf(node);
    if (!node || view.selected.size > 1) panels.adding = {};
    else if (node.kind === "output") panels.adding = link ? { place: { kind: "edge", link } } : {};
    else panels.adding = { place: { kind, id: node.name } };
  }

  return {
    add,
    remove,
    copy,
    paste,
    duplicate,
    selectAll,
    openForm,
    candidates,
    openConnect,
    openAdd,
    focusCurrent,
    focus: (node: NodeRef) => {
      view.select([keyOf(node)]);
      focusNode(keyOf(node));
    },
  };
}
