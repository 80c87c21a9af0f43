import { defineStore } from "pinia";
import { computed, ref, shallowRef, watch } from "vue";
import { toLatheError } from "../../src-main/base/errors.js";
import type { CatalogueEntry } from "../../src-main/contract/model-views.js";
import { useStudio } from "../rpc/studio.js";
import { texts } from "../texts/index.js";
import { useCatalogue } from "./catalogue.js";
import type { Draft, DraftGroup, DraftLayer, DraftModel } from "../document/draft.js";
import { applyPreset } from "../document/presets.js";
import { createClipboard } from "../document/layer-clipboard.js";
import { keptOptions, startOptions } from "../document/layer-options.js";
import {
  freshName,
  inputNames,
  type Link,
  type Network,
  type NetworkLayer,
  networkOf,
  readersOf,
  takenNames,
  targetNames,
  whyNotConnect,
} from "../document/network.js";
import { type Learning, groupsOf, withLearning, withRenamed, withoutLayers } from "../document/layer-groups.js";
import * as edits from "../document/network-edits.js";
import { layerKey, linkKey, nodeOf } from "../document/node-keys.js";
import { createNodePositions } from "../document/node-positions.js";
import { useNotices } from "./notices.js";
import { useProject } from "./project.js";
import { outputsOf } from "../../src-main/features/index.js";

const empty: Network = { inputs: [], layers: [], outputs: [], links: [] };
const names = texts.model.edits;

