import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toLatheError } from "../../src-main/base/errors.js";
import { onePrediction, predictionForm, type TablePrediction } from "../../src-main/contract/evaluation-views.js";
import { type EngineLink, launchChildProcess } from "../../src-main/services/processes/engine-link.js";
import { predictionsFile, readPredictions } from "../../src-main/training/runs/kept-predictions.js";
import { columns, judgedProject, toCsv } from "../support/judged-project.js";
import { last, lathe } from "../support/lathe.js";

/** Processes that serve models, and how those that have ended did. */
const links: EngineLink[] = [];
const ended: string[] = [];
/** The last one that answered a table. */
let predicting: EngineLink | undefined;
const launch = (): EngineLink => {
  const link = launchChildProcess();
  return {
    ...link,
    send(command) {
      if (command.type === "work" && command.work.kind === "predict") predicting = link;
      if (command.type === "work" && command.work.kind === "serve-model") {
        links.push(link);
        link.onExit((how) => ended.push(how));
      }
      link.send(command);
    },
  };
};

let setup: Awaited<ReturnType<typeof judgedProject>>;
beforeAll(async () => (setup = await judgedProject({ options: { launch } })));
afterAll(() => setup.close());

const one = async (values: Readonly<Record<string, string | null>>) =>
  onePrediction.parse(await setup.procedures.prediction.one({ ...setup.run, values }, setup.context));
const usual = { size: "50", weight: "0.1", colour: "red", old: "no" };

interface Heard {
  readonly stages: string[];
  readonly value: TablePrediction | undefined;
}
function predictTable(
  asked: { data: string; out: string; replace?: boolean; spreadsheet?: boolean },
  onStage: (leave: () => void, done: number) => void = () => undefined,
): Promise<Heard> {
  return new Promise((resolve, reject) => {
    const stages: string[] = [];
    let value: TablePrediction | undefined;
    const left = setup.streams.predictTable(
      { ...setup.run, replace: false, spreadsheet: false, ...asked },
      {
        next(event) {
          if (event.event === "result") ({ value } = event);
          if (event.event !== "stage") return;
          stages.push(event.stage);
          onStage(() => void Promise.resolve(left).then((subscription) => subscription.dispose()), event.done);
        },
        end: (error?: unknown) => (error === undefined ? resolve({ stages, value }) : reject(toLatheError(error))),
      },
      setup.context,
    );
  });
}

