import type { StudioContract } from "../../src-main/contract/procedures.js";
import type { Place } from "./kind.js";

type Paths<T> = { [N in keyof T & string]: `${N}.${keyof T[N] & string}` }[keyof T & string];

/** Arguments that each procedure and stream takes, from which wrong ones are made. A new procedure without a line here does not compile. */
export function goodArguments({ root, table, pictures }: Place): {
  readonly procedures: Readonly<Record<Paths<StudioContract["procedures"]>, unknown>>;
  readonly streams: Readonly<Record<keyof StudioContract["streams"], unknown>>;
} {
  const project = { project: table };
  const run = { project: table, run: "0001" };
  const drawn = { project: pictures, run: "0001" };
  const picture = { picture: "red/red-0.bmp", test: false };
  const model = { layers: [{ id: "fc1", type: "Linear", outFeatures: 4 }], outputs: [{ target: "good", from: "fc1" }] };
  const data = {
    source: { type: "table", path: "table.csv" },
    inputs: [{ name: "features", type: "numeric", columns: ["size", "weight"] }],
    targets: [{ name: "good", type: "binary", column: "good" }],
  };
  const document = { version: 1, name: "x", seed: 1, data, model, training: { epochs: 1, batchSize: 8 } };
  const judged = { ...run, split: "test", target: "good" };
  return {
    procedures: {
      "app.info": {},
      "app.settings": {},
      "app.changeSettings": { theme: "dark", engine: "auto", device: "cpu", threads: 2, projectsFolder: root, hintsSeen: ["a"] },
      "app.engines": {},
      "app.licences": {},
      "files.list": { folder: root },
      "files.makeFolder": { folder: `${root}/made`, name: "new" },
      "files.pick": { kind: "open-file", title: "a file", extensions: ["csv"], suggested: table },
      "files.reveal": { path: table },
      "projects.list": {},
      "projects.open": project,
      "projects.forget": project,
      "projects.samples": {},
      "projects.createSample": { sample: "credit" },
      "projects.propose": { data: `${table}/table.csv`, targets: ["good"], levels: ["label"] },
      "projects.create": {
        data: `${table}/table.csv`,
        folder: `${root}/made/project`,
        name: "made",
        template: "tabular",
        targets: ["good"],
        ignore: ["tax"],
        levels: ["label"],
        test: `${table}/table.csv`,
      },
      "projects.read": project,
      "projects.write": { ...project, document, revision: "0" },
      "projects.createFromRun": { ...run, name: "again" },
      "data.rows": {
        ...project,
        offset: 0,
        limit: 20,
        sort: { column: "size", descending: true },
        filters: [
          { kind: "value", column: "colour", value: "red" },
          { kind: "range", column: "size", from: 0, to: 100, closed: true },
          { kind: "text", text: "a" },
          { kind: "split", split: "train" },
          { kind: "rows", rows: [1, 2, 3] },
          { kind: "class", target: "good", value: "1", split: "train" },
          { kind: "missing", column: "size" },
          { kind: "skipped", column: "size" },
        ],
      },
      "series.overview": project,
      "series.view": { ...project, columns: ["size"], from: 0, to: 1e9, points: 100, id: "a" },
      "series.sample": { ...project, at: 5, past: 3, ahead: 2, id: "a" },
      "model.catalogue": {},
      "model.plan": { ...project, document },
      "model.preset": { ...project, document, preset: "two-block-cnn" },
      "runs.list": project,
      "runs.links": project,
      "runs.metrics": run,
      "runs.settings": run,
      "runs.log": run,
      "runs.describe": { ...run, name: "n", note: "m" },
      "runs.trash": { ...project, runs: ["0001"] },
      "runs.restore": { ...project, runs: ["0001"] },
      "runs.trashed": project,
      "runs.emptyTrash": project,
      "training.start": { ...project, epochs: 1, seed: 1, engine: "onnxruntime", device: "cpu", resume: "0001" },
      "training.underWay": {},
      "training.pause": run,
      "training.resume": run,
      "training.stop": run,
      "training.cancel": run,
      "evaluation.report": run,
      "evaluation.curves": { ...judged, class: "1" },
      "evaluation.calibration": judged,
      "evaluation.residuals": { ...run, split: "test", target: "value", column: "price" },
      "evaluation.forecast": { ...run, split: "test", target: "value", column: "price", series: "a", lead: 1 },
      "evaluation.rows": {
        ...judged,
        truth: "1",
        predicted: "0",
        show: "mistakes",
        threshold: 0.5,
        residual: { from: -1, to: 1 },
        order: "sure",
        offset: 0,
        limit: 10,
      },
      "evaluation.joint": { ...run, split: "test" },
      "evaluation.jointRows": { ...run, split: "test", outcomes: ["right", "wrong"], order: "worst", offset: 0, limit: 10 },
      "evaluation.labelErrors": { ...run, target: "kind", offset: 0, limit: 10 },
      "pictures.thumbnails": { project: pictures, pictures: [picture], side: 64 },
      "pictures.sample": { project: pictures, ...picture, side: 64 },
      "pictures.augmented": {
        project: pictures,
        ...picture,
        input: "image",
        augment: [
          { type: "RandomRotation", degrees: 10 },
          { type: "ColorJitter", brightness: 0.2 },
        ],
        draws: 2,
        seed: 1,
      },
      "pictures.tryAgain": { project: pictures, pictures: [picture] },
      "pictures.file": { path: `${pictures}/pictures/red/red-0.bmp`, side: 64 },
      "pictures.layers": drawn,
      "pictures.filters": { ...drawn, layer: "conv1" },
      "pictures.saliency": { ...drawn, row: 1, target: "colour", class: "red", layer: "conv2" },
      "pictures.featureMaps": { ...drawn, row: 1, layer: "conv1", from: 0, limit: 4 },
      "pictures.correct": { project: pictures, corrections: [{ ...picture, excluded: true, labels: { label: "blue" } }] },
      "prediction.form": run,
      "prediction.one": { ...run, values: { size: "1", weight: "0.1", colour: "red", old: "no" } },
      "forecasts.backtest": run,
      "exports.formats": {},
      "exports.card": run,
      "exports.write": { ...run, format: "onnx", out: `${root}/made/model.onnx`, replace: true },
    },
    streams: {
      run,
      preparing: project,
      columns: project,
      audit: project,
      learningRate: project,
      predictTable: { ...run, data: `${table}/table.csv`, out: `${root}/made/answers.csv`, replace: true },
      forecast: {
        ...run,
        data: `${table}/table.csv`,
        steps: 3,
        levels: [0.95],
        known: [{ column: "size", values: [1, null] }],
        ids: ["a"],
        out: `${root}/made/forecast.csv`,
      },
      backtest: { ...run, folds: 2 },
      setUpTensorflow: {},
      commands: {},
    },
  };
}
