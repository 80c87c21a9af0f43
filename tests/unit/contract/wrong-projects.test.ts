import { describe, expect, test } from "vitest";
import type { LatheError } from "../../../src-main/base/errors.js";
import { parseProject } from "../../../src-main/contract/project.js";
import { layers } from "../../../src-main/layers/index.js";
import { losses } from "../../../src-main/losses/index.js";
import { optimizers } from "../../../src-main/optimizers/index.js";
import { schedules } from "../../../src-main/optimizers/schedules/index.js";
import { change, minimalProject } from "./minimal-project.js";

type Row = readonly [fact: string, changes: Readonly<Record<string, unknown>>, says: readonly string[]];

const name = "expected a name of letters, digits, _ and -, starting with a letter or _, and not __proto__";
const residual = { layers: [{ id: "a", type: "ELU" }] };
const block = (name: string) => ({ id: "b", type: "Block", block: name });

const embedding = { "data.targets.0": { name: "good", type: "embedding", column: "kind" } };

const tables: Readonly<Record<string, readonly Row[]>> = {
  embeddings: [
    [
      "of no dimensions, and of broken ones",
      {
        "data.targets.0": { name: "good", type: "embedding", column: "kind", dimensions: 0 },
        "data.targets.1": { name: "other", type: "embedding", column: "kind", dimensions: 2.5 },
      },
      ["data.targets[0].dimensions: got 0, expected at least 1", "data.targets[1].dimensions: got 2.5, expected a whole number, at least 1 and at most 4096"],
    ],
    [
      "with a loss for classes",
      { ...embedding, "training.losses": { good: { type: "CrossEntropyLoss" } } },
      [
        'training.losses.good.type: got "CrossEntropyLoss", which is for category targets, expected a loss for embedding targets: TripletMarginLoss, ' +
          "ContrastiveLoss",
      ],
    ],
    [
      "a loss over distances for a yes or no",
      { "training.losses": { good: { type: "TripletMarginLoss" } } },
      ['training.losses.good.type: got "TripletMarginLoss", which is for embedding targets, expected a loss for binary targets: BCEWithLogitsLoss, BCELoss'],
    ],
    [
      "no margin, and a distance that there is not",
      { ...embedding, "training.losses": { good: { type: "TripletMarginLoss", margin: 0, p: 3 } } },
      ["training.losses.good.margin: got 0, expected more than 0", "training.losses.good.p: got 3, expected one of 1, 2"],
    ],
    [
      "a metric of classes as what stops training",
      { ...embedding, "training.earlyStopping": { patience: 3, monitor: "validation.good.auroc" } },
      ['training.earlyStopping.monitor: got "validation.good.auroc", expected validation.good. followed by one of loss, precisionAt1'],
    ],
    [
      "two, each of which would draw",
      {
        ...embedding,
        "data.targets.1": { name: "other", type: "embedding", column: "place" },
        "model.outputs.1": { target: "other", from: "out" },
        "training.losses": { other: { type: "ContrastiveLoss" } },
      },
      [
        'training.losses.other: got "ContrastiveLoss", which compares samples, as that of good does; expected one target whose loss does: give both columns ' +
          "to one, or train a project for each",
      ],
    ],
  ],
  "groups of layers": [
    [
      "a name that no layer has",
      { "training.groups": [{ layers: ["fc"], frozen: true }] },
      ['training.groups[0].layers[0]: got "fc", expected a name of a layer, or a pattern that fits one: fc1, act1, out; did you mean fc1?'],
    ],
    [
      "a pattern that fits none",
      { "training.groups": [{ layers: ["conv*"] }] },
      ['training.groups[0].layers[0]: got "conv*", expected a name of a layer, or a pattern that fits one: fc1, act1, out'],
    ],
    [
      "all that learns frozen",
      {
        "training.groups": [
          { layers: ["fc1"], frozen: true },
          { layers: ["o*t"], frozen: true },
        ],
      },
      ["training.groups: got every layer with weights frozen, expected one at least that learns"],
    ],
    [
      "a group of nothing but what an earlier one has",
      {
        "training.groups": [
          { layers: ["f*"], lr: 0.1 },
          { layers: ["fc1"], lr: 0.5 },
        ],
      },
      ['training.groups[1].layers: got "fc1", all of which an earlier group names; remove this one'],
    ],
    [
      "a rate of what is frozen",
      { "training.groups": [{ layers: ["fc1"], frozen: true, lr: 0.5 }] },
      ["training.groups[0].lr: got 0.5 with frozen, expected none: what is frozen does not learn"],
    ],
    ["a rate of 0", { "training.groups": [{ layers: ["fc1"], lr: 0 }] }, ["training.groups[0].lr: got 0, expected more than 0"]],
    [
      "a use of a block whose weights others share",
      {
        "model.blocks": { res: { layers: [{ id: "fc", type: "Linear", outFeatures: 16 }] } },
        "model.layers.1": { id: "first", type: "Block", block: "res", weights: "shared" },
        "training.groups": [{ layers: ["first"], frozen: true }],
      },
      [
        'training.groups[0].layers[0]: got "first", whose weights others share as res.fc, expected a name of a layer, or a pattern that fits one: fc1, ' +
          "res, res.fc, out",
      ],
    ],
  ],
  "keys and kinds of values": [
    [
      "a mistyped section",
      { modle: {}, model: undefined },
      [
        "model: got nothing, expected an object { … }",
        "modle: got an unknown setting, expected one of version, name, seed, data, model, training; did you mean model?",
      ],
    ],
    ["a version that is a text", { version: "1" }, ['version: got "1", expected 1']],
    ["no version", { version: undefined }, ["version: got nothing, expected 1"]],
    ["a negative seed", { seed: -1 }, ["seed: got -1, expected at least 0"]],
  ],
  source: [
    [
      "a folder of pictures, which has columns of its own",
      { "data.source.type": "image-folder" },
      ['data.targets[0].column: got "Good", expected a column of the folder: image, label'],
    ],
    [
      "a level called as the pictures are",
      { "data.source": { type: "image-folder", path: "a", levels: ["image"] }, "data.targets.0.column": "image" },
      ['data.source.levels[0]: got "image", which is the column of the pictures, expected a name of its own'],
    ],
    [
      "a level twice",
      { "data.source": { type: "image-folder", path: "a", levels: ["Good", "Good"] } },
      ['data.source.levels[1]: got "Good" a second time, expected a name of its own'],
    ],
    [
      "another label for a level that is not there",
      { "data.source": { type: "image-folder", path: "a", levels: ["Good"], relabel: { "x.png": { god: "no" } } } },
      ['data.source.relabel["x.png"].god: got "god", expected a column beside the pictures: Good; did you mean Good?'],
    ],
    [
      "a pattern of file names that cannot be read",
      { "data.source": { type: "image-folder", path: "a", levels: ["Good"], names: "{a}{b}" } },
      ['data.source.names: got nothing between "a" and "b", expected a text that parts them, as in {a}-{b}'],
    ],
    [
      "a part of file names that is called as a level",
      { "data.source": { type: "image-folder", path: "a", levels: ["Good"], names: "{Good}-{image}" } },
      [
        'data.source.names: got "Good", which is a level of folders, expected a name of its own',
        'data.source.names: got "image", which is the column of the pictures, expected a name of its own',
      ],
    ],
    [
      "a series of a step that is none",
      { "data.source": { type: "series", path: "a.csv", step: "1 fortnight" } },
      ['data.source.step: got "1 fortnight", expected a number and a unit (ms, s, min, h, d, w, mo, q, y), such as 15min, 1h, 1d, 1w or 1mo'],
    ],
    ["a mistyped source", { "data.source.type": "tabel" }, ['data.source.type: got "tabel", expected one of table, image-folder, series; did you mean table?']],
    ["a path alone", { "data.source": "credit.csv" }, ['data.source: got "credit.csv", expected an object { … }']],
    ["an empty path", { "data.source.path": "" }, ['data.source.path: got "", expected a text that is not empty']],
    ["a delimiter of two characters", { "data.source.delimiter": ";;" }, ['data.source.delimiter: got ";;", expected a text of exactly 1 character']],
    ["a quote of two characters", { "data.source.quote": "''" }, [`data.source.quote: got "''", expected one ASCII character`]],
    ["a quote that is not ASCII", { "data.source.quote": "»" }, ['data.source.quote: got "»", expected one ASCII character']],
    [
      "a quote that is the delimiter",
      { "data.source.quote": ";", "data.source.delimiter": ";" },
      ['data.source.quote: got ";", which is the delimiter too; expected another character'],
    ],
    ["a decimal that is neither comma nor point", { "data.source.decimal": "comma" }, ['data.source.decimal: got "comma", expected one of ",", "."']],
  ],
  "inputs and targets": [
    [
      "pictures without a size",
      { "data.inputs.0": { name: "features", type: "image", column: "a" } },
      ["data.inputs[0].size: got nothing, expected a list of 2"],
    ],
    [
      "a size of nothing",
      { "data.inputs.0": { name: "features", type: "image", column: "a", size: [0, 8] } },
      ["data.inputs[0].size[0]: got 0, expected at least 1"],
    ],
    [
      "a background that is no colour",
      { "data.inputs.0": { name: "features", type: "image", column: "a", size: [8, 8], background: "white" } },
      ['data.inputs[0].background: got "white", expected a colour such as #ffffff'],
    ],
    [
      "a mistyped transform",
      { "data.inputs.0": { name: "features", type: "image", column: "a", size: [8, 8], augment: [{ type: "RandomHorizontalFlop" }] } },
      ['data.inputs[0].augment[0].type: got "RandomHorizontalFlop", expected one of 15 names; did you mean RandomHorizontalFlip?'],
    ],
    [
      "a range the wrong way round",
      { "data.inputs.0": { name: "features", type: "image", column: "a", size: [8, 8], augment: [{ type: "RandomRotation", degrees: [10, -10] }] } },
      ["data.inputs[0].augment[0].degrees: got [10,-10], expected [least, most]"],
    ],
    [
      "an input type that is not there",
      { "data.inputs.0.type": "numerical" },
      ['data.inputs[0].type: got "numerical", expected one of numeric, category, binary, image, window, text, present; did you mean numeric?'],
    ],
    ["columns that are neither names nor rest", { "data.inputs.0.columns": "all" }, ['data.inputs[0].columns: got "all", expected a list of texts or "rest"']],
    ["a column that is a number", { "data.inputs.0.columns": ["a", 3] }, ["data.inputs[0].columns[1]: got 3, expected a text"]],
    ["no columns", { "data.inputs.0.columns": [] }, ["data.inputs[0].columns: got [], expected at least 1 item"]],
    ["a column twice", { "data.inputs.0.columns": ["a", "b", "a"] }, ['data.inputs[0].columns[2]: got "a" a second time, expected each column once']],
    [
      "rest twice",
      { "data.inputs.1": { name: "more", type: "numeric", columns: "rest" }, "model.layers.0.from": ["features"] },
      ['data.inputs[1].columns: got "rest" a second time, expected column names'],
    ],
    [
      "a numeric input that sees the answer",
      { "data.inputs.0.columns": ["a", "Good"] },
      ['data.inputs[0].columns[1]: got "Good", which is what target good asks for; expected another column'],
    ],
    [
      "a category input that sees the answer",
      { "data.inputs.0": { name: "features", type: "category", column: "Good" } },
      ['data.inputs[0].column: got "Good", which is what target good asks for; expected another column'],
    ],
    [
      "a mistyped normalisation",
      { "data.inputs.0.normalize": "standart" },
      ['data.inputs[0].normalize: got "standart", expected one of standard, minmax, none; did you mean standard?'],
    ],
    ["a way to fill that is not there", { "data.inputs.0.missing": "zero" }, ['data.inputs[0].missing: got "zero", expected one of mean, median, drop, error']],
    ["a name with a dot, which metric names use", { "data.targets.0.name": "good.x" }, [`data.targets[0].name: got "good.x", ${name}`]],
    [
      "a numeric target without a column",
      { "data.targets.0": { name: "good", type: "numeric" } },
      ["data.targets[0]: got neither column nor columns, expected one of the two"],
    ],
    [
      "a numeric target with both",
      { "data.targets.0": { name: "good", type: "numeric", column: "a", columns: ["b"] } },
      ["data.targets[0]: got both column and columns, expected one of the two"],
    ],
    [
      "a mistyped key of a target",
      { "data.targets.0": { name: "good", type: "binary", colum: "Good" } },
      [
        "data.targets[0].column: got nothing, expected a text",
        "data.targets[0].colum: got an unknown setting, expected one of name, type, column; did you mean column?",
      ],
    ],
  ],
  split: [
    [
      "shares that leave nothing to train on",
      { "data.split": { validation: 0.5, test: 0.5 } },
      ["data.split: got validation 0.5 and test 0.5, expected shares that leave rows to train on (a sum below 1)"],
    ],
    ["a share of everything", { "data.split.validation": 1 }, ["data.split.validation: got 1, expected less than 1"]],
    [
      "groups without a column",
      { "data.split.by": "group" },
      ['data.split.column: got nothing, expected the column that groups the rows, because split.by is "group"'],
    ],
    [
      "time without a column",
      { "data.split.by": "time" },
      ['data.split.column: got nothing, expected the column that orders the rows, because split.by is "time"'],
    ],
    [
      "a column that nothing uses",
      { "data.split.column": "day" },
      ['data.split.column: got "day" with split.by "random", expected "group" or "time" there, or no column'],
    ],
    ["a mistyped way to split", { "data.split.by": "tme" }, ['data.split.by: got "tme", expected one of random, group, time; did you mean time?']],
  ],
  layers: [
    [
      "a mistyped layer",
      { "model.layers.0.type": "Liner" },
      [`model.layers[0].type: got "Liner", expected one of ${layers.types.length + 1} names; did you mean Linear?`],
    ],
    [
      "a mistyped option",
      { "model.layers.0": { id: "fc1", type: "Linear", outFeature: 16 } },
      [
        'model.layers[0].outFeatures: got nothing, expected a whole number above 0, or "classes"',
        "model.layers[0].outFeature: got an unknown setting, expected one of outFeatures, bias, init, initBias, id, from, type; did you mean outFeatures?",
      ],
    ],
    ["a layer of no width", { "model.layers.0.outFeatures": 0 }, ["model.layers[0].outFeatures: got 0, expected more than 0"]],
    [
      "a mistyped initialisation",
      { "model.layers.0.init": "kaiming_unifrm" },
      ["model.layers[0].init: there is no initialisation kaiming_unifrm; did you mean kaiming_uniform?"],
    ],
    [
      "a mistyped option of an initialisation",
      { "model.layers.0.init": { type: "constant", valu: 1 } },
      ["model.layers[0].init.valu: got an unknown setting, expected one of type, value; did you mean value?"],
    ],
    ["an id with a space", { "model.layers.0.id": "fc 1" }, [`model.layers[0].id: got "fc 1", ${name}`]],
    ["the id of another layer", { "model.layers.1.id": "fc1" }, ['model.layers[1].id: got "fc1" a second time, expected a name of its own']],
    ["the id of an input", { "model.layers.1.id": "features" }, ['model.layers[1].id: got "features" a second time, expected a name of its own']],
    ["no layers", { "model.layers": [] }, ["model.layers: got [], expected at least 1 item"]],
  ],
  connections: [
    [
      "a layer that is not there",
      { "model.layers.1.from": ["fc2"] },
      ['model.layers[1].from[0]: got "fc2", expected an input or an earlier layer: features, fc1; did you mean fc1?'],
    ],
    [
      "a later layer",
      { "model.layers.1.from": ["out"] },
      ['model.layers[1].from[0]: got "out", a later layer, expected an input or an earlier layer: features, fc1'],
    ],
    [
      "the layer itself",
      { "model.layers.1.from": ["act1"] },
      ['model.layers[1].from[0]: got "act1", the layer itself, expected an input or an earlier layer: features, fc1; did you mean fc1?'],
    ],
    ["a text where a list belongs", { "model.layers.1.from": "fc1" }, ['model.layers[1].from: got "fc1", expected a list of texts']],
    ["nothing to read", { "model.layers.1.from": [] }, ["model.layers[1].from: reads nothing yet, expected an input or an earlier layer"]],
    ["more than a layer reads", { "model.layers.1.from": ["fc1", "features"] }, ["model.layers[1].from: got 2 inputs, expected 1 for ELU act1"]],
    ["less than a layer reads", { "model.layers.1": { id: "act1", type: "Add" } }, ["model.layers[1].from: got 1 input, expected at least 2 for Add act1"]],
    [
      "several inputs and no word which",
      { "data.inputs.1": { name: "region", type: "category", column: "region" } },
      [
        "model.layers[0].from: got nothing, expected a list of what it reads, because there are several inputs: features, region (Concat puts them " +
          "side by side)",
      ],
    ],
    [
      "an output for no target",
      { "model.outputs.1": { target: "goood", from: "out" } },
      ['model.outputs[1].target: got "goood", expected a target: good; did you mean good?'],
    ],
    ["an output from no layer", { "model.outputs.0.from": "ou" }, ['model.outputs[0].from: got "ou", expected a layer: fc1, act1, out; did you mean out?']],
    [
      "two outputs for a target",
      { "model.outputs.1": { target: "good", from: "fc1" } },
      ['model.outputs[1].target: got "good" a second time, expected a name of its own'],
    ],
    [
      "a target without an output",
      { "data.targets.1": { name: "price", type: "numeric", column: "price" } },
      ['model.outputs: got no output for target price, expected { "target": "price", "from": <a layer> }'],
    ],
  ],
  blocks: [
    [
      "a block that is not there",
      { "model.layers.1": block("resid"), "model.blocks": { residul: residual } },
      ['model.layers[1].block: got "resid", expected a name in model.blocks: residul; did you mean residul?'],
    ],
    ["no blocks at all", { "model.layers.1": block("x") }, ['model.layers[1].block: got "x", expected a name in model.blocks: (there are none)']],
    [
      "mistyped weights",
      { "model.layers.1": { ...block("residual"), weights: "share" }, "model.blocks": { residual } },
      ['model.layers[1].weights: got "share", expected one of own, shared; did you mean shared?'],
    ],
    [
      "a block within itself",
      { "model.layers.1": block("x"), "model.blocks": { x: { layers: [block("y")] }, y: { layers: [block("x")] } } },
      ["model.blocks.x: got a block that contains itself (x > y > x), expected blocks inside blocks to end somewhere"],
    ],
    [
      "a mistyped name inside",
      { "model.layers.1": block("x"), "model.blocks": { x: { layers: [{ id: "a", type: "ELU", from: ["inptu"] }], output: "aa" } } },
      [
        'model.blocks.x.layers[0].from[0]: got "inptu", expected an input or an earlier layer: input; did you mean input?',
        'model.blocks.x.output: got "aa", expected a layer of the block: a; did you mean a?',
      ],
    ],
    [
      "fewer inputs than the block takes",
      { "model.layers.1": block("x"), "model.blocks": { x: { inputs: ["a", "b"], layers: [{ id: "sum", type: "Add", from: ["a", "b"] }] } } },
      ["model.layers[1].from: got 1 input, expected 2 for Block b"],
    ],
    ["a block's name with a space", { "model.blocks": { "a b": residual } }, [`model.blocks["a b"]: got "a b", ${name}`]],
  ],
  training: [
    ["0 epochs", { "training.epochs": 0 }, ["training.epochs: got 0, expected at least 1"]],
    ["an epoch and a half", { "training.epochs": 1.5 }, ["training.epochs: got 1.5, expected a whole number, at least 1"]],
    ["no epochs", { "training.epochs": undefined }, ["training.epochs: got nothing, expected a whole number, at least 1"]],
    [
      "a batch of none, and a mistyped one",
      { "training.batchSize": 0, "training.batchsize": 8 },
      ["training.batchSize: got 0, expected at least 1", "training.batchsize: got an unknown setting, expected one of 21 names; did you mean batchSize?"],
    ],
    ["a learning rate in words", { "training.optimizer": { type: "Adam", lr: "fast" } }, ['training.optimizer.lr: got "fast", expected a number, at least 0']],
    [
      "a mistyped optimizer",
      { "training.optimizer": { type: "Adan" } },
      [`training.optimizer.type: got "Adan", expected one of ${optimizers.types.join(", ")}; did you mean Adam?`],
    ],
    [
      "an optimizer without its type",
      { "training.optimizer": { lr: 1 } },
      [`training.optimizer.type: got nothing, expected one of ${optimizers.types.join(", ")}`],
    ],
    [
      "an option of another optimizer",
      { "training.optimizer": { type: "Adam", momentum: 0.9 } },
      ["training.optimizer.momentum: got an unknown setting, expected one of type, lr, betas, eps, weightDecay, amsgrad"],
    ],
    ["one beta out of range", { "training.optimizer": { type: "Adam", betas: [0.9, 1] } }, ["training.optimizer.betas[1]: got 1, expected less than 1"]],
    [
      "a mistyped schedule",
      { "training.schedule": { type: "StepLr" } },
      [`training.schedule.type: got "StepLr", expected one of ${schedules.types.join(", ")}; did you mean StepLR?`],
    ],
    [
      "a loss for another kind of target",
      { "training.losses.good": { type: "CrossEntropyLoss" } },
      ['training.losses.good.type: got "CrossEntropyLoss", which is for category targets, expected a loss for binary targets: BCEWithLogitsLoss, BCELoss'],
    ],
    [
      "a mistyped loss",
      { "training.losses.good": { type: "BCEWithLogitLoss" } },
      [`training.losses.good.type: got "BCEWithLogitLoss", expected one of ${losses.types.join(", ")}; did you mean BCEWithLogitsLoss?`],
    ],
    [
      "a loss for no target",
      { "training.losses.god": { type: "BCELoss" } },
      ['training.losses.god: got a loss for "god", expected a target: good; did you mean good?'],
    ],
    [
      "a mistyped option of a loss",
      { "training.losses.good": { type: "BCEWithLogitsLoss", posweight: 2 } },
      ["training.losses.good.posweight: got an unknown setting, expected one of posWeight, weight, type; did you mean posWeight?"],
    ],
    ["a loss of no weight", { "training.losses.good": { type: "BCELoss", weight: 0 } }, ["training.losses.good.weight: got 0, expected more than 0"]],
    [
      "a threshold of no target",
      { "training.thresholds": { god: 0.4 } },
      ['training.thresholds.god: got a threshold for "god", expected a target of type binary or labels: good; did you mean good?'],
    ],
    [
      "thresholds by label of a yes or no",
      { "training.thresholds": { good: { rain: 0.4 } } },
      ["training.thresholds.good: got a threshold by label, expected one number: target good is of type binary"],
    ],
    [
      "thresholds tuned on no rows",
      { "training.thresholds": { good: "tune" }, "data.split": { validation: 0 } },
      ['training.thresholds.good: got "tune", expected a probability, because data.split.validation is 0: there are no rows to find it on'],
    ],
    [
      "labels of both a column and columns, and a separator where each has a column",
      { "data.targets.0": { name: "good", type: "labels", column: "a", columns: ["b", "b"], separator: ";" }, "training.losses": {} },
      [
        "data.targets[0]: got both column and columns, expected one of the two",
        'data.targets[0].separator: got ";" with columns, expected it with one column of words only',
        'data.targets[0].columns[1]: got "b" a second time, expected each column once',
      ],
    ],
    ["clipping to nothing", { "training.clipGradNorm": 0 }, ["training.clipGradNorm: got 0, expected more than 0"]],
    [
      "early stopping on no part of the data",
      { "training.earlyStopping": { patience: 3, monitor: "loss" } },
      ['training.earlyStopping.monitor: got "loss", expected train or validation, a dot and a metric, such as validation.loss'],
    ],
    [
      "early stopping on a mistyped target",
      { "training.earlyStopping": { patience: 3, monitor: "validation.godo.accuracy" } },
      ['training.earlyStopping.monitor: got "validation.godo.accuracy", expected validation. followed by one of loss, good; did you mean good?'],
    ],
    [
      "early stopping on a mistyped metric",
      { "training.earlyStopping": { patience: 3, monitor: "validation.good.acuracy" } },
      [
        'training.earlyStopping.monitor: got "validation.good.acuracy", expected validation.good. followed by one of loss, accuracy, precision, ' +
          "recall, f1, auroc, averagePrecision, logloss, calibrationError; did you mean accuracy?",
      ],
    ],
    [
      "early stopping on a metric of other targets",
      { "training.earlyStopping": { patience: 3, monitor: "validation.good.rmse" } },
      [
        'training.earlyStopping.monitor: got "validation.good.rmse", expected validation.good. followed by one of loss, accuracy, precision, recall, ' +
          "f1, auroc, averagePrecision, logloss, calibrationError",
      ],
    ],
    [
      "early stopping on what training rows are not judged by",
      { "training.earlyStopping": { patience: 3, monitor: "train.good.accuracy" } },
      ['training.earlyStopping.monitor: got "train.good.accuracy", expected train.good. followed by one of loss'],
    ],
    [
      "early stopping on a target without a metric",
      { "training.earlyStopping": { patience: 3, monitor: "validation.good" } },
      [
        'training.earlyStopping.monitor: got "validation.good", expected validation.good. followed by one of loss, accuracy, precision, recall, f1, ' +
          "auroc, averagePrecision, logloss, calibrationError",
      ],
    ],
    [
      "early stopping on rows that are not there",
      { "training.earlyStopping": { patience: 3 }, "data.split.validation": 0 },
      ['training.earlyStopping.monitor: got "validation.loss", expected a train metric, because data.split.validation is 0'],
    ],
    ["threads in words", { "training.threads": "al" }, ['training.threads: got "al", expected "auto" or a whole number, at least 1']],
    ["no threads", { "training.threads": 0 }, ["training.threads: got 0, expected at least 1"]],
    [
      "a mistyped engine",
      { "training.engine": "tensorfow" },
      ['training.engine: got "tensorfow", expected one of auto, onnxruntime, tensorflow; did you mean tensorflow?'],
    ],
    ["a threshold that nothing reaches", { "training.threshold": 1 }, ["training.threshold: got 1, expected less than 1"]],
  ],
};

