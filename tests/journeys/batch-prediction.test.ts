import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { creditTable, killAll, last, lathe, startLathe, writeCreditProject } from "../support/lathe.js";
import { blobProject, makePictures } from "../support/picture-project.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { findSwiftShader } from "../support/webgpu.js";

const training = { epochs: 1, batchSize: 64, engine: "onnxruntime", optimizer: { type: "Adam", lr: 0.005 } } as const;
let [credit, table, many, blobs, pictures] = ["", "", "", "", ""];
const folder = mkdtempSync(join(tmpdir(), "lathe-batch-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(async () => {
  credit = writeCreditProject(join(folder, "credit"), training);
  table = readFileSync(creditTable, "utf8");
  const [head = "", ...rows] = table.trimEnd().split("\n");
  many = join(folder, "many.csv");
  writeFileSync(many, [head, ...Array.from({ length: 12 }, () => rows).flat()].join("\n"));
  blobs = join(folder, "blobs");
  pictures = join(blobs, "pictures");
  makePictures(pictures, 80);
  writeFileSync(join(pictures, "red", "broken.png"), "no picture");
  writeFileSync(join(blobs, "project.json"), JSON.stringify(blobProject("colour", 4, training)));
  for (const project of [credit, blobs]) {
    const { code, stderr } = await lathe("train", project, "--json");
    expect(code, stderr).toBe(0);
  }
}, 300_000);

/** Predicts, and kills all of it as soon as rows are answered. */
async function killedHalfWay(model: string, data: string, out: string): Promise<void> {
  let hit = false;
  const running = startLathe(["predict", model, data, "--out", out, "--json"], (event) => {
    const done = Number(event["done"]);
    if (hit || event.event !== "stage" || event["stage"] !== "predicting" || done === 0 || done === event["total"]) return;
    hit = true;
    killAll(running);
  });
  const { code } = await running.result;
  expect([hit, code], "it ended before it was killed").toEqual([true, null]);
  expect(existsSync(out)).toBe(false);
}

const messages = (events: readonly Readonly<Record<string, unknown>>[]) => events.map(({ message }) => (typeof message === "string" ? message : "")).join("\n");

