import { copyFileSync, cpSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../src-main/base/entries.js";
import { Random } from "../../src-main/base/random.js";
import type { LogEvent, StageEvent } from "../../src-main/contract/events.js";
import { type FeatureView, featureView } from "../../src-main/contract/feature-views.js";
import { createStudio } from "../../src-main/services/studio.js";
import { lathe } from "../support/lathe.js";
import { pictureProject } from "../support/picture-project.js";
import { temporaryFolder } from "../support/temporary-folder.js";

// Pictures as a trained network's features have them: a map, copies, strangers, neighbours, and labels worth a second look.

type Setup = Awaited<ReturnType<typeof pictureProject>>;
let setup: Setup;
beforeAll(async () => (setup = await pictureProject()));
afterAll(() => setup.close());

const numbersIn = (view: FeatureView) => ({
  rows: new Uint32Array(view.rows.buffer),
  truths: new Int32Array(view.target!.truths.buffer),
  predicted: new Int32Array(view.target!.predicted.buffer),
  map: new Float32Array(view.map.buffer),
});
const entries = () => join(setup.project, ".lathe", "cache", "features");

async function look(studio = setup.studio): Promise<{ view: FeatureView; stages: readonly string[] }> {
  const heard: (StageEvent | LogEvent)[] = [];
  const view = featureView.parse(await studio.features.look(setup.run, (event) => heard.push(event)));
  return { view, stages: [...new Set(heard.flatMap((event) => (event.event === "stage" ? [event.stage] : [])))] };
}

/** Another studio has nothing in memory. */
async function lookAnew(): ReturnType<typeof look> {
  const studio = createStudio({ allowedFolders: [setup.root], home: join(setup.root, "other") });
  try {
    return await look(studio);
  } finally {
    await studio.close(0);
  }
}

describe("all pictures of a run, by its features", () => {
  it("are asked for before their neighbours are", async () => {
    await expect(setup.procedures.features.nearest({ ...setup.run, row: 1, limit: 3 }, setup.context)).rejects.toThrow(
      /look at run 0001 through its features first/,
    );
  });

  it("are there once each with their class, part and place; computed once, and again where what was kept has gone", async () => {
    const { view, stages } = await look();
    expect(stages).toContain("computing features");
    const { rows, truths, predicted, map } = numbersIn(view);
    const { train, validation, test } = view.counts;
    expect([...rows].toSorted((a, b) => a - b)).toEqual(Array.from({ length: setup.pictures.length }, (_, i) => i + 1));
    expect(view).toMatchObject({
      numbers: 12,
      learnt: true,
      counts: setup.reportOf("0001").data.rows,
      target: { name: "colour", classes: ["blue", "green", "none", "red"] },
    });
    expect(view.pictures.map((path) => setup.pictures.find((made) => made.path === path)!.label)).toEqual([...truths].map((k) => view.target!.classes[k]));
    expect([...predicted].map((k) => k < 0)).toEqual(Array.from({ length: rows.length }, (_, place) => place < train));
    expect(map.length).toBe(2 * (train + validation + test));
    expect(view.shares[0]).toBeGreaterThan(view.shares[1]!);

    expect((await look()).stages).toEqual([]);
    const again = await lookAnew();
    expect(again.stages).not.toContain("computing features");
    expect(again.view).toEqual(view);
    rmSync(entries(), { recursive: true });
    const remade = await lookAnew();
    expect(remade.stages).toContain("computing features");
    expect(remade.view).toEqual(view);
    const [entry = ""] = readdirSync(entries());
    const file = join(entries(), entry, "train-1.records");
    const bytes = readFileSync(file);
    bytes[200]! ^= 1;
    writeFileSync(file, bytes);
    expect((await lookAnew()).view).toEqual(view);
  });

  it("have neighbours among those trained on: of a row not itself, of its file itself first, since model and trainer see the same", async () => {
    const { view } = await look();
    const { rows } = numbersIn(view);
    const place = 3;
    const row = rows[place]!;
    const byRow = await setup.procedures.features.nearest({ ...setup.run, row, limit: 11 }, setup.context);
    const path = join(setup.project, "pictures", view.pictures[place]!);
    const byPath = await setup.procedures.features.nearest({ ...setup.run, path, limit: 12 }, setup.context);
    expect(byPath.pictures[0]).toMatchObject({ row, picture: view.pictures[place] });
    expect(byPath.pictures[0]!.distance).toBeLessThan(1e-5);
    expect(byPath.pictures.slice(1).map((one) => one.row)).toEqual(byRow.pictures.map((one) => one.row));
    byPath.pictures.slice(1).forEach(({ distance }, k) => expect(distance).toBeCloseTo(byRow.pictures[k]!.distance, 4));
    for (const { row: other } of byRow.pictures) expect([...rows].indexOf(other)).toBeLessThan(view.counts.train);
    const colourOf = (picture: string | null) => setup.pictures.find((made) => made.path === picture)!.colour;
    expect(byRow.pictures.filter(({ picture }) => colourOf(picture) === colourOf(view.pictures[place]!)).length).toBeGreaterThan(8);
    await expect(setup.procedures.features.nearest({ ...setup.run, row: 999, limit: 3 }, setup.context)).rejects.toThrow(/row 999 is not among those/);
    await expect(setup.procedures.features.nearest({ ...setup.run, path: join(setup.root, "..", "other.png"), limit: 3 }, setup.context)).rejects.toThrow();
  });

  it("whose label is worth a second look are those in a wrong folder, also among those trained on", async () => {
    const { by, trust, rows, judged } = await setup.procedures.evaluation.labelErrors({ ...setup.run, target: "colour", offset: 0, limit: 500 }, setup.context);
    expect([by, trust.enough, judged]).toEqual(["features", true, setup.pictures.length]);
    const wrong = setup.pictures.filter(({ colour, label }) => colour !== label);
    const found = rows.map(({ cells }) => setup.pictures.find(({ path }) => cells.includes(path))!);
    const right = found.filter(({ colour, label }) => colour !== label);
    expect(right.length / wrong.length).toBeGreaterThan(0.6);
    expect(right.length / found.length).toBeGreaterThan(0.7);
    expect(new Set(rows.map(({ split }) => split))).toEqual(new Set(["train", "validation", "test"]));
  });

  it("are not those of data that have changed since", async () => {
    const [{ path }] = setup.pictures as [Setup["pictures"][number]];
    const [file, away] = [join(setup.project, "pictures", path), join(setup.root, "away.bmp")];
    renameSync(file, away);
    try {
      await expect(lookAnew()).rejects.toMatchObject({ code: "data.changed" });
    } finally {
      renameSync(away, file);
    }
  });

  it("stop where they are called off", async () => {
    const abort = new AbortController();
    rmSync(entries(), { recursive: true, force: true });
    const studio = createStudio({ allowedFolders: [setup.root], home: join(setup.root, "third") });
    try {
      await expect(studio.features.look(setup.run, () => abort.abort(), abort.signal)).rejects.toMatchObject({ code: "cancelled" });
    } finally {
      await studio.close(0);
    }
  });
});

describe("the command line", () => {
  /** Of the bundled clip art with so many labels of the training folder swapped: a project that begins from the bundled network. */
  async function clipArt(root: string, swapped: number): Promise<{ readonly project: string; readonly moved: ReadonlySet<string> }> {
    const data = join(root, "pictures");
    cpSync(join(packageRoot, "resources", "samples", "clipart", "train"), data, { recursive: true });
    const random = new Random("swapped");
    const classes = readdirSync(data).toSorted();
    const all = random.shuffle(
      classes.flatMap((name, k) => readdirSync(join(data, name)).map((file) => ({ file, k }))).toSorted((a, b) => a.k - b.k || (a.file < b.file ? -1 : 1)),
    );
    const moved = all.slice(0, swapped).map(({ file, k }) => {
      const to = `${classes[(k + 1 + random.below(classes.length - 1)) % classes.length]!}/swapped-${k}-${file}`;
      renameSync(join(data, classes[k]!, file), join(data, to));
      return to;
    });
    const project = join(root, "project");
    expect((await lathe("new", project, "--data", data)).code).toBe(0);
    const file = join(project, "project.json");
    const made = JSON.parse(readFileSync(file, "utf8")) as { data: { inputs: { size: number[]; augment?: unknown }[] }; training: { epochs: number } };
    for (const input of made.data.inputs) Object.assign(input, { augment: [] });
    made.training.epochs = 4;
    writeFileSync(file, JSON.stringify(made));
    return { project, moved: new Set(moved) };
  }

  it("finds most of the labels that were swapped on purpose, and the nearest pictures of a copy of one", async () => {
    const root = temporaryFolder();
    const { project, moved } = await clipArt(root, 20);
    expect((await lathe("train", project, "--json")).code).toBe(0);
    const copy = join(root, "copy.png");
    const [some = ""] = [...moved];
    copyFileSync(join(root, "pictures", some), copy);
    const { code, events, stderr } = await lathe("features", project, "--nearest", copy, "--json");
    expect(code, stderr).toBe(0);
    const told = events.at(-1) as unknown as {
      readonly event: string;
      readonly pictures: number;
      readonly numbers: number;
      readonly labels: { readonly trust: { readonly enough: boolean; readonly accuracy: number }; readonly rows: readonly { readonly picture: string }[] };
      readonly nearest: readonly { readonly picture: string; readonly similarity: number }[];
    };
    expect(told).toMatchObject({ event: "features", run: "0001", pictures: 271, numbers: 1280, labels: { trust: { enough: true } } });
    const found = told.labels.rows.filter(({ picture }) => moved.has(picture)).length;
    expect(found / moved.size, `${found} of ${moved.size} found, among ${told.labels.rows.length}`).toBeGreaterThan(0.6);
    // The surest are mostly right.
    expect(told.labels.rows.slice(0, 10).filter(({ picture }) => moved.has(picture)).length).toBeGreaterThan(5);
    expect(told.nearest.length).toBe(10);
    const people = await lathe("features", project);
    expect(people.stdout).toMatch(/271 pictures, each told by 1,280 numbers\n/);
    expect(people.stdout).toMatch(/labels worth a second look: \d+;/);
  });

  it("shows no labels where the classes are drawn by lot, and says why", async () => {
    const root = temporaryFolder();
    const data = join(root, "lots");
    const random = new Random("lots");
    for (const made of setup.pictures) {
      const folder = join(data, ["a", "b", "c"][random.below(3)]!);
      mkdirSync(folder, { recursive: true });
      copyFileSync(join(setup.project, "pictures", made.path), join(folder, made.path.replace("/", "-")));
    }
    const project = join(root, "lot");
    const described = JSON.parse(readFileSync(join(setup.project, "project.json"), "utf8")) as {
      data: { source: { path: string } };
      training: { epochs: number };
    };
    described.data.source.path = data;
    described.training.epochs = 2;
    mkdirSync(project);
    writeFileSync(join(project, "project.json"), JSON.stringify(described));
    expect((await lathe("train", project, "--json")).code).toBe(0);
    const { stdout } = await lathe("features", project);
    expect(stdout).toMatch(/labels: a straight line .* too few to doubt a label by/);
    expect(stdout).not.toMatch(/second look/);
  });

  it("says what is wrong: no run, no pictures", async () => {
    const missing = await lathe("features", join(setup.root, "nowhere"));
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringMatching(/neither a run nor a project/)]);
  });
});
