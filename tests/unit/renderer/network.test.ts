import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DraftModel } from "../../../src-renderer/document/draft.js";
import { record, startHistory, undo, type History } from "../../../src-renderer/document/history.js";
import { freshName, type Link, type Network, networkOf, takenNames, whyNotConnect } from "../../../src-renderer/document/network.js";
import {
  addLayer,
  connect,
  copyLayers,
  disconnect,
  moveSource,
  pasteLayers,
  type Place,
  removeLayers,
  renameLayer,
  setOption,
} from "../../../src-renderer/document/network-edits.js";

const inputs = ["a", "b"];
const targets = ["y", "z"];
const draftOf = (model: DraftModel) => ({
  data: {
    source: { type: "table" as const, path: "" },
    inputs: inputs.map((name) => ({ name, type: "numeric" as const, columns: [name] })),
    targets: targets.map((name) => ({ name, type: "numeric" as const, column: name })),
  },
  model,
});
const read = (model: DraftModel): Network => networkOf(draftOf(model));
const empty: DraftModel = { layers: [], outputs: [] };

/** Some types take one source only, as Linear does; the rest as many as one likes. */
const mostOf = (type: string) => (type === "Linear" || type === "ReLU" ? 1 : null);

/** A step of a person: what is meant, with numbers that pick from what is there. */
type Step =
  | { readonly do: "add"; readonly type: string; readonly kind: Place["kind"]; readonly at: number; readonly more: number }
  | { readonly do: "connect"; readonly from: number; readonly to: number }
  | { readonly do: "disconnect"; readonly at: number }
  | { readonly do: "move"; readonly at: number; readonly slot: number; readonly by: -1 | 1 }
  | { readonly do: "remove"; readonly at: readonly number[] }
  | { readonly do: "rename"; readonly at: number }
  | { readonly do: "option"; readonly at: number; readonly value: number }
  | { readonly do: "paste"; readonly at: readonly number[] };

const pick = fc.nat(30);
const picks = fc.array(pick, { minLength: 1, maxLength: 4 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("add" as const),
      type: fc.constantFrom("Linear", "ReLU", "Concat"),
      kind: fc.constantFrom<Place["kind"][]>("after", "branch", "join", "edge", "alone"),
      at: pick,
      more: pick,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("connect" as const), from: pick, to: pick }) },
  fc.record({ do: fc.constant("disconnect" as const), at: pick }),
  fc.record({ do: fc.constant("move" as const), at: pick, slot: fc.nat(2), by: fc.constantFrom<(-1 | 1)[]>(-1, 1) }),
  fc.record({ do: fc.constant("remove" as const), at: picks }),
  fc.record({ do: fc.constant("rename" as const), at: pick }),
  fc.record({ do: fc.constant("option" as const), at: pick, value: fc.integer() }),
  fc.record({ do: fc.constant("paste" as const), at: picks }),
);
const steps = fc.array(step, { maxLength: 40 });

function chosen<T>(all: readonly T[], at: number): T | undefined {
  return all[at % Math.max(1, all.length)];
}

function place(network: Network, { kind, at, more }: Extract<Step, { do: "add" }>): Place {
  const all = [...network.inputs, ...network.layers.map(({ id }) => id)];
  const id = chosen(all, at) ?? "a";
  const link = chosen(network.links, at);
  switch (kind) {
    case "after":
    case "branch":
      return { kind, id };
    case "join":
      return { kind, ids: [...new Set([id, chosen(all, more) ?? id])] };
    case "edge":
      return link ? { kind, link } : { kind: "alone" };
    case "alone":
      return { kind };
  }
}

/** What the screen does with a step; it asks whether two nodes can be connected, and gives fresh names, as the store does. */
function perform(model: DraftModel, next: Step): DraftModel {
  const network = read(model);
  const ids = network.layers.map(({ id }) => id);
  switch (next.do) {
    case "add":
      return addLayer(model, inputs, targets, { id: freshName("n", takenNames(draftOf(model))), type: next.type }, place(network, next));
    case "connect": {
      const from = chosen([...inputs, ...ids], next.from) ?? "a";
      const layer = chosen([...network.layers, ...targets], next.to) ?? "y";
      const to = typeof layer === "string" ? { target: layer } : { layer: layer.id, most: mostOf(layer.type) };
      return whyNotConnect(network, from, to) === undefined ? connect(model, inputs, from, to) : model;
    }
    case "disconnect": {
      const link = chosen(network.links, next.at);
      return link ? disconnect(model, inputs, [link]) : model;
    }
    case "move":
      return moveSource(model, inputs, chosen(ids, next.at) ?? "", next.slot, next.by);
    case "remove":
      return removeLayers(
        model,
        inputs,
        next.at.flatMap((at) => chosen(ids, at) ?? []),
      );
    case "rename": {
      const id = chosen(ids, next.at);
      return id === undefined ? model : renameLayer(model, inputs, id, freshName("renamed", takenNames(draftOf(model))));
    }
    case "option":
      return setOption(model, chosen(ids, next.at) ?? "", "outFeatures", next.value);
    case "paste":
      return pasteLayers(
        model,
        inputs,
        copyLayers(
          model,
          inputs,
          next.at.flatMap((at) => chosen(ids, at) ?? []),
        ),
        takenNames(draftOf(model)),
      ).model;
  }
}