/** The network on the screen: what is chosen of it, where it is drawn, and every change one can make to it. */
export const useModelView = defineStore("model-view", () => {
  const studio = useStudio();
  const project = useProject();
  const catalogue = useCatalogue();
  const notices = useNotices();
  const { positions, ...places } = createNodePositions();
  const clipboard = createClipboard();
  /** Keys of nodes and links. */
  const selected = shallowRef<ReadonlySet<string>>(new Set());
  /** The node that has, or would get, the keyboard. */
  const current = ref<string>();
  const makingPreset = ref<string>();

  const network = computed(() => (project.draft ? networkOf(project.draft) : empty));
  const selectedLayers = computed(() => network.value.layers.filter(({ id }) => selected.value.has(layerKey(id))));
  const selectedLinks = computed(() => network.value.links.filter((link) => selected.value.has(linkKey(link))));
  /** The one node that is chosen. */
  const only = computed(() => (selected.value.size === 1 ? nodeOf([...selected.value][0] ?? "") : undefined));

  watch(
    () => project.path,
    (path) => {
      places.show(path);
      selected.value = new Set();
      current.value = undefined;
    },
    { immediate: true },
  );
  // What is gone, undone for example, is not chosen any more.
  watch(network, ({ inputs, layers, outputs, links }) => {
    const there = new Set([
      ...inputs.map((name) => `input:${name}`),
      ...layers.map(({ id }) => layerKey(id)),
      ...outputs.map(({ target }) => `output:${target}`),
      ...links.map(linkKey),
    ]);
    const left = [...selected.value].filter((key) => there.has(key));
    if (left.length < selected.value.size) selected.value = new Set(left);
    if (current.value !== undefined && !there.has(current.value)) current.value = left[0];
  });

  function select(keys: readonly string[], focus = keys.at(-1)): void {
    if (keys.length !== selected.value.size || keys.some((key) => !selected.value.has(key))) selected.value = new Set(keys);
    if (focus !== undefined) current.value = focus;
  }

  function change(label: string, edit: (model: DraftModel, inputs: readonly string[]) => DraftModel, key?: string): void {
    project.edit(
      label,
      (draft) => {
        const before = draft.model.layers.map(({ id }) => id);
        draft.model = edit(draft.model, inputNames(draft));
        const gone = before.filter((id) => !draft.model.layers.some((layer) => layer.id === id));
        if (gone.length > 0) setGroups(draft, withoutLayers(groupsOf(draft), gone));
      },
      key,
    );
  }

  function setGroups(draft: Draft, groups: readonly DraftGroup[]): void {
    if (groups.length > 0) draft.training.groups = [...groups];
    else delete draft.training.groups;
  }

  const entryOf = (type: string): CatalogueEntry | undefined => catalogue.catalogue?.layers.find((entry) => entry.type === type);
  /** How many things a layer may read at most; null: as many as one likes. */
  function mostOf(type: string, spec?: DraftLayer): number | null {
    if (type === "Block") return project.draft?.model.blocks?.[String(spec?.["block"])]?.inputs?.length ?? 1;
    return entryOf(type)?.arity?.[1] === null ? null : (entryOf(type)?.arity?.[1] ?? 1);
  }

  /**
   * Where a layer goes that is added without saying where: after what is chosen, else before the first answer; one that changes values, before the layer that
   * gives them, since behind it it would change what the answer means.
   */
  function placeFor(type: string): edits.Place {
    const [link] = selectedLinks.value;
    if (link && selectedLayers.value.length === 0) return { kind: "edge", link };
    const ids = selectedLayers.value.map(({ id }) => id);
    const chosen = ids.at(-1);
    if (ids.length > 1 && mostOf(type) === null) return { kind: "join", ids };
    if (chosen !== undefined) return { kind: "after", id: chosen };
    if (only.value?.kind === "input") return { kind: "after", id: only.value.name };
    const { inputs, layers, outputs } = network.value;
    const answered =
      (only.value?.kind === "output" ? outputs.find(({ target }) => target === only.value?.name) : undefined)?.from ??
      outputs.find(({ from }) => from !== undefined)?.from;
    const last = layers.find(({ id }) => id === answered);
    const inside = isAmong(type) ? beforeLast(last) : undefined;
    if (inside) return { kind: "edge", link: inside };
    if (last) return { kind: "after", id: last.id };
    const end = layers.at(-1)?.id;
    if (end !== undefined) return { kind: "after", id: end };
    const [first] = inputs;
    if (inputs.length > 1 && mostOf(type) === null) return { kind: "join", ids: inputs };
    return first === undefined ? { kind: "alone" } : { kind: "after", id: first };
  }

  /** True for what stands between layers that learn: it has no width of its own. */
  const isAmong = (type: string): boolean => ["Activation", "Normalisation", "Regularisation"].includes(entryOf(type)?.group ?? "");

  /** What leads to the layer that gives an answer, back over those that only change it; undefined where it reads several things, or nothing. */
  function beforeLast(last: NetworkLayer | undefined): Link | undefined {
    let layer = last;
    for (let left = network.value.layers.length; layer && left > 0; left--) {
      const [from, ...more] = layer.sources;
      if (from === undefined || more.length > 0) return undefined;
      if (!isAmong(layer.type)) return { from, to: { layer: layer.id, slot: 0 } };
      layer = network.value.layers.find(({ id }) => id === from);
    }
    return undefined;
  }

  /** Adds a layer, chooses it, and gives it the options that it has to have. */
  function addLayer(type: string, place: edits.Place = placeFor(type), options: Readonly<Record<string, unknown>> = {}): string | undefined {
    const draft = project.draft;
    const entry = entryOf(type);
    if (!draft || (!entry && type !== "Block")) return undefined;
    const id = freshName(entry ? baseName(entry) : typeof options["block"] === "string" ? options["block"] : "block", takenNames(draft));
    const spec: DraftLayer = { id, type, ...(entry ? startOptions(entry.schema) : {}), ...options };
    project.edit(names.add(type), (next) => {
      next.model = edits.addLayer(next.model, inputNames(next), targetNames(next), spec, place);
      const target = next.data.targets.find(({ name }) => next.model.outputs.some((output) => output.target === name && output.from === id));
      // What answers a target has as many numbers as that needs.
      if (target && "outFeatures" in spec && !("outFeatures" in options)) next.model = edits.setOption(next.model, id, "outFeatures", outputsOf(target));
    });
    select([layerKey(id)]);
    return id;
  }

  function connect(from: string, to: { readonly layer: string } | { readonly target: string }): void {
    if (whyNotConnect(network.value, from, to) !== undefined) return;
    const layer = "layer" in to ? network.value.layers.find(({ id }) => id === to.layer) : undefined;
    change(names.connect(from, "layer" in to ? to.layer : to.target), (model, inputs) =>
      edits.connect(model, inputs, from, layer ? { layer: layer.id, most: mostOf(layer.type, layer.spec) } : (to as { target: string })),
    );
  }

  /** Takes away the layers and connections that are chosen. Inputs and targets are the data's. */
  function removeSelected(): void {
    const ids = selectedLayers.value.map(({ id }) => id);
    const links = selectedLinks.value;
    if (ids.length === 0 && links.length === 0) return;
    const next = ids.length === 1 ? neighbour(ids[0] ?? "") : undefined;
    change(ids.length > 0 ? names.remove(ids) : names.disconnect, (model, inputs) => edits.removeLayers(edits.disconnect(model, inputs, links), inputs, ids));
    if (ids.length > 0) notices.say(texts.model.removed(ids), { label: texts.undo, run: () => project.undo() });
    select(next === undefined ? [] : [next]);
  }

  /** What is chosen once a layer is gone: what it read, else what read it. */
  function neighbour(id: string): string | undefined {
    const source = network.value.layers.find((layer) => layer.id === id)?.sources.at(-1);
    if (source !== undefined) return network.value.inputs.includes(source) ? `input:${source}` : layerKey(source);
    const [reader] = readersOf(network.value, id);
    return reader && ("layer" in reader.to ? layerKey(reader.to.layer) : `output:${reader.to.target}`);
  }

  function paste(text?: string): void {
    // Something else that lies on the system's clipboard does not hide what was copied here.
    const copied = clipboard.read(text) ?? clipboard.read();
    const draft = project.draft;
    if (!copied || !draft) return;
    let ids: readonly string[] = [];
    project.edit(names.paste(copied.layers.length), (next) => {
      const missing = Object.entries(copied.blocks).filter(([name]) => !Object.hasOwn(next.model.blocks ?? {}, name));
      if (missing.length > 0) next.model.blocks = { ...next.model.blocks, ...Object.fromEntries(missing) };
      ({ model: next.model, ids } = edits.pasteLayers(next.model, inputNames(next), copied.layers, takenNames(next)));
    });
    select(ids.map(layerKey));
  }

  function copy(): string | undefined {
    const ids = selectedLayers.value.map(({ id }) => id);
    if (!project.draft || ids.length === 0) return undefined;
    return clipboard.write(edits.copyLayers(project.draft.model, inputNames(project.draft), ids), project.draft.model.blocks ?? {});
  }

  function rename(id: string, to: string): void {
    project.edit(names.rename(id, to), (draft) => {
      draft.model = edits.renameLayer(draft.model, inputNames(draft), id, to);
      setGroups(draft, withRenamed(groupsOf(draft), id, to));
    });
    places.rename(layerKey(id), layerKey(to));
    select([layerKey(to)]);
  }

  /** Puts a preset's network in the place of this one. */
  async function usePreset(preset: string, title: string): Promise<void> {
    const [path, document] = [project.path, project.document];
    if (path === undefined || document === undefined || makingPreset.value !== undefined) return;
    makingPreset.value = preset;
    try {
      const change = await studio.procedures.model.preset({ project: path, document, preset });
      if (project.path !== path) return;
      project.edit(names.preset(title), (draft) => applyPreset(draft, change));
      places.forget();
      select([]);
      notices.say(texts.model.presetUsed(title, change.told), { label: texts.undo, run: () => project.undo() });
    } catch (thrown) {
      notices.complain(toLatheError(thrown).message);
    } finally {
      makingPreset.value = undefined;
    }
  }

  return {
    network,
    selected,
    current,
    selectedLayers,
    selectedLinks,
    only,
    positions,
    makingPreset,
    canPaste: clipboard.filled,
    select,
    entryOf,
    mostOf,
    placeFor,
    addLayer,
    connect,
    removeSelected,
    copy,
    paste,
    rename,
    usePreset,
    movePositions: places.move,
    forgetPositions: places.forget,
    disconnect: (link: Link) => change(names.disconnect, (model, inputs) => edits.disconnect(model, inputs, [link])),
    moveSource: (id: string, slot: number, by: -1 | 1) => change(names.order(id), (model, inputs) => edits.moveSource(model, inputs, id, slot, by)),
    setOption: (id: string, option: string, value: unknown) =>
      change(names.option(id, option), (model) => edits.setOption(model, id, option, value), `model.${id}.${option}`),
    setLearning: (layer: string, learning: Learning) =>
      project.edit(names.option(layer, "training"), (draft) => setGroups(draft, withLearning(groupsOf(draft), layer, learning)), `groups.${layer}`),
    setType(id: string, type: string): void {
      const entry = entryOf(type);
      const spec = network.value.layers.find((layer) => layer.id === id)?.spec;
      if (entry && spec) change(names.type(id, type), (model) => edits.replaceLayer(model, id, type, keptOptions(entry.schema, spec)));
    },
  };
});

/** As the presets name them: `fc1`, `norm1`, `act1`. */
function baseName({ type, group }: CatalogueEntry): string {
  if (type === "Linear") return "fc";
  if (group === "Activation") return "act";
  if (group === "Normalisation") return "norm";
  return type.toLowerCase().replace(/\d.*$/, "");
}
