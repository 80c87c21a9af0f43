import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { WebSocket } from "ws";
import { toLatheError } from "../../src-main/base/errors.js";
import { studioContract } from "../../src-main/contract/procedures.js";
import { createClient } from "../../src-main/rpc/client.js";
import { createSocketTransport } from "../../src-main/rpc/transports/web-socket.js";
import { startServer, type RunningServer } from "../../src-main/server/index.js";
import type { Refusal } from "../../src-main/server/refusal.js";
import { createStudio } from "../../src-main/services/studio.js";
import { plausibleEpochs, temporaryFolder, writeRun, writeTestProject } from "../support/run-on-disk.js";

// Every parameter that names a place of the machine, in every procedure and stream: none of them leads out of the folders that the user allows.

const root = temporaryFolder("paths");
const allowed = join(root, "allowed");
const forbidden = join(root, "forbidden");
const project = join(allowed, "credit");
const inside = join(allowed, "table.csv");

/** How each is asked when all is well. */
const run = { project, run: "0001" };
const runs = { project, runs: ["0001"] };
const document = { version: 1, name: "credit", data: { source: { type: "table", path: inside }, inputs: [], targets: [] } };
const good: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "files.list": { folder: allowed },
  "files.makeFolder": { folder: allowed, name: "new" },
  "files.reveal": { path: inside },
  "projects.open": { project },
  "projects.forget": { project },
  "projects.propose": { data: inside },
  "projects.read": { project },
  "projects.write": { project, document, revision: "0" },
  "projects.create": { data: inside, validation: allowed, test: inside, folder: join(allowed, "made"), name: "made", template: "tabular", targets: ["b"] },
  "projects.createFromRun": run,
  "data.rows": { project, offset: 0, limit: 10 },
  "series.overview": { project },
  "series.view": { project, columns: ["x"], from: 0, to: 1, points: 10 },
  "series.sample": { project, at: 0, past: 0, ahead: 0 },
  "evaluation.forecast": { ...run, split: "test", target: "Good" },
  "model.plan": { project, document },
  "model.preset": { project, document, preset: "tabular" },
  "runs.list": { project },
  "runs.links": { project },
  "runs.metrics": run,
  "runs.settings": run,
  "runs.log": run,
  "runs.describe": { ...run, name: "x" },
  "runs.trash": runs,
  "runs.restore": runs,
  "runs.trashed": { project },
  "runs.emptyTrash": { project },
  "training.start": { project },
  "training.pause": run,
  "training.resume": run,
  "training.stop": run,
  "training.cancel": run,
  "evaluation.report": run,
  "evaluation.curves": { ...run, split: "test", target: "Good" },
  "evaluation.rows": { ...run, split: "test", target: "Good", offset: 0, limit: 10 },
  "evaluation.calibration": { ...run, split: "test", target: "Good" },
  "evaluation.joint": { ...run, split: "test" },
  "evaluation.jointRows": { ...run, split: "test", offset: 0, limit: 10 },
  "evaluation.labelErrors": { ...run, target: "Good", offset: 0, limit: 10 },
  "evaluation.tried": { ...run, split: "test", target: "Good", threshold: 0.4 },
  "evaluation.decide": { ...run, target: "Good", threshold: 0.4 },
  "evaluation.residuals": { ...run, split: "test", target: "Good" },
  "prediction.form": run,
  "prediction.one": { ...run, values: {} },
  "prediction.discard": { out: join(allowed, "out.csv") },
  "pictures.layers": run,
  "pictures.filters": run,
  "pictures.saliency": { ...run, path: inside, target: "Good" },
  "pictures.featureMaps": { ...run, path: inside },
  "pictures.thumbnails": { project, pictures: [{ picture: "a.png" }], side: 96 },
  "pictures.sample": { project, picture: "a.png" },
  "pictures.augmented": { project, picture: "a.png" },
  "pictures.file": { path: inside },
  "pictures.tryAgain": { project, pictures: [{ picture: "a.png" }] },
  "pictures.correct": { project, corrections: [{ picture: "a.png", excluded: true }] },
  "features.nearest": { ...run, path: inside },
  "forecasts.backtest": run,
  "exports.card": run,
  lookAtNetwork: { model: inside },
  importNetwork: { model: inside, data: inside, validation: allowed, test: inside, folder: join(allowed, "imported"), name: "imported", targets: ["b"] },
  run: run,
  preparing: { project },
  columns: { project },
  audit: { project },
  learningRate: { project },
  predictTable: { ...run, data: inside, out: join(allowed, "out.csv") },
  export: { ...run, format: "onnx", out: join(allowed, "out.onnx") },
  forecast: { ...run, data: inside, out: join(allowed, "out.csv") },
  backtest: run,
  features: run,
};
const places = ["project", "folder", "path", "data", "out", "test", "validation", "model"];
const ways: readonly (readonly [string, string])[] = [
  ["a folder elsewhere", join(forbidden, "x.csv")],
  ["a way up, spelt out", `${allowed}/../forbidden/x.csv`],
  ["a relative path", "../forbidden/x.csv"],
  ["a NUL", `${allowed}/x\0.csv`],
];

