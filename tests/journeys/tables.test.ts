import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { Random } from "../../src-main/base/random.js";
import type { ProjectInput } from "../../src-main/contract/project.js";
import { runReport } from "../../src-main/contract/report.js";
import { expectClose } from "../support/close.js";
import { type CommandResult, type JsonEvent, last, lathe } from "../support/lathe.js";
import { writeParquet, writeTable } from "../support/tables.js";
import { isTaken } from "../support/taken.js";
import { temporaryFolder } from "../support/temporary-folder.js";

type Cell = string | number | null;
type Row = Readonly<Record<string, Cell>>;
type Metrics = Readonly<Record<string, number | null>>;

/** A table with something to learn in it, made anew for each seed. */
type Make = (random: Random) => Row;

const rowsOf = (n: number, seed: number, make: Make): readonly Row[] => {
  const random = new Random(seed, "journey");
  return Array.from({ length: n }, () => make(random));
};

// Files, each as its users write it.

const quoted = (cell: Cell, separator: string) =>
  typeof cell === "string" && (cell.includes(separator) || cell.includes('"')) ? `"${cell.replaceAll('"', '""')}"` : String(cell ?? "");
const separated = (rows: readonly Row[], separator: string) => {
  const lines = [Object.keys(rows[0]!), ...rows.map((row) => Object.values(row))];
  return lines.map((cells) => `${cells.map((cell) => quoted(cell, separator)).join(separator)}\n`).join("");
};
const jsonLines = (rows: readonly Row[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");

/** A CSV as rows by column, by the rules of RFC 4180. */
function readCsv(path: string): readonly Readonly<Record<string, string>>[] {
  const lines = readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((m) => (m[1] === undefined ? m[2]! : m[1].replaceAll('""', '"'))));
  const [head, ...rows] = lines;
  return rows.map((cells) => Object.fromEntries(head!.map((name, i) => [name, cells[i]!])));
}

/** Runs a command that is to succeed, whose stdout is to be JSON lines and nothing else. */
async function succeed(...args: readonly string[]): Promise<CommandResult> {
  const result = await lathe(...args, "--json");
  expect(result.code, result.stderr).toBe(0);
  expect(
    result.stdout
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as JsonEvent).event),
  ).toEqual(result.events.map((e) => e.event));
  return result;
}

interface Journey {
  readonly template: string;
  readonly table: string;
  readonly fresh: string;
  readonly freshRows: readonly Row[];
  /** Columns of the table, in its order. */
  readonly columns: readonly string[];
  readonly targets?: readonly string[];
  readonly test?: string;
  readonly epochs: number;
}

interface Arrived {
  readonly created: JsonEvent;
  readonly project: ProjectInput;
  readonly training: CommandResult;
  readonly evaluation: JsonEvent & { readonly metrics: Metrics; readonly samples: number };
  readonly prediction: JsonEvent;
  readonly predicted: readonly Readonly<Record<string, string>>[];
  /** By target: what the exported file says in another runtime, row-major. */
  readonly exported: Readonly<Record<string, readonly number[]>>;
}

