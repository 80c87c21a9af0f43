import type { Mend } from "../../src-main/contract/model-views.js";

const layersCount = (count: number) => (count === 1 ? "1 layer" : `${count} layers`);
const some = (ids: readonly string[]) => (ids.length === 1 ? (ids[0] ?? "") : layersCount(ids.length));

/** A mend as something to do. */
function mendLabel(mend: Mend): string {
  switch (mend.do) {
    case "remove":
      return `Remove ${mend.layer}`;
    case "type":
      return `Make ${mend.layer} a ${mend.type}`;
    case "add":
      return `Add a ${mend.type} after ${mend.layer}`;
    case "option":
      return `Set ${mend.option} of ${mend.layer} to ${mend.value}`;
    case "loss":
      return `Use ${mend.loss}`;
    case "normalize":
      return `Scale ${mend.target} to 0 to 1`;
    case "batch":
      return `Set the batch size to ${mend.size}`;
  }
}

/** The same as something done, which “Undo” goes before. */
function mendEdit(mend: Mend): string {
  switch (mend.do) {
    case "remove":
      return `removing ${mend.layer}`;
    case "type":
      return `making ${mend.layer} a ${mend.type}`;
    case "add":
      return `adding ${mend.type}`;
    case "option":
      return `${mend.option} of ${mend.layer}`;
    case "loss":
      return `the loss of ${mend.target}`;
    case "normalize":
      return `the scale of ${mend.target}`;
    case "batch":
      return "the batch size";
  }
}