let server: RunningServer;
const refusals: Refusal[] = [];
beforeAll(async () => {
  mkdirSync(allowed);
  mkdirSync(forbidden);
  writeFileSync(inside, "a,b\n1,2\n");
  writeFileSync(join(forbidden, "x.csv"), "secret\n");
  writeTestProject(project, "credit");
  writeRun(project, "0001", { epochs: plausibleEpochs(2) });
  server = await startServer({ studio: createStudio({ allowedFolders: [allowed], home: join(root, "home") }), onRefusal: (refusal) => refusals.push(refusal) });
});
afterAll(() => server.close());

async function connect() {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/rpc`, {
    headers: { authorization: `Bearer ${server.token}`, origin: `http://127.0.0.1:${server.port}` },
  });
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  return createClient(studioContract, createSocketTransport(socket as unknown as globalThis.WebSocket));
}

const shapeOf = (schema: unknown): Readonly<Record<string, unknown>> => (schema as { readonly shape?: Readonly<Record<string, unknown>> }).shape ?? {};
const asked = [
  ...Object.entries(studioContract.procedures).flatMap(([group, some]) =>
    Object.entries(some).map(([name, { input }]) => ({ name: `${group}.${name}`, parameters: Object.keys(shapeOf(input)), isStream: false })),
  ),
  ...Object.entries(studioContract.streams).map(([name, { params }]) => ({ name, parameters: Object.keys(shapeOf(params)), isStream: true })),
].flatMap(({ name, parameters, isStream }) => parameters.filter((parameter) => places.includes(parameter)).map((parameter) => ({ name, parameter, isStream })));

it("covers every procedure and stream that takes a place", () => {
  expect([...new Set(asked.map(({ name }) => name))].sort()).toEqual(Object.keys(good).sort());
});

it.each(asked)("$name refuses a $parameter that leads out", async ({ name, parameter, isStream }) => {
  const client = await connect();
  for (const [what, path] of ways) {
    refusals.length = 0;
    const input = { ...good[name], [parameter]: path };
    const code = await (isStream ? endOf(client, name, input) : call(client, name, input)).then(
      () => "done",
      (thrown: unknown) => toLatheError(thrown).code,
    );
    expect([what, code]).toEqual([what, expect.stringMatching(/^rpc\.(refused|invalid)$/)]);
    // Logged, too.
    expect(refusals, what).not.toHaveLength(0);
  }
  client.dispose();
});

type Client = Awaited<ReturnType<typeof connect>>;

function call(client: Client, name: string, input: unknown): Promise<unknown> {
  const [group = "", method = ""] = name.split(".");
  const procedures = client.procedures as unknown as Readonly<Record<string, Readonly<Record<string, (input: unknown) => Promise<unknown>>>>>;
  return procedures[group]?.[method]?.(input) ?? Promise.reject(new Error(`there is no ${name}`));
}

function endOf(client: Client, name: string, params: unknown): Promise<void> {
  const { subscribe } = client as unknown as {
    readonly subscribe: (name: string, params: unknown, observer: { next(): void; end(error?: Error): void }) => unknown;
  };
  return new Promise(
    (resolve, reject) => void subscribe(name, params, { next: () => undefined, end: (error) => (error === undefined ? resolve() : reject(error)) }),
  );
}