const performAll = (all: readonly Step[], start = empty): DraftModel => all.reduce(perform, start);

/** What a file says its layers read, by the letter of the format and nothing else: a second reading to hold the first against. */
function bruteEdges(model: DraftModel): readonly string[] {
  const edges: string[] = [];
  for (let i = 0; i < model.layers.length; i++) {
    const layer = model.layers[i]!;
    const before = model.layers[i - 1];
    const from = layer.from ?? (before ? [before.id] : inputs.length === 1 ? inputs : []);
    for (let slot = 0; slot < from.length; slot++) edges.push(`${from[slot]} > ${layer.id} [${slot}]`);
  }
  for (const { target, from } of model.outputs) edges.push(`${from} > target ${target}`);
  return edges;
}

const edgesOf = (links: readonly Link[]) =>
  links.map(({ from, to }) => ("layer" in to ? `${from} > ${to.layer} [${to.slot}]` : `${from} > target ${to.target}`));

/** Kahn's way: takes away what reads nothing that is left, until nothing is left, or only circles are. */
function hasCircle(model: DraftModel): boolean {
  const reads = new Map(model.layers.map(({ id }) => [id, new Set<string>()]));
  for (const edge of bruteEdges(model)) {
    const [, from = "", to = ""] = /^(\S+) > (\S+) \[/.exec(edge) ?? [];
    if (reads.has(from)) reads.get(to)?.add(from);
  }
  for (let left = reads.size; ; left = reads.size) {
    for (const [id, sources] of reads) if ([...sources].every((source) => !reads.has(source))) reads.delete(id);
    if (reads.size === 0 || reads.size === left) return reads.size > 0;
  }
}

/** What holds of every network that is edited here. */
function expectSound(model: DraftModel): void {
  const ids = model.layers.map(({ id }) => id);
  expect(new Set([...ids, ...inputs]).size).toBe(ids.length + inputs.length);
  const there = new Set([...ids, ...inputs]);
  const edges = bruteEdges(model);
  expect(edgesOf(read(model).links).sort()).toEqual([...edges].sort());
  for (const edge of edges) expect(there.has(edge.split(" > ")[0]!), edge).toBe(true);
  expect(hasCircle(model)).toBe(false);
  // Layers come after what they read, as the format wants it.
  const position = new Map(ids.map((id, i) => [id, i]));
  for (const { id, sources } of read(model).layers) for (const source of sources) expect(position.get(source) ?? -1).toBeLessThan(position.get(id)!);
  expect(new Set(model.outputs.map(({ target }) => target)).size).toBe(model.outputs.length);
  for (const { target, from } of model.outputs) expect([targets.includes(target), ids.includes(from)]).toEqual([true, true]);
}

describe("a network under any sequence of edits", () => {
  it("keeps names unique, leads only to what is there, and has no circle", () => {
    fc.assert(
      fc.property(steps, (all) => {
        let model = empty;
        for (const next of all) expectSound((model = perform(model, next)));
      }),
      { numRuns: 300 },
    );
  });

  it("is as it was, to the letter, once every step is undone", () => {
    fc.assert(
      fc.property(steps, (all) => {
        const states: string[] = [];
        let history: History<DraftModel> = startHistory(empty);
        all.forEach((next, i) => {
          states.push(JSON.stringify(history.present));
          history = record(history, next.do, perform(history.present, next), i * 10_000);
        });
        while (states.length > 0) {
          history = undo(history);
          expect(JSON.stringify(history.present)).toBe(states.pop());
        }
      }),
      { numRuns: 150 },
    );
  });

  it("is never changed in place", () => {
    fc.assert(
      fc.property(steps, step, (all, next) => {
        const model = performAll(all);
        const before = JSON.stringify(model);
        perform(model, next);
        expect(JSON.stringify(model)).toBe(before);
      }),
      { numRuns: 200 },
    );
  });

  it("can be connected just where no circle comes of it", () => {
    fc.assert(
      fc.property(steps, pick, pick, (all, a, b) => {
        const model = performAll(all);
        const network = read(model);
        const [from, to] = [chosen(network.layers, a), chosen(network.layers, b)];
        fc.pre(from !== undefined && to !== undefined && from.id !== to.id && !to.sources.includes(from.id));
        const joined: DraftModel = {
          ...model,
          layers: network.layers.map(({ id, spec, sources }) => ({ ...spec, from: id === to.id ? [...sources, from.id] : [...sources] })),
        };
        expect(whyNotConnect(network, from.id, { layer: to.id })).toBe(hasCircle(joined) ? "cycle" : undefined);
      }),
      { numRuns: 300 },
    );
  });
});

describe("one edit", () => {
  const edges = (model: DraftModel) => [...bruteEdges(model)].sort();

  it("adds after a layer what then feeds all that the layer fed, and nothing else changes", () => {
    fc.assert(
      fc.property(steps, pick, (all, at) => {
        const model = performAll(all);
        const id = chosen(read(model).layers, at)?.id;
        fc.pre(id !== undefined);
        const expected = [
          ...bruteEdges(model).map((edge) => (edge.startsWith(`${id} > `) ? edge.replace(id, "new") : edge)),
          `${id} > new [0]`,
          ...targets.filter((target) => !model.outputs.some((output) => output.target === target)).map((target) => `new > target ${target}`),
        ];
        expect(edges(addLayer(model, inputs, targets, { id: "new", type: "ReLU" }, { kind: "after", id }))).toEqual(expected.sort());
      }),
    );
  });

  it("cuts just the connections that it is told to", () => {
    fc.assert(
      fc.property(steps, picks, (all, at) => {
        const model = performAll(all);
        const network = read(model);
        const cut = [...new Set(at.flatMap((one) => chosen(network.links, one) ?? []))];
        const slotless = (some: readonly string[]) => some.map((edge) => edge.replace(/ \[\d+\]$/, "")).sort();
        const left = network.links.filter((link) => !cut.includes(link));
        expect(slotless(bruteEdges(disconnect(model, inputs, cut)))).toEqual(slotless(edgesOf(left)));
      }),
    );
  });

  it("renames a layer and every reference to it", () => {
    fc.assert(
      fc.property(steps, pick, (all, at) => {
        const model = performAll(all);
        const id = chosen(read(model).layers, at)?.id;
        fc.pre(id !== undefined);
        const expected = bruteEdges(model).map((edge) => edge.replace(new RegExp(`^${id} > `), "other > ").replace(` > ${id} [`, " > other ["));
        expect(edges(renameLayer(model, inputs, id, "other"))).toEqual(expected.sort());
      }),
    );
  });

  it("pastes the same layers connected among themselves, and leaves the rest alone", () => {
    fc.assert(
      fc.property(steps, picks, (all, at) => {
        const model = performAll(all);
        const ids = read(model).layers.map(({ id }) => id);
        const some = new Set(at.flatMap((one) => chosen(ids, one) ?? []));
        const copied = copyLayers(model, inputs, [...some]);
        const pasted = pasteLayers(model, inputs, copied, takenNames(draftOf(model)));
        const renamed = new Map(copied.map(({ id }, i) => [id, pasted.ids[i]!]));
        const twins = bruteEdges(model).flatMap((edge) => {
          const [, from = "", to = "", slot = ""] = /^(\S+) > (\S+) (\[\d+\])$/.exec(edge) ?? [];
          return some.has(to) ? [`${renamed.get(from) ?? from} > ${renamed.get(to)} ${slot}`] : [];
        });
        expect(edges(pasted.model)).toEqual([...bruteEdges(model), ...twins].sort());
        expectSound(pasted.model);
      }),
    );
  });

  it("writes `from` only where the order does not say it already", () => {
    const chain = ["one", "two", "three"].reduce<DraftModel>(
      (model, id, i): DraftModel => addLayer(model, ["a"], ["y"], { id, type: "ReLU" }, { kind: "after", id: ["a", "one", "two"][i]! }),
      empty,
    );
    expect(chain).toEqual({
      layers: [
        { id: "one", type: "ReLU" },
        { id: "two", type: "ReLU" },
        { id: "three", type: "ReLU" },
      ],
      outputs: [{ target: "y", from: "three" }],
    });
    expect(removeLayers(chain, ["a"], ["two"]).layers).toEqual([
      { id: "one", type: "ReLU" },
      { id: "three", type: "ReLU" },
    ]);
    expect(disconnect(chain, ["a"], [{ from: "one", to: { layer: "two", slot: 0 } }]).layers[1]).toEqual({ id: "two", type: "ReLU", from: [] });
  });
});
