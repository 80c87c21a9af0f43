import { describe, expect, test } from "vitest";
import { learningRateResult } from "../../../src-main/contract/results.js";
import { type AuditResult, auditResult, rowsPage } from "../../../src-main/contract/table-views.js";
import { launchChildProcess, type EngineLink } from "../../../src-main/services/processes/engine-link.js";
import { templates } from "../../../src-main/services/templates/index.js";
import { listen, studioProject } from "../../support/studio-project.js";

const line = (i: number) => [i === 3 ? "" : (i * 7) % 101, "same", ["red", "green", "blue"][i % 3], i === 50 ? "" : i % 2];
const lines = Array.from({ length: 120 }, (_, i) => line(i));
const csv = (rows: readonly (readonly unknown[])[]) => `x,constant,colour,y\n${rows.map((row) => row.join(",")).join("\n")}\n`;
const table = csv([...lines, ...lines.slice(60, 100)]);

const inputs = [
  { name: "features", type: "numeric" as const, columns: ["x"] },
  { name: "colour", type: "category" as const, column: "colour" },
  { name: "constant", type: "category" as const, column: "constant" },
];
const target = { name: "y", type: "binary" as const, column: "y" };
const documentOf = (more: { readonly target?: object; readonly split?: object } = {}) => ({
  ...templates
    .get("tabular")
    .create({
      name: "t",
      source: { type: "table", path: "table.csv" },
      inputs,
      targets: [{ ...target, ...more.target }],
      ...(more.split ? { split: more.split } : {}),
    }),
});

async function audit(content: string, document: object = documentOf()) {
  const setup = studioProject(content, { ...document });
  const last = (await listen(setup.streams, "audit", setup.project)).at(-1);
  if (last?.event !== "result") throw new Error("no result");
  const result = auditResult.parse(last.value);
  const shown = async ({ rows }: AuditResult["problems"][number]) =>
    rows && rowsPage.parse(await setup.procedures.data.rows({ project: setup.project, offset: 0, limit: 500, filters: [rows] }, setup.context));
  return { ...setup, result, shown };
}

const byCode = ({ problems }: AuditResult, code: string) => problems.filter((problem) => problem.code === code);

test("every problem leads to as many rows as it tells of", async () => {
  const { result, shown } = await audit(table);
  expect(result.splits).toEqual({ train: 159 - 2 * 24, validation: 24, test: 24 });
  expect(result.classes["y"]!.map(({ value, train, validation, test: tested }) => [value, train + validation + tested])).toEqual([
    ["1", 80],
    ["0", 79],
  ]);
  const [skipped] = byCode(result, "data.skipped");
  expect(skipped).toMatchObject({ severity: "warning", message: '1 row excluded: missing target in column "y"' });
  expect((await shown(skipped!))!.rows.map(({ row, split }) => [row, split])).toEqual([[51, undefined]]);
  const [gaps] = byCode(result, "data.gaps");
  expect(gaps).toMatchObject({ severity: "note", message: 'column "x" has 1 missing value (under 1%), filled with the mean' });
  expect((await shown(gaps!))!.rows.map(({ row }) => row)).toEqual([4]);
  const [leaked, copies] = byCode(result, "data.duplicates");
  const count = (message = "") => Number(/\d+/.exec(message)?.[0]);
  expect((await shown(leaked!))!.total).toBe(count(leaked?.message));
  expect((await shown(copies!))!.total).toBe(count(copies?.message));
  expect(count(copies?.message)).toBe(40);
  expect(byCode(result, "data.constant").map(({ rows }) => rows)).toEqual([undefined]);
  expect(result.problems.filter(({ severity }) => severity === "error")).toEqual([]);
});