describe.each(Object.entries(tables))("%s", (_section, rows) => {
  test.each(rows)("%s", (_fact, changes, says) => {
    const project = minimalProject();
    for (const [place, value] of Object.entries(changes)) change(project, place, value);
    const error = errorOf(() => parseProject(project, "credit/project.json"));
    expect(error.message.split("\n")).toEqual(says.map((line) => `credit/project.json: ${line}`));
    expect(error.code).toBe("project.invalid");
  });
});

test("what is not an object at all", () => {
  expect(errorOf(() => parseProject([1], "p.json")).message).toBe("p.json: got [1], expected an object { … }");
  expect(errorOf(() => parseProject(null, "p.json")).message).toBe("p.json: got null, expected an object { … }");
});

test("a newer version is told before anything else in the file is judged", () => {
  const error = errorOf(() => parseProject({ version: 2, somethingNew: true }, "p.json"));
  expect(error.code).toBe("project.newer");
  expect(error.message).toBe("p.json: version: got 2, expected 1; a newer Lathe made this project: update Lathe to open it");
});

test("every problem is also there for programs, by its place", () => {
  const project = minimalProject();
  project.training.epochs = 0;
  expect(errorOf(() => parseProject(project)).details["problems"]).toEqual([{ path: "training.epochs", message: "got 0, expected at least 1" }]);
});

function errorOf(work: () => unknown): LatheError {
  try {
    work();
  } catch (thrown) {
    return thrown as LatheError;
  }
  throw new Error("expected an error");
}
