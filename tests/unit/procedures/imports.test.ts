import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../../src-main/base/entries.js";
import type { NetworkOutlook } from "../../../src-main/contract/import-report.js";
import type { StudioContract } from "../../../src-main/contract/procedures.js";
import { decodeModel, encodeModel } from "../../../src-main/onnx/protobuf.js";
import type { ParamsOf } from "../../../src-main/rpc/types.js";
import { writeClasses } from "../../support/pictures.js";
import { hearAll, studioProject } from "../../support/studio-project.js";

type Wish = ParamsOf<StudioContract, "importNetwork">;

/** A studio with a file of the fixtures in the folder that it may use. */
function studioWith(name: string, change?: (bytes: Uint8Array) => Uint8Array) {
  const made = studioProject("a\n1\n", {});
  const model = join(made.root, name);
  copyFileSync(join(packageRoot, "tests/fixtures/imported", name), model);
  if (change) writeFileSync(model, change(readFileSync(model)));
  const look = async (more: object = {}) => {
    const events = await hearAll(made.streams.lookAtNetwork, { model, ...more });
    return {
      stages: events.flatMap((e) => (e.event === "stage" ? [e.stage] : [])),
      outlook: events.flatMap((e) => (e.event === "result" ? [e.value] : []))[0]!,
    };
  };
  const make = async (wish: Omit<Wish, "model" | "folder" | "name" | "ignore">) => {
    const folder = join(made.root, "imported");
    const asked = { model, folder, name: "imported", ignore: [], ...wish } as Parameters<typeof made.streams.importNetwork>[0];
    const events = await hearAll(made.streams.importNetwork, asked);
    const written = JSON.parse(readFileSync(join(folder, "project.json"), "utf8")) as Written;
    return { folder, written, created: events.flatMap((e) => (e.event === "result" ? [e.value] : []))[0]! };
  };
  return { ...made, model, look, make };
}

interface Written {
  readonly data: { readonly inputs: readonly { readonly length?: number; readonly size?: readonly number[] }[] };
  readonly model: { readonly layers: readonly { readonly type: string; readonly op?: string; readonly outFeatures?: number }[] };
  readonly training: { readonly groups?: readonly { readonly layers: readonly string[]; readonly frozen?: true }[] };
}

/** The same network with axes of its input left open. */
const open =
  (...axes: readonly number[]) =>
  (bytes: Uint8Array): Uint8Array => {
    const model = decodeModel(bytes);
    const inputs = model.graph.inputs.map((input) => ({ ...input, shape: input.shape.map((d, i) => (axes.includes(i) ? `axis${i}` : d)) }));
    return encodeModel({ ...model, graph: { ...model.graph, inputs } });
  };

const summary = ({ report, reads, refused }: NetworkOutlook) => ({ end: report.end?.value, nodes: report.nodes.length, reads, refused });

describe("an ONNX file is looked at", () => {
  it("node by node, with what it reads and where it ends; asked to, it ends elsewhere", async () => {
    const { look } = studioWith("residual.old.onnx");
    const { outlook, stages } = await look();
    expect(stages).toEqual(["reading the network", "finding its layers", "comparing it with the file"]);
    expect(summary(outlook)).toEqual({ end: expect.stringContaining("Flatten"), nodes: 14, reads: "pictures", refused: undefined });
    const node = outlook.report.nodes.find(({ layers }) => layers.includes("norm1"))!;
    const { outlook: earlier } = await look({ until: node.name });
    expect(earlier.report.end).toMatchObject({ layer: "norm1", reason: "as asked for" });
    await expect(look({ until: "nowhere" })).rejects.toThrow('has no node or value "nowhere"');
  });

  it("with sizes left open: it says so, and takes those that are given", async () => {
    const pictures = studioWith("residual.old.onnx", open(2, 3));
    expect((await pictures.look()).outlook.refused).toContain("is open; give its size");
    const { outlook } = await pictures.look({ size: [24, 32] });
    expect(outlook.refused).toBeUndefined();
    expect(outlook.report.inputs[0]!.shape).toEqual(["N", 3, 24, 32]);
    const series = studioWith("lstm.new.onnx", open(1));
    expect((await series.look({ size: [12] })).outlook).toMatchObject({ reads: "series", report: { inputs: [{ shape: ["N", 12, 4] }] } });
  });

  it("and refused with a sentence, outside of the allowed folders too", async () => {
    const { look, streams, model } = studioWith("mlp.old.onnx", (bytes) => bytes.subarray(0, 1500));
    await expect(look()).rejects.toThrow(/is cut off/);
    await expect(hearAll(streams.lookAtNetwork, { model: join(packageRoot, "package.json") })).rejects.toMatchObject({ code: "rpc.refused" });
    await expect(hearAll(streams.lookAtNetwork, { model: `${model}.none` })).rejects.toThrow("mlp.old.onnx.none");
  });

  it("and gives up when nobody listens any more", async () => {
    const { streams, model } = studioWith("residual.old.onnx");
    const abort = new AbortController();
    const heard = hearAll(streams.lookAtNetwork, { model }, abort.signal);
    setTimeout(() => abort.abort(), 20);
    await expect(heard).rejects.toMatchObject({ code: "cancelled" });
  });
});

describe("a project is made of an ONNX file", () => {
  it("for pictures, frozen up to a node, with what its input means", async () => {
    const { make, root } = studioWith("residual.old.onnx");
    const data = join(root, "pictures");
    await writeClasses(data, ["dark", "light"], 4, { width: 12, height: 12 });
    const { folder, written, created } = await make({
      data,
      targets: ["label"],
      levels: ["label"],
      inputs: [],
      freeze: "norm1",
      normalize: "-1..1",
      channels: "bgr",
    });
    expect(created.project.path).toBe(folder);
    expect(written.model.layers.map(({ type, op }) => op ?? type)).toEqual(["Mul", "Sub", "Gather", "Block", "Linear"]);
    expect(written.model.layers.at(-1)!.outFeatures).toBe("classes");
    expect(written.training.groups).toEqual([{ layers: ["network.stem", "network.norm1"], frozen: true }]);
    expect(written.data.inputs[0]!.size).toEqual([8, 8]);
    expect(existsSync(join(folder, "imported", "model.onnx"))).toBe(true);
  });

  it("for a table only where the columns are as many as it reads; what is wrong leaves nothing behind", async () => {
    const { make, root } = studioWith("mlp.new.onnx");
    const data = join(root, "rows.csv");
    const rows = Array.from({ length: 30 }, (_, i) => [1, 2, 3, 4, 5, 6].map((k) => (i * k * 1.7) % 9).concat(i % 2));
    writeFileSync(data, `a,b,c,d,e,f,y\n${rows.map((row) => row.join(",")).join("\n")}\n`);
    await expect(make({ data, targets: ["y"] })).rejects.toThrow("the network reads 5 numbers a row, got 6: a, b, c, d, e, f; choose those that it reads");
    expect(existsSync(join(root, "imported"))).toBe(false);
    await expect(make({ data, targets: ["y"], normalize: "0..1" })).rejects.toThrow('normalize got "0..1", expected standard, minmax, none');
    await expect(make({ data, targets: ["y"], channels: "bgr" })).rejects.toThrow("the order of channels is of pictures; the network reads rows of numbers");
    const { written } = await make({ data, targets: ["y"], ignore: ["f"] } as unknown as Parameters<typeof make>[0]);
    expect(written.model.layers.at(-1)!.type).toBe("Linear");
  });
});