describe("what keeps training from starting is an error", () => {
  test("values that are no numbers, every one with its row", async () => {
    const { result, shown } = await audit(csv(lines.map((row, i) => (i === 10 || i === 90 ? ["many", ...row.slice(1)] : row))));
    expect(result.problems).toMatchObject([
      {
        code: "data.value",
        severity: "error",
        message: expect.stringMatching(/holds 2 values that are no numbers, such as "many" in row 11; mend them/) as string,
      },
    ]);
    expect((await shown(result.problems[0]!))!.rows.map(({ row, split, cells }) => [row, split, cells[0]])).toEqual([
      [11, undefined, "many"],
      [91, undefined, "many"],
    ]);
  });

  test("a target of one class, a yes or no of three, a column that is not there, a part without rows", async () => {
    const one = await audit(csv(lines.map((row) => [...row.slice(0, 3), 1])));
    expect(byCode(one.result, "data.target")).toMatchObject([
      { severity: "error", message: expect.stringContaining('holds only "1", expected at least two classes') as string },
    ]);
    const three = await audit(csv(lines.map((row, i) => [...row.slice(0, 3), i % 3])));
    expect(three.result.problems[0]).toMatchObject({
      code: "data.target",
      severity: "error",
      message: expect.stringContaining("has 3 different values") as string,
    });
    const gone = await audit(table, documentOf({ target: { column: "yy" } }));
    expect(gone.result).toMatchObject({ splits: { train: 0 }, problems: [{ code: "data.target", severity: "error" }] });
    const few = await audit(csv(lines.slice(0, 3)));
    expect(few.result.problems).toMatchObject([{ code: "data.split", severity: "error" }]);
  });
});

test("a class that training never sees leads to its rows", async () => {
  const rows = lines.map((row, i) => [...row.slice(0, 3), i === 117 ? "rare" : ["a", "b"][i % 2]]);
  const { result, shown } = await audit(
    csv(rows.map((row, i) => [i, ...row.slice(1)])),
    documentOf({ target: { type: "category" }, split: { by: "time", column: "x", validation: 0.1, test: 0.1 } }),
  );
  expect(result.problems.filter(({ code }) => code === "data.classes")).toMatchObject([
    { severity: "warning", message: 'no training row of target y is "rare"; it cannot be learnt' },
  ]);
  expect((await shown(byCode(result, "data.classes")[0]!))!.rows.map(({ row, split }) => [row, split])).toEqual([[118, "test"]]);
});

test("a project that is not complete, and a table that cannot be read, end the stream with the reason", async () => {
  await expect(audit(table, { ...documentOf(), model: {} })).rejects.toMatchObject({ code: "project.invalid" });
  await expect(audit(`${table}1,2\n`)).rejects.toMatchObject({ code: "data.ragged" });
  await expect(audit(table, { ...documentOf(), data: { ...documentOf().data, source: { type: "table", path: "/etc/passwd" } } })).rejects.toMatchObject({
    code: "rpc.refused",
  });
});

test("the search for a learning rate tells how far it is, then its curve", async () => {
  const { streams, project } = studioProject(table, documentOf());
  const events = await listen(streams, "learningRate", project);
  expect(events.some((event) => event.event === "stage" && event.stage === "trying learning rates" && event.total === 100)).toBe(true);
  const last = events.at(-1);
  const result = learningRateResult.parse(last?.event === "result" ? last.value : undefined);
  expect(result.points.length).toBeGreaterThan(20);
});

test("work is started as the host starts engines, and ends with its process when nobody listens any more", async () => {
  const links: EngineLink[] = [];
  const exits: Promise<string>[] = [];
  const launch = () => {
    const link = launchChildProcess();
    links.push(link);
    exits.push(new Promise((resolve) => link.onExit(resolve)));
    return link;
  };
  const { streams, project } = studioProject(table, documentOf(), { launch });
  const ended = new Promise<unknown>((resolve) => {
    const abort = new AbortController();
    let leave: () => void = () => undefined;
    const sink = { next: () => leave(), end: resolve };
    void Promise.resolve(streams.learningRate({ project }, sink, { signal: abort.signal })).then((subscription) => (leave = () => subscription.dispose()));
  });
  expect(await ended).toMatchObject({ code: "cancelled" });
  expect(links).toHaveLength(1);
  await Promise.all(exits);
});
