/** The Export screen. */
export const exportTexts = {
  title: "Export",
  run: "Run",
  newest: (run: string) => `${run} (newest)`,
  runChoice: (run: string, loss: string) => `${run}, loss ${loss}`,
  format: "Format",
  export: (title: string) => `Export ${title}`,
  pickTitle: (title: string) => `Export: ${title}`,
  emptyTitle: "There is no model yet",
  emptyText:
    "A model comes from a run that has ended: all its epochs, early stopping, or your own stop. Train the project, then take its model away from here.",
  train: "Go to Train",
  noModel: (run: string) => `${run} has no model to export. Choose another run, or resume its training under Runs.`,
  chooseNewest: "Show the newest model",
  writing: "Writing",
  done: (path: string) => `${path} is written.`,
  show: "Show in folder",
  written: "Written",
  folder: "folder",
  compared: (other: string, samples: string, difference: string, tolerance: string) =>
    `Compared with ${other} on ${samples} samples: largest difference ${difference}, allowed ${tolerance}`,
  exists: {
    title: "Replace the file?",
    text: (path: string) => `There is a file ${path} already. What is in it is lost when you replace it.`,
    replace: "Replace it",
    other: "Choose another name",
  },
  card: {
    label: "Model card",
    title: "The model",
    facts: (size: string, opset: string) => `${size}, opset ${opset}`,
    inputs: "Inputs",
    outputs: "Outputs",
    headings: { name: "Name", dtype: "Type", shape: "Shape", description: "What it is" },
    note:
      "Filling and scaling are inside the file. Feed numbers as numbers, NaN where one is missing: what Lathe reads as 1234.5, such as $1,234.50, is 1234.5 " +
      "here. " +
      "Feed texts in the spellings of your table, without blanks around them and in Unicode’s form NFC; an empty text is a missing one.",
    shapeNote: "N is the number of samples; any number goes.",
    picturesNote:
      "Preprocessing is inside the file: feed the pictures’ bytes as they are, of any height and width. N is their number; all that are fed at once " +
      "have one size.",
  },
  checks: {
    title: "Checks",
    parity: "Same answers as in training",
    passed: (rows: string, split: string, difference: string) => `yes, on ${rows} samples of ${split}; the largest difference is ${difference}`,
    failed: (difference: string, tolerance: string) => `no: the largest difference is ${difference}, allowed are ${tolerance}`,
    predictions: "Same predictions",
    differenceOf: (target: string) => `Largest difference of ${target}`,
    predictionsOf: (target: string) => `Same predictions of ${target}`,
    test: (name: string) => `Test ${name}`,
    testRows: "Test samples",
    trained: "Training",
    trainedOn: (epochs: string, best: string) => `${epochs} ${epochs === "1" ? "epoch" : "epochs"}, the weights of epoch ${best}`,
    parameters: "Parameters",
  },
  usage: {
    title: "How to use it",
    python: "Python",
    javascript: "JavaScript",
    needs: (command: string) => `Needs ${command}`,
    label: (language: string) => `Code in ${language}`,
    copyFailed: "The browser does not let it be copied; select the text and copy it yourself.",
  },
  actions: { group: "Export", format: (title: string) => `Export ${title}` },
} as const;