/** new, train, evaluate, predict, export, and the file in a bare ONNX Runtime. */
async function travel(folder: string, { template, table, fresh, freshRows, columns, targets = [], test, epochs }: Journey): Promise<Arrived> {
  const home = join(folder, "project");
  const run = join(home, "runs", "0001");
  const created = last(
    (await succeed("new", home, "--template", template, "--data", table, ...(test ? ["--test", test] : []), ...targets.flatMap((t) => ["--target", t]))).events,
    "created",
  );
  const project = JSON.parse(readFileSync(join(home, "project.json"), "utf8")) as ProjectInput;

  const training = await succeed("train", home, "--epochs", String(epochs));
  const done = training.events.at(-1)!;
  expect(done).toMatchObject({ event: "done", run: "0001", model: join(run, "model.onnx"), report: join(run, "report.json"), ended: "completed" });
  const epochsTold = training.events.filter((e) => e.event === "epoch");
  expect(epochsTold).toHaveLength(epochs);
  expect(
    readFileSync(join(run, "metrics.jsonl"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as JsonEvent),
  ).toEqual(epochsTold);
  const report = runReport.parse(JSON.parse(readFileSync(join(run, "report.json"), "utf8")));
  expect(report.parity).toMatchObject({ passed: true, equalDecisions: 1 });
  expect(report.test?.metrics).toEqual(done["test"]);

  const evaluation = (await succeed("evaluate", run, "--data", fresh)).events.at(-1) as Arrived["evaluation"];
  expect(evaluation).toMatchObject({ event: "evaluation", samples: freshRows.length });
  const out = join(folder, "answers", "out.csv");
  const prediction = (await succeed("predict", join(run, "model.onnx"), fresh, "--out", out)).events.at(-1)!;
  expect(prediction).toMatchObject({ event: "prediction", samples: freshRows.length, out });
  const predicted = readCsv(out);
  expect(predicted.map((row) => row["sample"])).toEqual(freshRows.map((_, i) => String(i + 1)));

  const file = join(folder, "taken.onnx");
  expect((await succeed("export", run, "--format", "onnx", "--out", file)).events.at(-1)).toMatchObject({ event: "exported", format: "onnx", path: file });
  // The run's own model, with a certificate behind it.
  expect(isTaken(file, join(run, "model.onnx"))).toBe(true);
  return { created, project, training, evaluation, prediction, predicted, exported: await runElsewhere(file, project, columns, freshRows) };
}

/** Feeds columns in the order the project names them, as anybody could with nothing but the file. */
async function runElsewhere(
  file: string,
  project: ProjectInput,
  all: readonly string[],
  rows: readonly Row[],
): Promise<Readonly<Record<string, readonly number[]>>> {
  const session = await ort.InferenceSession.create(file);
  const feeds: Record<string, ort.Tensor> = {};
  for (const input of project.data.inputs) {
    if (input.type === "numeric") {
      const others = [...project.data.inputs, ...project.data.targets].flatMap((part) => (part !== input && "column" in part ? [part.column] : []));
      const columns = input.columns === "rest" ? all.filter((c) => !others.includes(c)) : input.columns;
      feeds[input.name] = new ort.Tensor("float32", Float32Array.from(rows.flatMap((row) => columns.map((c) => (row[c] as number | null) ?? NaN))), [
        rows.length,
        columns.length,
      ]);
    } else if (input.type !== "window") {
      feeds[input.name] = new ort.Tensor(
        "string",
        rows.map((row) => String(row[input.column] ?? "")),
        [rows.length, 1],
      );
    }
  }
  expect([...session.inputNames].sort()).toEqual(Object.keys(feeds).sort());
  const results = await session.run(feeds);
  await session.release();
  return Object.fromEntries(Object.entries(results).map(([name, t]) => [name, [...(t.data as Float32Array)]]));
}

/** float32 as the CSV writes it, with nine digits; batches of another size may round the last bit otherwise. */
const CSV_TOLERANCE = 1e-6;

// What evaluate says, worked out once more from the CSV and the truth.

function expectClasses({ predicted, evaluation, exported }: Arrived, target: string, classes: readonly string[], truth: readonly string[]): void {
  const probabilities = predicted.map((row) => classes.map((c) => Number(row[`${target}:${c}`])));
  expect(Object.keys(predicted[0]!).filter((c) => c.startsWith(target))).toEqual([target, ...classes.map((c) => `${target}:${c}`)]);
  for (const p of probabilities) expectClose([p.reduce((a, b) => a + b, 0)], [1], 1e-5, "sum of a row's probabilities");
  expect(predicted.map((row) => row[target])).toEqual(probabilities.map((p) => classes[p.indexOf(Math.max(...p))]));
  const right = predicted.filter((row, i) => row[target] === truth[i]).length / truth.length;
  expectClose([evaluation.metrics[`${target}.accuracy`]!], [right], 1e-9, "accuracy");
  const logloss = -probabilities.reduce((sum, p, i) => sum + Math.log(p[classes.indexOf(truth[i]!)]!), 0) / truth.length;
  expectClose([evaluation.metrics[`${target}.logloss`]!], [logloss], 1e-4, "logloss");
  // A binary target's output is the probability of its second class.
  expectClose(
    exported[target]!,
    exported[target]!.length === truth.length ? probabilities.map((p) => p[1]!) : probabilities.flat(),
    CSV_TOLERANCE,
    "the exported model's probabilities",
  );
}

function expectNumbers({ predicted, evaluation, exported }: Arrived, target: string, truth: readonly number[]): void {
  const answers = predicted.map((row) => Number(row[target]));
  const mean = truth.reduce((a, b) => a + b, 0) / truth.length;
  const squares = (of: (i: number) => number) => truth.reduce((sum, _, i) => sum + of(i) ** 2, 0);
  const mae = truth.reduce((sum, y, i) => sum + Math.abs(y - answers[i]!), 0) / truth.length;
  expectClose([evaluation.metrics[`${target}.mae`]!], [mae], 1e-5, "mae");
  expectClose([evaluation.metrics[`${target}.r2`]!], [1 - squares((i) => truth[i]! - answers[i]!) / squares((i) => truth[i]! - mean)], 1e-5, "r2");
  expectClose(exported[target]!, answers, CSV_TOLERANCE, "the exported model's numbers");
}

describe("a table's way from file to model and back", () => {
  it("Parquet: a price from numbers, a word and a yes or no; later with gaps and words never seen", { tags: ["long"] }, async () => {
    const make: Make = (random) => {
      const [area, rooms, district, lift] = [
        30 + 120 * random.uniform(),
        1 + random.below(5),
        ["north", "south", "east", "west"][random.below(4)]!,
        random.below(2) ? "yes" : "no",
      ];
      const price =
        40_000 +
        2500 * area +
        9000 * rooms +
        { north: 0, south: 80_000, east: 20_000, west: -30_000 }[district]! +
        (lift === "yes" ? 15_000 : 0) +
        8000 * random.normal();
      return { area: random.below(20) === 0 ? null : area, rooms, district, lift, price };
    };
    const folder = temporaryFolder();
    const parquet = (name: string, rows: readonly Row[]) =>
      writeParquet(folder, name, `SELECT * FROM read_json_auto('${writeTable(folder, `${name}.jsonl`, jsonLines(rows))}')`);
    const freshRows = rowsOf(300, 2, make).map((row, i): Row => ({
      ...row,
      ...(i % 50 === 7 ? { district: "island" } : {}),
      ...(i % 40 === 3 ? { lift: null } : {}),
    }));
    const arrived = await travel(folder, {
      template: "tabular",
      table: await parquet("homes.parquet", rowsOf(900, 1, make)),
      fresh: await parquet("fresh.parquet", freshRows),
      freshRows,
      columns: ["area", "rooms", "district", "lift", "price"],
      epochs: 40,
    });
    expect(arrived.created).toMatchObject({ targets: [{ name: "price", type: "numeric" }], inputs: ["every other column", "district", "lift"] });
    expect(arrived.evaluation.metrics["price.r2"]).toBeGreaterThan(0.85);
    expect(arrived.prediction["unknown"]).toEqual({ district: 6 });
    expectNumbers(
      arrived,
      "price",
      freshRows.map((row) => row["price"] as number),
    );
  });

  it("CSV with semicolons in Latin-1: a class with a branch for each input", async () => {
    const make: Make = (random) => {
      const [menge, farbe] = [10 * random.uniform(), ["grün", "weiß", "schwarz"][random.below(3)]!];
      const level = menge + (farbe === "grün" ? 5 : 0) + 0.3 * random.normal();
      return { größe: random.normal(), Menge: menge, Farbe: farbe, Urteil: level > 8 ? "süß" : level > 4 ? 'mild, "rund"' : "bitter" };
    };
    const folder = temporaryFolder();
    const latin = (name: string, rows: readonly Row[]) => writeTable(folder, name, Buffer.from(separated(rows, ";"), "latin1"));
    const freshRows = rowsOf(300, 2, make);
    const arrived = await travel(folder, {
      template: "two-input",
      table: latin("tee.csv", rowsOf(600, 1, make)),
      fresh: latin("fresh.csv", freshRows),
      freshRows,
      columns: ["größe", "Menge", "Farbe", "Urteil"],
      epochs: 20,
    });
    expect(arrived.created).toMatchObject({ targets: [{ name: "Urteil", type: "category" }], inputs: ["every other column", "Farbe"] });
    expect(arrived.created["notes"]).toContainEqual(expect.stringMatching(/not UTF-8; it is read as windows-1252/));
    expect(arrived.evaluation.metrics["Urteil.accuracy"]).toBeGreaterThan(0.8);
    expectClasses(
      arrived,
      "Urteil",
      ["bitter", 'mild, "rund"', "süß"],
      freshRows.map((row) => row["Urteil"] as string),
    );
  });

  it("JSON lines: two targets, each with a branch of its own", { tags: ["long"] }, async () => {
    const make: Make = (random) => {
      const [visits, months, plan] = [random.below(30), 60 * random.uniform(), ["basic", "plus", "pro"][random.below(3)]!];
      const worth = visits / 10 + months / 30 + (plan === "pro" ? 1 : 0);
      return { visits, months, plan, left: worth + 0.3 * random.normal() < 2.2 ? "yes" : "no", spent: 12 * worth + random.normal() };
    };
    const folder = temporaryFolder();
    const freshRows = rowsOf(300, 2, make);
    const arrived = await travel(folder, {
      template: "two-output",
      table: writeTable(folder, "customers.jsonl", jsonLines(rowsOf(600, 1, make))),
      fresh: writeTable(folder, "fresh.jsonl", jsonLines(freshRows)),
      freshRows,
      columns: ["visits", "months", "plan", "left", "spent"],
      targets: ["left", "spent"],
      epochs: 20,
    });
    expect(arrived.created).toMatchObject({
      targets: [
        { name: "left", type: "binary" },
        { name: "spent", type: "numeric" },
      ],
    });
    expect(arrived.evaluation.metrics["left.accuracy"]).toBeGreaterThan(0.85);
    expect(arrived.evaluation.metrics["spent.r2"]).toBeGreaterThan(0.9);
    expectClasses(
      arrived,
      "left",
      ["no", "yes"],
      freshRows.map((row) => row["left"] as string),
    );
    expectNumbers(
      arrived,
      "spent",
      freshRows.map((row) => row["spent"] as number),
    );
    const epoch = last(arrived.training.events, "epoch") as unknown as { readonly train: Metrics; readonly validation: Metrics };
    // The combined loss is the sum of the targets'.
    for (const { loss, ...rest } of [epoch.train, epoch.validation]) expectClose([loss!], [rest["left.loss"]! + rest["spent.loss"]!], 1e-5, "combined loss");
  });

  it("TSV: yes or no, a test table of its own; predicting from columns in another order, with one more", async () => {
    const make: Make = (random) => {
      const [a, b] = [random.normal(), random.normal()];
      return { a, b, noise: random.normal(), good: a * b + 0.1 * random.normal() > 0 ? 1 : 0 };
    };
    const folder = temporaryFolder();
    const tsv = (name: string, rows: readonly Row[]) => writeTable(folder, name, separated(rows, "\t"));
    const freshRows = rowsOf(300, 2, make).map(({ a, b, noise, good }) => ({ good: good!, comment: "new", noise: noise!, b: b!, a: a! }));
    const tests = rowsOf(200, 3, make);
    const home = {
      template: "tabular",
      table: tsv("table.tsv", rowsOf(700, 1, make)),
      test: tsv("test.tsv", tests),
      fresh: tsv("fresh.tsv", freshRows),
      freshRows,
      columns: ["a", "b", "noise", "good"],
      targets: ["good"],
      epochs: 40,
    };
    const arrived = await travel(folder, home);
    expect(last(arrived.training.events, "run")["samples"]).toEqual({ train: 595, validation: 105, test: 200 });
    // The sign of a product is nothing that one straight line could tell.
    expect(arrived.evaluation.metrics["good.accuracy"]).toBeGreaterThan(0.8);
    expectClasses(
      arrived,
      "good",
      ["0", "1"],
      freshRows.map((row) => String(row.good)),
    );

    // On the test table evaluate says what training said, though it reads the exported file.
    const model = join(folder, "project", "runs", "0001", "model.onnx");
    const again = (await succeed("evaluate", model, "--data", home.test)).events.at(-1) as Arrived["evaluation"];
    const told = last(arrived.training.events, "done")["test"] as Metrics;
    for (const [name, value] of Object.entries(again.metrics)) expectClose([value ?? NaN], [told[name] ?? NaN], 1e-5, name);
    expect(Object.keys(again.metrics)).toContain("good.auroc");

    // Wrong ways, each one clear line.
    const lacking = writeTable(
      folder,
      "lacking.tsv",
      separated(
        tests.map(({ a: first, good: y }) => ({ a: first!, good: y! })),
        "\t",
      ),
    );
    for (const [code, args, sentence] of [
      [1, ["predict", model, lacking, "--out", join(folder, "none.csv")], /has no column "b"/],
      [
        1,
        [
          "evaluate",
          model,
          "--data",
          writeTable(
            folder,
            "unanswered.tsv",
            separated(
              tests.map(({ good: _, ...row }) => row),
              "\t",
            ),
          ),
        ],
        /has no column "good"/,
      ],
      [1, ["predict", join(folder, "table.tsv"), home.fresh], /table\.tsv: the file is not an ONNX model/],
      [2, ["new", join(folder, "project"), "--data", home.table], /holds a project already; choose another folder/],
      [2, ["new", join(folder, "two"), "--template", "two-input", "--data", home.table, "--target", "good"], /needs at least two inputs, got 1/],
    ] as const) {
      const result = await lathe(...args, "--json");
      expect(result.code, args.join(" ")).toBe(code);
      expect(result.events.at(-1)?.event).toBe("error");
      expect(result.stderr).toMatch(sentence);
      expect(last(result.events, "error")["code"]).not.toBe("internal");
    }
  });
});
