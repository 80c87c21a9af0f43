/** What a model judges, as the texts call it. */
interface Things {
  readonly one: string;
  readonly many: string;
  readonly One: string;
  readonly Many: string;
  /** The order that they have by themselves. */
  readonly order: string;
}

/** Names and one line of plain words for metrics, by the name they have in a report. */
const metricsOf = (of: Things): Readonly<Record<string, { readonly name: string; readonly about: string }>> => ({
  accuracy: { name: "Accuracy", about: `Share of ${of.many} that are decided right` },
  "accuracy.top3": { name: "Among the first 3", about: `Share of ${of.many} whose class is among the three likeliest (top-3 accuracy)` },
  "accuracy.top5": { name: "Among the first 5", about: `Share of ${of.many} whose class is among the five likeliest (top-5 accuracy)` },
  precisionAt1: { name: "Precision at 1", about: `Of the ${of.many}, the share whose nearest other one is of the same value` },
  "precisionAt1.chance": { name: "By chance", about: `What the precision at 1 would be if the nearest one were drawn at random` },
  precision: { name: "Precision", about: `Of the ${of.many} called positive, the share that is` },
  recall: { name: "Recall", about: `Of the positive ${of.many}, the share that is found` },
  f1: { name: "F1", about: "Precision and recall in one number" },
  "precision.macro": { name: "Precision (macro)", about: `Of the ${of.many} called a class, the share that is; mean of classes` },
  "recall.macro": { name: "Recall (macro)", about: `Of a class's ${of.many}, the share that is found; mean of classes` },
  "f1.macro": { name: "F1 (macro)", about: "Precision and recall in one number; rare classes count like frequent ones" },
  "f1.micro": { name: "F1 (micro)", about: "Precision and recall of all decisions together; frequent labels count more" },
  exact: { name: "All labels right", about: `Share of ${of.many} of which every label is right (exact match)` },
  hamming: { name: "Hamming distance", about: "Share of all decisions on labels that are wrong. Less is better" },
  auroc: { name: "AUROC", about: `How surely a ${of.one} of the class scores above one that is not` },
  averagePrecision: { name: "Average precision", about: "Precision over all thresholds; strict where a class is rare" },
  logloss: { name: "Log loss", about: "Surprise by the truth; sure mistakes cost most. Less is better" },
  calibrationError: { name: "Calibration error", about: `How far probabilities are from how often they are right; at 0, of ${of.many} told with 80%, 80% are` },
  mae: { name: "Mean error", about: "How far off a prediction is on average, in the column's unit (MAE)" },
  rmse: { name: "RMSE", about: "Root mean square error: as the mean error, but large errors weigh more" },
  mape: { name: "Percentage error", about: "How far off a forecast is on average, as a share of the truth (MAPE)" },
  smape: { name: "Symmetric percentage error", about: "As the percentage error, of the mean of forecast and truth (sMAPE); 200% at most" },
  r2: { name: "R²", about: "Share of the variation that is explained; 1 is perfect" },
  loss: { name: "Loss", about: `What training made small, on these ${of.many}` },
});

/** `a, b or c` */
function anyOf(names: readonly string[]): string {
  return names.length > 1 ? `${names.slice(0, -1).join(", ")} or ${names.at(-1)}` : names.join("");
}

/** `character wrong though alphabet right` */
function combinationOf(targets: readonly string[], outcomes: readonly ("right" | "wrong" | "unknown" | null)[]): string {
  const named = (wanted: string) => targets.filter((_, k) => outcomes[k] === wanted);
  const [right, wrong, unknown] = [named("right"), named("wrong"), named("unknown")];
  const list = (names: readonly string[]) => (names.length > 4 ? `${names.length} targets` : names.join(" and "));
  const whole = targets.length === 2 ? "both" : "all";
  if (right.length === targets.length) return `${whole} right`;
  if (wrong.length === targets.length) return `${whole} wrong`;
  const said =
    wrong.length > 0
      ? [`${list(wrong)} wrong`, ...(right.length > 0 ? [`though ${list(right)} right`] : [])]
      : right.length > 0
        ? [`${list(right)} right`]
        : [];
  const words = [...said, ...(unknown.length > 0 ? [`${said.length > 0 ? "(" : ""}${list(unknown)} not known${said.length > 0 ? ")" : ""}`] : [])].join(" ");
  return words === "" ? "any" : words;
}