describe("answers for many rows", () => {
  it.each(["table", "pictures"])("of %s go on after a kill at the right row, and end in the same bytes", { timeout: 300_000 }, async (kind) => {
    const place = temporaryFolder();
    const [model, data] = kind === "table" ? [credit, many] : [blobs, pictures];
    const whole = await lathe("predict", model, data, "--out", join(place, "whole.csv"), "--json");
    expect(whole.code, whole.stderr).toBe(0);
    const out = join(place, "out.csv");
    await killedHalfWay(model, data, out);
    const { code, stderr, events } = await lathe("predict", model, data, "--out", out, "--json");
    expect(code, stderr).toBe(0);
    const { resumedAfter, out: _, ...told } = last(events, "prediction");
    expect(resumedAfter).toBeGreaterThan(0);
    expect(messages(events)).toContain(`${String(resumedAfter)} rows were answered before; going on with row ${Number(resumedAfter) + 1}`);
    // What is told of them is told of all, too.
    const { out: __, ...expected } = last(whole.events, "prediction");
    expect(told).toEqual(expected);
    expect(readFileSync(out).equals(readFileSync(join(place, "whole.csv")))).toBe(true);
    expect(readdirSync(place).sort()).toEqual(["out.csv", "whole.csv"]);
  });

  it("begin anew, and say why, where the pictures are others by now, or where they are told to", { timeout: 300_000 }, async () => {
    const out = join(temporaryFolder(), "out.csv");
    await killedHalfWay(blobs, pictures, out);
    utimesSync(join(pictures, "blue", "blue-0.bmp"), 1, 1);
    const { code, events } = await lathe("predict", blobs, pictures, "--out", out, "--json");
    expect([code, last(events, "prediction")["resumedAfter"]]).toEqual([0, undefined]);
    expect(messages(events)).toContain("are not gone on with: what is answered for has changed; all begins anew");
    await killedHalfWay(credit, many, out.replace(".csv", "-2.csv"));
    const again = await lathe("predict", credit, many, "--out", out.replace(".csv", "-2.csv"), "--anew", "--json");
    expect([again.code, last(again.events, "prediction")]).toMatchObject([0, { samples: 12 * 4454 }]);
    expect(messages(again.events)).not.toContain("anew");
  });

  it("tell of a bad row why it has none, and end no sooner", async () => {
    const place = temporaryFolder();
    const [head = "", ...rows] = table.trimEnd().split("\n");
    const columns = head.split(",");
    const bad = (row: string, value: string) => [...row.split(",").slice(0, -1), value].join(",");
    const last1 = columns.at(-1) ?? "";
    const wanted = columns.filter((name) => name !== "Good");
    const moved = [...wanted.filter((name) => name !== last1), ...(last1 === "Good" ? [] : [last1])];
    const cells = (row: string) =>
      row
        .split(",")
        .filter((_, k) => columns[k] !== "Good")
        .join(",");
    const given = rows.slice(0, 20).map(cells);
    given[4] = bad(given[4] ?? "", "much");
    given[11] = bad(given[11] ?? "", "1e99");
    given[14] = `${given[14] ?? ""},7,7`;
    given[19] = "1,2";
    const data = join(place, "bad.csv");
    writeFileSync(data, [moved.join(","), ...given].join("\n"));
    const out = join(place, "out.csv");
    const { code, stderr, events } = await lathe("predict", credit, data, "--out", out, "--json");
    expect(code, stderr).toBe(0);
    const column = moved.at(-1) ?? "";
    expect(last(events, "prediction")).toMatchObject({
      samples: 16,
      failed: 4,
      unanswered: [
        { sample: "5", reason: expect.stringContaining(`column "${column}": got "much", expected a number`) as string },
        { sample: "12", reason: expect.stringContaining(`column "${column}": got "1e99"`) as string },
        { sample: "15", reason: `got ${moved.length + 2} fields, expected ${moved.length} as in the first row; mend the row` },
        { sample: "20", reason: `got 2 fields, expected ${moved.length} as in the first row; mend the row` },
      ],
    });
    expect(messages(events)).toMatch(/4 rows of .*bad\.csv have no answer, as their rows say; for example, row 5: column/);
    const written = readFileSync(out, "utf8").trimEnd().split("\n");
    expect(written[0]).toBe("sample,Good,Good:0,Good:1,error");
    expect(written).toHaveLength(21);
    expect(written[5]).toMatch(/^5,,,,"column ""/);
    // The others are answered as they are without those.
    writeFileSync(data, [moved.join(","), ...given.filter((_, i) => ![4, 11, 14, 19].includes(i))].join("\n"));
    await lathe("predict", credit, data, "--out", join(place, "good.csv"));
    const answers = (lines: readonly string[]) => lines.map((line) => line.split(",").slice(1, 4).join(","));
    const good = readFileSync(join(place, "good.csv"), "utf8").trimEnd().split("\n");
    expect(answers(good)).toEqual(answers(written.filter((_, i) => ![5, 12, 15, 20].includes(i))));
  });

  it("are Parquet where the name ends so, with the values of the CSV", async () => {
    const place = temporaryFolder();
    for (const name of ["out.csv", "out.parquet"]) expect((await lathe("predict", blobs, pictures, "--out", join(place, name))).code).toBe(0);
    const connection = await (await DuckDBInstance.create(":memory:")).connect();
    const rows = async (from: string) => (await connection.runAndReadAll(`SELECT * FROM ${from}`)).getRowObjectsJS();
    const types = { sample: "VARCHAR", colour: "VARCHAR", "colour:blue": "DOUBLE", "colour:green": "DOUBLE", "colour:none": "DOUBLE", "colour:red": "DOUBLE" };
    const columns = JSON.stringify({ ...types, error: "VARCHAR" }).replaceAll('"', "'");
    const parquet = await rows(`'${join(place, "out.parquet")}'`);
    expect(parquet).toEqual(await rows(`read_csv('${join(place, "out.csv")}', header=true, auto_detect=false, quote='"', escape='"', columns=${columns})`));
    expect(parquet).toHaveLength(321);
    expect(parquet.find(({ error }) => error !== null)).toMatchObject({ sample: "red/broken.png", colour: null, "colour:red": null });
    expect(readdirSync(place).sort()).toEqual(["out.csv", "out.parquet"]);
  });

  const shader = findSwiftShader();
  if ("reason" in shader) console.warn(`skipped: a graphics card that fails half way, because ${shader.reason}`);
  it.skipIf("reason" in shader)("go on on the CPU at the same row where the card takes its process with it, and say so", { timeout: 300_000 }, async () => {
    const place = temporaryFolder();
    const swift = "folder" in shader ? shader.folder : "";
    const env = { ...process.env, LD_LIBRARY_PATH: swift, VK_ICD_FILENAMES: join(swift, "vk_swiftshader_icd.json") };
    const out = join(place, "out.csv");
    let killedAfter = 0;
    const running = startLathe(
      ["predict", credit, many, "--device", "webgpu", "--out", out, "--json"],
      (event) => {
        const done = Number(event["done"]);
        if (killedAfter > 0 || event.event !== "stage" || event["stage"] !== "predicting" || done === 0 || done === event["total"]) return;
        const engine = Number(execFileSync("pgrep", ["-P", String(running.child.pid), "-f", "engine\\.js"], { encoding: "utf8" }));
        killedAfter = done;
        process.kill(engine, "SIGKILL");
      },
      { env },
    );
    const { code, stderr, events } = await running.result;
    expect(code, stderr).toBe(0);
    expect(messages(events)).toMatch(/the device webgpu failed after row \d+ \(its process ended: signal SIGKILL\); the CPU goes on with row \d+/);
    const { samples, devices } = last(events, "prediction") as unknown as { readonly samples: number; readonly devices: Readonly<Record<string, number>> };
    expect(samples).toBe(12 * 4454);
    expect(devices["webgpu"]).toBeGreaterThanOrEqual(killedAfter);
    expect(devices["webgpu"]! % 4096).toBe(0);
    expect(devices["webgpu"]! + devices["cpu"]!).toBe(samples);
    // Each row once, and alike but for the last bits.
    expect((await lathe("predict", credit, many, "--out", join(place, "cpu.csv"))).code).toBe(0);
    const numbers = (name: string) =>
      readFileSync(join(place, name), "utf8")
        .trimEnd()
        .split("\n")
        .slice(1)
        .map((line) => line.split(",").map(Number));
    const expected = numbers("cpu.csv");
    const got = numbers("out.csv");
    expect(got.map(([sample]) => sample)).toEqual(expected.map(([sample]) => sample));
    expect(Math.max(...got.map(([, , no = 0], i) => Math.abs(no - (expected[i]?.[2] ?? 9))))).toBeLessThan(1e-5);
    expect(readdirSync(place).sort()).toEqual(["cpu.csv", "out.csv"]);
  });
});
