import { useModelView } from "../../stores/model-view.js";
import { useProject } from "../../stores/project.js";
import type { Position } from "../../document/node-positions.js";
import { focusNode } from "./graph-focus.js";
import { neighbourOf } from "./graph-layout.js";
import { useModelCommands } from "./use-model-commands.js";

const arrows: Readonly<Record<string, "up" | "down" | "left" | "right">> = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" };

/** The keys of the graph, heard while one of its nodes, or the graph itself, has the keyboard. */
export function useGraphKeys(places: () => ReadonlyMap<string, Position>, openMenu: (key: string) => void) {
  const view = useModelView();
  const project = useProject();
  const commands = useModelCommands();

  /** With Shift, what is reached is chosen as well. */
  function go(direction: "up" | "down" | "left" | "right", more: boolean): void {
    const next = view.current === undefined ? [...places().keys()][0] : neighbourOf(view.network, places(), view.current, direction);
    if (next === undefined) return;
    view.select(more ? [...view.selected, next] : [next], next);
    focusNode(next);
  }

  /** @returns whether the key meant something. */
  function withModifier(key: string): boolean {
    if (key === "a") commands.selectAll();
    else if (key === "d" && view.selectedLayers.length > 0) commands.duplicate();
    else return false;
    return true;
  }

  function plain(event: KeyboardEvent): boolean {
    const direction = arrows[event.key];
    const node = view.current;
    if (direction) go(direction, event.shiftKey);
    else if (event.key === "Escape") view.select([], node);
    else if (event.key === "Delete" || event.key === "Backspace") commands.remove();
    else if (event.key.toLowerCase() === "a") commands.openAdd(node);
    else if (node === undefined) return false;
    else if (event.key === "Enter") {
      if (!view.selected.has(node)) view.select([node]);
      commands.openForm();
    } else if (event.key === " ") toggle(node, event.shiftKey);
    else if (event.key.toLowerCase() === "c") commands.openConnect(node);
    else if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) openMenu(node);
    else return false;
    return true;
  }

  function toggle(node: string, more: boolean): void {
    if (!more) view.select([node]);
    else view.select(view.selected.has(node) ? [...view.selected].filter((key) => key !== node) : [...view.selected, node], node);
  }

  function key(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    if (event.altKey || target.closest("button, input, select")) return;
    const understood = event.ctrlKey || event.metaKey ? !event.shiftKey && withModifier(event.key.toLowerCase()) : plain(event);
    if (understood) event.preventDefault();
  }

  function copy(event: ClipboardEvent): void {
    const text = view.copy();
    if (text === undefined) return;
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
  }

  function cut(event: ClipboardEvent): void {
    copy(event);
    if (event.defaultPrevented) commands.remove();
  }

  function paste(event: ClipboardEvent): void {
    if (project.draft === undefined) return;
    commands.paste(event.clipboardData?.getData("text/plain"));
    event.preventDefault();
  }

  return { key, copy, cut, paste, toggle };
}