/** RFC 4180. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  for (const line of text.trimEnd().split("\n"))
    rows.push([...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? ""));
  return rows;
}

describe("a table's answers", () => {
  it("are the ones kept for the same rows, told with a preview, into a file that is not lost unasked", async () => {
    const out = join(setup.root, "out.csv");
    const data = join(setup.project, "table.csv");
    const { stages, value } = await predictTable({ data, out });
    expect(stages).toContain("predicting");
    expect(value).toMatchObject({ samples: 300, out, unknown: {} });
    const [head, ...lines] = parseCsv(readFileSync(out, "utf8"));
    expect(value!.preview).toEqual({ columns: head, rows: lines.slice(0, 200) });
    expect(lines).toHaveLength(300);
    for (const split of ["validation", "test"] as const) {
      const { rows, targets } = readPredictions(predictionsFile(setup.folder, split));
      rows.forEach((row, i) => {
        const line = lines[row - 1]!;
        expect(line[0]).toBe(String(row));
        for (const { kind, name, width, outputs, ...target } of targets) {
          const own = [...outputs.subarray(i * width, (i + 1) * width)];
          const heads =
            kind === "binary"
              ? [`${name}:1`]
              : kind === "category"
                ? (target as { classes: string[] }).classes.map((c) => `${name}:${c}`)
                : (target as { columns: string[] }).columns.map((c) => `${name}:${c}`);
          heads.forEach((column, k) =>
            expect(Math.abs(Number(line[head!.indexOf(column)]) - own[k]!)).toBeLessThan(1e-5 * Math.max(1, kind === "numeric" ? 400 : 1)),
          );
        }
      });
    }
    writeFileSync(out, "mine");
    await expect(predictTable({ data, out })).rejects.toMatchObject({ code: "export.exists" });
    expect(readFileSync(out, "utf8")).toBe("mine");
    await predictTable({ data, out, replace: true });
    expect(parseCsv(readFileSync(out, "utf8"))).toHaveLength(301);
  });

  it("are neither read nor written where the host may not, nor over the table itself", async () => {
    const data = join(setup.project, "table.csv");
    for (const [asked, code] of [
      [{ data, out: join(tmpdir(), "elsewhere.csv") }, "rpc.refused"],
      [{ data: "/etc/hosts", out: join(setup.root, "x.csv") }, "rpc.refused"],
      [{ data, out: data, replace: true }, "usage"],
      [{ data, out: setup.root, replace: true }, "usage"],
      [{ data: join(setup.root, "none.csv"), out: join(setup.root, "x.csv") }, "project.missing"],
    ] as const)
      await expect(predictTable(asked)).rejects.toMatchObject({ code });
    expect(existsSync(join(setup.root, "x.csv"))).toBe(false);
  });

  it("are called off by leaving, before the first: then nothing is there", async () => {
    const many = join(setup.root, "many.csv");
    writeFileSync(many, toCsv(Array.from({ length: 400 }, () => setup.rows).flat()));
    const out = join(setup.root, "many.predictions.csv");
    await expect(predictTable({ data: many, out }, (leave) => leave())).rejects.toMatchObject({ code: "cancelled" });
    expect(readdirSync(setup.root).filter((name) => name.startsWith("many.predictions"))).toEqual([]);
  });

  it("are called off half way: what was answered is kept and gone on with, or discarded when told", async () => {
    const many = join(setup.root, "many.csv");
    const whole = join(setup.root, "whole.csv");
    const out = join(setup.root, "rest.csv");
    await predictTable({ data: many, out: whole });
    const callOff = () => predictTable({ data: many, out }, (leave, done) => done > 0 && leave());
    const halves = () => readdirSync(setup.root).filter((name) => name.startsWith("rest.csv"));
    await expect(callOff()).rejects.toMatchObject({ code: "cancelled", message: expect.stringMatching(/the answers to row \d+ are kept in/) });
    expect(halves()).toEqual(["rest.csv.unfinished"]);
    // Called off once more before it has begun, what is there stays.
    const asked = { ...setup.run, data: many, out, replace: false, spreadsheet: false };
    await expect(setup.studio.prediction.table(asked, () => undefined, AbortSignal.abort())).rejects.toMatchObject({
      code: "cancelled",
      message: expect.stringMatching(/the answers to row \d+ are kept in/),
    });
    expect(halves()).toEqual(["rest.csv.unfinished"]);
    await setup.procedures.prediction.discard({ out }, setup.context);
    expect(halves()).toEqual([]);
    await expect(callOff()).rejects.toMatchObject({ code: "cancelled" });
    const { value } = await predictTable({ data: many, out });
    expect(value!.resumedAfter).toBeGreaterThan(0);
    expect(value!.samples).toBe(120_000);
    expect(readFileSync(out).equals(readFileSync(whole))).toBe(true);
    expect(halves()).toEqual(["rest.csv"]);
  });
});

describe("a process that is ended by force while it answers a table", () => {
  it("leaves no half file behind", async () => {
    const many = join(setup.root, "killed.csv");
    writeFileSync(many, toCsv(Array.from({ length: 400 }, () => setup.rows).flat()));
    const out = join(setup.root, "killed.predictions.csv");
    await expect(predictTable({ data: many, out }, () => predicting?.kill())).rejects.toMatchObject({ code: "engine.crashed" });
    expect(readdirSync(setup.root).filter((name) => name.startsWith("killed.predictions"))).toEqual([]);
  });
});

describe("a table with what training never saw, on the command line", () => {
  const strange = [
    ["9000", "0.1", "gren", "no", "1", "smal", "200", "20"],
    ["50", "0.1", "gren", "yes", "0", "small", "200", "20"],
    ["50", "0.2", "pink", "no", "1", "large", "200", "20"],
    ["40", "-900", "red", "no", "1", "large", "200", "20"],
  ];
  const seen = {
    unknownValues: {
      colour: [
        { value: "gren", rows: 2, nearest: "green" },
        { value: "pink", rows: 1 },
      ],
    },
    outside: { size: { rows: 1 }, weight: { rows: 1 } },
  };

  it("is predicted all the same, and told in JSON: unknown values, each with the nearest known one, and rows far outside", async () => {
    const data = join(setup.root, "strange.csv");
    writeFileSync(data, toCsv(strange));
    const { code, events } = await lathe("predict", setup.project, data, "--out", join(setup.root, "strange.out.csv"), "--json");
    expect([code, last(events, "prediction")]).toMatchObject([0, { samples: 4, unknown: { colour: 3 }, ...seen }]);
  });

  it("is judged by each target that is known, of a row whose class is not by its others, and told in JSON: unknown classes too", async () => {
    const data = join(setup.root, "strange.csv");
    writeFileSync(data, toCsv(strange));
    const { code, events } = await lathe("evaluate", setup.project, "--data", data, "--json");
    const told = last(events, "evaluation");
    expect([code, told]).toMatchObject([0, { samples: 4, unknownClasses: { kind: [{ value: "smal", rows: 1, nearest: "small" }] }, ...seen }]);
    expect(told["skipped"]).toEqual({});
  });
});

describe("the form for one row", () => {
  it("asks for what the model reads, and begins with what is usual", async () => {
    const { fields, targets } = predictionForm.parse(await setup.procedures.prediction.form(setup.run, setup.context));
    expect(fields).toMatchObject([
      { column: "size", kind: "number" },
      { column: "weight", kind: "number" },
      { column: "colour", kind: "choice", choices: ["blue, dark", "green", "red"] },
      { column: "old", kind: "choice", choices: ["no", "yes"] },
    ]);
    expect(targets.map(({ kind }) => kind)).toEqual(["binary", "category", "numeric"]);
    // Training rows are those in neither of the parts that were kept.
    const others = new Set((["validation", "test"] as const).flatMap((split) => [...readPredictions(predictionsFile(setup.folder, split)).rows]));
    const trained = setup.rows.filter((_, i) => !others.has(i + 1));
    for (const [k, column] of ["size", "weight"].entries()) {
      const numbers = trained
        .map((row) => row[k]!)
        .filter((cell) => cell !== "")
        .map(Number);
      expect(Number(fields[k]!.typical), column).toBeCloseTo(numbers.reduce((a, b) => a + b) / numbers.length, 3);
      expect(fields[k]!.min).toBeCloseTo(Math.min(...numbers), 3);
      expect(fields[k]!.max).toBeCloseTo(Math.max(...numbers), 3);
    }
    const count = (k: number, value: string) => trained.filter((row) => row[k] === value).length;
    for (const k of [2, 3]) for (const choice of fields[k]!.choices!) expect(count(k, fields[k]!.typical)).toBeGreaterThanOrEqual(count(k, choice));
    expect((await one(Object.fromEntries(fields.map(({ column, typical }) => [column, typical])))).notes).toEqual([]);
  });

  it("answers as a file of that one row would be", async () => {
    const cases = [
      usual,
      { ...usual, size: "" },
      { ...usual, size: " NA ", colour: "purple" },
      { ...usual, weight: "1e3", old: "" },
      { ...usual, colour: "blue, dark", size: "+7" },
    ];
    for (const [i, values] of cases.entries()) {
      const data = join(setup.root, `one-${i}.csv`);
      writeFileSync(data, toCsv([columns.map((column) => (values as Readonly<Record<string, string>>)[column] ?? "")]));
      const { value } = await predictTable({ data, out: join(setup.root, `one-${i}.out.csv`) });
      const { targets } = await one(values);
      const cells = targets.flatMap((target) => [
        ...(target.kind === "numeric" ? target.value.split(", ") : [target.value]),
        ...(target.probabilities ?? []).map((p) => String(p.probability)),
      ]);
      expect(cells, JSON.stringify(values)).toEqual(value!.preview.rows[0]!.slice(1));
      expect(targets.flatMap((target) => (target.probabilities ? [target.name, ...target.probabilities.map((p) => `${target.name}:${p.class}`)] : []))).toEqual(
        value!.preview.columns.slice(1).filter((name) => !name.startsWith("value")),
      );
    }
  });

  it("says what the model has never seen", async () => {
    const { notes: found } = await one({ size: "5000", weight: null, colour: "purple", old: null });
    expect(found.map(({ column }) => column)).toEqual(["size", "weight", "colour", "old"]);
    expect(found.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^size is 5000, but the training rows hold \S+ to \S+: the answer goes beyond/),
      expect.stringMatching(/^weight is missing: \S+, the mean of the training rows, stands in for it$/),
      expect.stringMatching(/^the model has never seen "purple" in colour \(it knows blue, dark, green, red\)/),
      expect.stringMatching(/^old is missing/),
    ]);
    expect((await one({ ...usual, colour: "Gren" })).notes).toEqual([
      { column: "colour", message: expect.stringMatching(/^the model has never seen "Gren" in colour \(.*\): .*; did you mean "green"\?$/) as string },
    ]);
    expect((await one(usual)).notes).toEqual([]);
    await expect(one({ ...usual, size: "much" })).rejects.toMatchObject({ code: "data.value", message: expect.stringMatching(/column "size": got "?much"?/) });
    await expect(one({ ...usual, size: "1\0" })).rejects.toMatchObject({ code: "data.value", message: expect.stringContaining('column "size"') });
    expect((await one({ ...usual, colour: "red\0" })).notes.map(({ column }) => column)).toEqual(["colour"]);
    await expect(one({ ...usual, price: "1" })).rejects.toMatchObject({ code: "usage", message: expect.stringMatching(/does not read a column "price"/) });
  });

  it("is answered by one process that stays, and comes back where it dies", async () => {
    await one(usual);
    const before = links.length;
    // To start one takes a second; to ask one takes milliseconds.
    for (let i = 0; i < 20; i++) await one({ ...usual, size: String(i) });
    expect(links.length).toBe(before);
    const both = await Promise.all([one({ ...usual, size: "1" }), one({ ...usual, size: "99" })]);
    expect(both).toEqual([await one({ ...usual, size: "1" }), await one({ ...usual, size: "99" })]);
    const exits = ended.length;
    links.at(-1)!.kill();
    await expect.poll(() => ended.length).toBe(exits + 1);
    expect((await one(usual)).targets).toHaveLength(3);
    expect(links.length).toBe(before + 1);
    setup.studio.prediction.close();
    await expect.poll(() => ended.at(-1)).toBe("exit code 0");
  });
});