/** The Model screen. */
export const modelTexts = {
  title: "Model",
  layers: layersCount,
  removed: (ids: readonly string[]) => `${some(ids)} removed.`,
  presetUsed: (title: string, told: readonly string[]) => `The network is now the preset “${title}”${told.map((one) => `; ${one}`).join("")}.`,

  /** What is undone, after “Undo”. */
  edits: {
    add: (type: string) => `adding ${type}`,
    remove: (ids: readonly string[]) => `removing ${some(ids)}`,
    connect: (from: string, to: string) => `connecting ${from} to ${to}`,
    disconnect: "cutting a connection",
    paste: (count: number) => `pasting ${layersCount(count)}`,
    rename: (from: string, to: string) => `renaming ${from} to ${to}`,
    preset: (title: string) => `the preset ${title}`,
    order: (id: string) => `the order of what ${id} reads`,
    option: (id: string, option: string) => `${option} of ${id}`,
    type: (id: string, type: string) => `making ${id} a ${type}`,
  },

  mend: { label: mendLabel, edit: mendEdit, done: (mend: Mend) => `Changed: ${mendEdit(mend)}.` },

  palette: {
    title: "Layers and presets",
    layers: "Layers",
    presets: "Presets",
    blocks: "Blocks of this project",
    find: "Find a layer",
    hint: "A click adds it after what is chosen. Drag it onto a connection or an empty place instead.",
    nothing: "No layer is called that.",
    use: (title: string) => `Use the preset ${title}`,
    useHint: "Replaces the network; you can undo it",
    add: (type: string) => `Add ${type}`,
    making: "Making the network",
  },

  add: {
    title: "Add a layer",
    after: (id: string) => `After ${id}`,
    branch: (id: string) => `On a new branch from ${id}`,
    edge: (from: string, to: string) => `Between ${from} and ${to}`,
    join: (ids: readonly string[]) => `Joining ${ids.join(", ")}`,
    alone: "By itself",
    placeholder: "Type the name of a layer",
    hint: "Enter adds it, the arrows choose, Escape leaves",
  },

  find: {
    title: "Find a layer of the network",
    open: "Find",
    placeholder: "Type a name, a type or a shape, as in 8 × 16",
    hint: "Enter shows it, the arrows choose, Escape leaves",
    found: (count: string, all: string, drawn: number | undefined) => `${count} of ${all}${drawn === undefined ? "" : `, the first ${drawn} are shown`}`,
    none: "There are no layers yet",
  },

  graph: {
    title: "Network",
    describe: (layers: number) =>
      `Network of ${layersCount(layers)}. The arrow keys go along its connections, Enter opens the form, A adds a layer, Delete removes.`,
    keys: "↑ ↓ ← → go along · Enter form · A add · C connect · Del remove · Shift selects more",
    layout: "Lay out anew",
    layoutHint: "Puts every layer in its place again, also those that you moved",
    fit: "Show all",
    zoomIn: "Closer",
    zoomOut: "Farther",
    map: "Overview of the network",
    inputNode: (name: string) => `Input ${name}`,
    outputNode: (target: string) => `Answer to ${target}`,
    shape: (shape: string) => `output ${shape}`,
    parameters: (count: string) => `${count} parameters`,
    cost: (share: string) => `${share} of the cost`,
    problem: (text: string) => `problem: ${text}`,
    warning: (text: string) => `warning: ${text}`,
    weight: (weight: string) => `× ${weight}`,
    shared: "shared",
    frozen: "frozen",
    rate: (factor: string) => `rate × ${factor}`,
    sharedWeights: "one set of weights with all others of this block that share",
    unconnected: "reads nothing",
    unknownTarget: "There is no such target in the data.",
    unanswered: "No layer answers it yet. Connect one.",
    unknownShape: "shape not known yet",
    link: (from: string, to: string) => `From ${from} to ${to}`,
    why: {
      itself: "A layer cannot read itself.",
      cycle: "That would make a circle: it is read by what it would read.",
      already: "They are connected already.",
      "input-answers": "An input cannot answer a target by itself. Put a layer between them.",
      unknown: "It is not there any more.",
    },
    reading: "Reading the table to learn the shapes",
    menu: (name: string) => `What to do with ${name}`,
    actions: {
      addAfter: "Add a layer after it",
      branch: "Add a layer on a new branch",
      connect: "Connect to…",
      copy: "Copy",
      paste: "Paste",
      duplicate: "Duplicate",
      remove: "Remove",
      cut: "Cut the connection",
      insert: "Put a layer in between",
    },
    connectTo: (name: string) => `Connect ${name} to`,
    nothingToConnect: "There is nothing that it could be connected to.",
  },

  inspector: {
    title: "Inspector",
    tabs: "What is shown here",
    layer: "Layer",
    source: "PyTorch",
    name: "Name",
    type: "Type",
    nameTaken: (name: string) => `${name} is already the name of another layer or an input.`,
    nameInvalid: "A name has letters, digits, _ and -, and starts with a letter or _.",
    output: "Output",
    parameters: "Parameters",
    cost: "Cost",
    costHelp: "Multiplications for one row, and the layer's share of the whole network's.",
    none: "none",
    options: "Options",
    noOptions: "It has no options.",
    reads: "Reads",
    feeds: "Goes to",
    readsNothing: "Nothing yet.",
    feedsNothing: "Nothing yet.",
    connectFrom: "Connect from…",
    connectTo: "Connect to…",
    cut: (from: string, to: string) => `Cut the connection from ${from} to ${to}`,
    up: (name: string) => `Move ${name} up`,
    down: (name: string) => `Move ${name} down`,
    answer: (target: string) => `answer to ${target}`,
    several: (count: string) => `${count} chosen`,
    severalHint: "Copy, remove or drag them together. Add a layer that joins, such as Concat or Add, to read all of them.",
    block: "Layers of the block",
    findInside: "Find by name, type or shape",
    weights: "Weights",
    weightsHelp: "A set of its own, or one that all uses of this block share.",
    frozen: "Frozen",
    frozenHelp: "Its weights stay as they are; so do a batch norm's running statistics.",
    rate: "Rate factor",
    rateHelp: "What the learning rate is multiplied by.",
    rateWrong: "A number above 0.",
    learning: "Training",
    weightChoices: { own: "Its own", shared: "Shared" },
    input: { title: "Input", text: "Which columns it has is chosen in Data.", open: "Open Data" },
    target: { title: "Target", from: "Answered by", fromHint: "The layer whose result is the prediction", nothing: "No layer", width: "Numbers needed" },
    nothingChosen: "Choose a layer to see its options.",
    setWidth: (width: string) => `Set Out features to ${width}`,
    problems: "What to mend",
    problemsNone: "Nothing is wrong with this network.",
    elsewhere: "In the rest of the project",
    remove: "Remove",
    copy: "Copy",
  },

  form: {
    default: "default",
    reset: (label: string) => `Set ${label} back to its default`,
    notNumber: (got: string) => `Got “${got}”, expected a number.`,
    notInteger: (got: string) => `Got “${got}”, expected a whole number.`,
    words: { null: "None", classes: "One per class", pytorch_default: "As PyTorch does", rest: "The rest" } as Readonly<Record<string, string>>,
    unset: "not set",
    required: "needed",
  },

  source: {
    title: "PyTorch source",
    label: "The same network as PyTorch source",
    hint: "Written anew with every change",
    beside: "Beside the graph",
    besideHint: "Shows the source next to the graph, so that the form stays open",
    inTab: "Back to the inspector",
    none: "The source stands here as soon as the network is whole: every layer connected, every shape known, every target answered.",
    copy: "Copy",
    copied: "Copied",
    failed: "The browser did not let Lathe copy. Select the text and copy it by hand.",
  },

  totals: {
    label: "The whole network",
    parameters: "Parameters",
    memory: "Weights",
    memoryHelp: "What the weights take in memory and in the exported file, 4 bytes each. Training holds about three to four times that.",
    step: "A step",
    stepHelp: (batch: string) => `About so many multiplications and additions for one training step of ${batch} rows: forward once, backward twice.`,
    layers: "Layers",
    problems: (count: number) => (count === 1 ? "1 problem" : `${count} problems`),
    warnings: (count: number) => (count === 1 ? "1 warning" : `${count} warnings`),
    sound: "No problems",
    operations: "operations",
  },

  empty: {
    title: "No layers yet",
    text: "A network turns each row into an answer, layer by layer. Take a preset that suits tables, or build it yourself, one layer at a time.",
    presets: "Start from a preset",
    first: "Or add the first layer",
    linear: "Add a Linear layer",
    another: "Another layer…",
  },
  noTarget: { title: "There is no target yet", text: "Choose in Data what you want to predict. The last layer answers it.", open: "Choose a target" },
  noInput: { title: "There is no input yet", text: "Choose in Data what the model is shown.", open: "Choose inputs" },
  planFailed: "The network could not be looked at",
  catalogueFailed: "The list of layers could not be fetched",
  keys: {
    group: "Model",
    add: "Add a layer",
    remove: "Remove what is chosen",
    copy: "Copy layers",
    paste: "Paste layers",
    all: "Choose all layers",
    layout: "Lay out the network anew",
    fit: "Show the whole network",
    source: "Copy the PyTorch source",
    beside: "Show the PyTorch source beside the graph",
    nothingChosen: "Choose a layer first",
    nothingCopied: "Copy a layer first",
    noSource: "The network is not whole yet",
  },
} as const;