function textsOf(of: Things) {
  const rows = (count: string) => `${count} ${count === "1" ? of.one : of.many}`;
  return {
    title: "Evaluate",
    run: "Run that is judged",
    split: `${of.Many} to judge by`,
    splits: { validation: "Validation", test: "Test" },
    splitHints: {
      validation: `${of.Many} that training did not learn from; where the best epoch is kept, they chose it`,
      test: `${of.Many} that training never saw`,
    },
    target: "Target",
    tabs: {
      kinds: { binary: "Yes or no", category: "One of several classes", numeric: "Numbers", labels: "Several labels", embedding: "What is alike" },
      together: "Together",
      togetherHint: "Which targets are right at once, and which mistakes come together",
    },
    column: "Column",
    older: "Trained before your last changes.",
    train: "Go to Train",
    runWith: (title: string, status: string) => `${title}, ${status}`,
    empty: {
      title: "Nothing to judge yet",
      text: `Train a network first. Then you see here how often it is right, which classes it mixes up, and the very ${of.many} it gets wrong.`,
    },
    unfinished: {
      title: (run: string) => `${run} has no result yet`,
      active: "It is judged as soon as its training ends. You can stop it at any time: what it has learnt by then is judged.",
      broken: "Its training did not come to an end. Resume it, or look at another run.",
      runs: "Go to Runs",
      other: (run: string) => `Look at ${run}`,
    },
    missing: (run: string) => `There is no run ${run} in this project; was it deleted?`,
    failed: "The result of this run cannot be read",
    noSplit: {
      title: (split: string) => `This run has no ${split} ${of.many}`,
      text: "Its project gave that part none. You set the parts on the Data screen; a run trained after that has them.",
      other: (split: string) => `Show ${split.toLowerCase()}`,
      data: "Go to Data",
    },
    noRows: {
      title: "Single rows were not kept",
      text: "This run kept its numbers, but not what it answered for each row: there are no curves and no rows to look at. A new run keeps them.",
    },
    metrics: {
      title: "How good it is",
      unjudged: (names: readonly string[], more: number) =>
        `No ${of.one} here is ${anyOf(more > 0 ? [...names, `of ${more} more class${more === 1 ? "" : "es"}`] : names)}: these numbers say nothing of ` +
        `how well ${names.length + more === 1 ? "it is" : "they are"} told.`,
      words: metricsOf(of),
      guess: (value: string) => `${value} by guessing`,
      majority: (name: string, value: string) => `${value} if always “${name}”`,
      mean: (value: string) => `${value} if always the mean`,
      worse: "No better than that",
      rows: (split: string, count: string) => `${split}: ${rows(count)}`,
      missing: (count: string, target: string) => `${count} with no known ${target} do not count`,
      partly: (count: string, target: string) => `${count} without some or all of ${target} count for what they have`,
      positive: (name: string) => `“${name}” is positive`,
    },
    matrix: {
      title: "What is taken for what",
      label: (target: string) => `Confusion matrix of ${target}`,
      hint: `Arrow keys move, Enter shows the ${of.many}`,
      lead: `A cell leads to its ${of.many}`,
      truth: "Truth",
      predicted: "Predicted",
      down: "Truth ↓",
      along: "Predicted →",
      show: "Show in cells",
      counts: of.Many,
      shares: "Share",
      order: "Order of classes",
      orders: { given: "As they are", error: "Most mistakes first", size: `Most ${of.many} first` },
      cell: (truth: string, predicted: string, count: string, share: string) =>
        truth === predicted
          ? `${truth}: ${rows(count)} decided right, ${share} of the class`
          : `${truth} taken for ${predicted}: ${rows(count)}, ${share} of the class`,
      scale: "of the class",
      csv: "Save the counts as a CSV file",
      threshold: (value: string) => `at ${value}`,
    },
    classes: {
      title: "Class by class",
      headings: { name: "Class", precision: "Precision", recall: "Recall", f1: "F1", support: of.Many, mistakes: "Mistakes" },
      hints: {
        name: "",
        precision: `Of the ${of.many} called this class, the share that is`,
        recall: `Of the class's ${of.many}, the share that is found`,
        f1: "Precision and recall in one number",
        support: `${of.Many} that are of this class`,
        mistakes: `${of.Many} of this class that were called something else`,
      },
      averages: { micro: "Pooled (micro)", macro: "Mean (macro)", weighted: `Weighted by ${of.many}` },
      rowsOf: (name: string) => `Show the ${of.many} of ${name}`,
      sortBy: (column: string) => `Sort by ${column.toLowerCase()}`,
    },
    curves: {
      title: "Over all thresholds",
      of: (name: string) => `${name} against the rest`,
      choose: "Class against the rest",
      roc: "ROC curve",
      rocLine: "ROC",
      falsePositives: "False-positive rate",
      truePositives: "True-positive rate",
      precisionRecall: "Precision–recall",
      precisionRecallLine: "Precision",
      recall: "Recall",
      precision: "Precision",
      calibration: "Calibration",
      calibrationLine: "Share that is",
      predicted: "Predicted probability",
      observed: "Share that is positive",
      guess: "Guessing",
      perfect: "Perfect",
      threshold: (value: string) => `threshold ${value}`,
      auroc: (value: string) => `AUROC ${value}`,
      averagePrecision: (value: string) => `AP ${value}`,
      rocSummary: (name: string, auroc: string) => `ROC curve of ${name}: the area under it is ${auroc}.`,
      precisionRecallSummary: (name: string, value: string) => `Precision over recall of ${name}: average precision is ${value}.`,
      calibrationSummary: (name: string, bins: readonly string[]) => `Calibration of ${name}: ${bins.join(", ")}.`,
      bin: (predicted: string, observed: string) => `predicted ${predicted}, observed ${observed}`,
      oneClass: (name: string) => `There is no curve: these ${of.many} are all, or none, of class ${name}.`,
      failed: "The curves could not be drawn",
    },
    threshold: {
      title: "Threshold",
      label: "the threshold",
      about: (positive: string) => `The probability above which a row is called “${positive}”.`,
      slider: "Threshold to try",
      entry: "Threshold as a number",
      wrong: "A number between 0 and 1, such as 0.35",
      use: "Use this threshold",
      inUse: "This run uses it already",
      useHint: "Changes this run at once, without training: its figures, its answers on Predict, and what you export",
      used: (value: string) => `This run now decides at ${value}, also on Predict and in exports. Files exported before stay as they are.`,
      newRuns: "Use for new runs",
      newRunsHint: "Sets it in the project",
      inProject: "New runs use it already",
      usedInProject: (value: string) => `New runs decide at ${value}.`,
      back: "Reset",
      backHint: (value: string) => `Back to ${value}, which this run uses`,
      own: "used by this run",
      tried: (value: string) => `this run uses ${value}`,
      several: "For new runs it is set for every yes-or-no target of the project.",
      counts: { truePositives: "found", falsePositives: "false alarms", falseNegatives: "missed", trueNegatives: "rightly not" },
      results: "What it decides",
      precision: "Precision",
      recall: "Recall",
      f1: "F1",
      accuracy: "Accuracy",
    },
    residuals: {
      title: "How far off",
      scatter: "Predicted against actual",
      actual: (column: string) => `Actual ${column}`,
      predicted: (column: string) => `Predicted ${column}`,
      histogram: "Errors",
      residual: (column: string) => `Predicted − actual ${column}`,
      count: "Rows",
      scatterSummary: (points: string, column: string) => `Predicted against actual ${column}, ${rows(points)}; on the line they are equal.`,
      scatterHint: "A click on a point shows its row",
      point: (row: string, actual: string, predicted: string) => `Row ${row}: actual ${actual}, predicted ${predicted}`,
      row: "Row",
      bin: (from: string, to: string, count: string) => `Error ${from} to ${to}: ${rows(count)}`,
      from: "From",
      to: "To",
      barsHint: "Arrow keys move between bars, Enter shows their rows",
      failed: "The errors could not be drawn",
      some: (shown: string, all: string) => `${shown} of ${all} rows, evenly chosen`,
    },
    rows: {
      title: of.Many,
      table: `Judged ${of.many}`,
      order: "Order",
      orders: { worst: "Worst first", sure: "Surest first", unsure: "Least sure first", row: of.order },
      orderHints: {
        worst: "Those whose truth looked least likely come first",
        sure: "Those whose prediction is surest come first: a sure mistake tells most, often of a wrong label",
        unsure: "Those between two classes come first: what more examples would help most with",
        row: "",
      },
      show: `Which ${of.many}`,
      kinds: { mistakes: "Mistakes", correct: "Right", all: "All" },
      truth: "Truth",
      predicted: "Predicted",
      anyTruth: "Any truth",
      anyPredicted: "Any prediction",
      row: of.One,
      confidence: "Confidence",
      error: "Error",
      residual: (from: string, to: string) => `Error ${from} to ${to}`,
      oneRow: (error: string) => `Error ${error}`,
      clear: "Show all mistakes",
      clearNumbers: `Show all ${of.many}`,
      count: (total: string) => rows(total),
      nothing: `No ${of.one} is like that.`,
      noMistakes: `No mistakes: every one of these ${of.many} is decided right.`,
      failed: `The ${of.many} could not be read`,
      missing: "missing",
      remove: (what: string) => `Take away ${what}`,
      probabilities: (row: string) => `Probabilities of row ${row}`,
      more: (count: number) => `${count} less likely ones`,
      detail: (row: string) => `${of.One} ${row}`,
      close: `Hide the ${of.one}`,
      pictures: "Judged pictures",
      picture: (picture: string, words: string) => `${picture}: ${words}`,
      not: (truth: string) => `not ${truth}`,
      taken: (truth: string, predicted: string) => (truth === predicted ? `decided right: ${truth}` : `${truth}, taken for ${predicted}`),
      detailOf: (picture: string) => `Picture ${picture}`,
      probabilitiesOf: (picture: string) => `Probabilities of ${picture}`,
      closePicture: "Hide the picture",
      retrainHint: "The next run learns from the picture as it is now.",
    },
    joint: {
      title: "Right together",
      table: "What is right and wrong together",
      samples: `${of.Many} of the combination`,
      picture: "Picture",
      verdict: (targets: readonly string[], share: string, count: string, from: string, to: string) =>
        `${targets.length === 2 ? "Both" : `All ${targets.length}`} are right for ${share} of ${rows(count)} ` +
        `(exact match; of others like them, ${from} to ${to}).`,
      noneKnown: `No ${of.one} here has a known class for all targets at once.`,
      independent: (share: string) =>
        `If mistakes in one had nothing to do with those in another, it would be ${share}: more than that means that the same ${of.many} are hard for all.`,
      count: of.Many,
      share: "Share",
      meaning: "What happened",
      marks: { right: "✓", wrong: "✗", unknown: "?" },
      outcomes: { right: "right", wrong: "wrong", unknown: "not known" },
      says: combinationOf,
      every: `All ${of.many}`,
      showAll: `Show all ${of.many}`,
      more: (combinations: string, count: string) => `${combinations} rarer combinations, of ${rows(count)} in all, are not listed.`,
      unknown: (count: string) => `Of ${rows(count)} a class is not known for some target; they are not in the share above.`,
      noTruth: "not known",
      actual: (truth: string) => `actual ${truth}`,
      failed: "What is right together could not be worked out",
    },
    actions: {
      split: (split: string) => `Judge by ${split.toLowerCase()} ${of.many}`,
      worst: "Show the worst mistakes",
      all: `Show all judged ${of.many}`,
      together: "Show what is right and wrong together",
      back: "Back to the run's threshold",
    },
  } as const;
}

/** The Evaluate screen. */
export const evaluateTexts = textsOf({ one: "row", many: "rows", One: "Row", Many: "Rows", order: "As in the file" });
/** The same where what is judged is windows of a series. */
export const evaluateSampleTexts = textsOf({ one: "sample", many: "samples", One: "Sample", Many: "Samples", order: "As in the series" });
/** The same where what is judged is pictures. */
export const evaluatePictureTexts = textsOf({ one: "picture", many: "pictures", One: "Picture", Many: "Pictures", order: "As in the folder" });
