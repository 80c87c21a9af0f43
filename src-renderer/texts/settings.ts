/** The Settings screen. */
export const settingsTexts = {
  title: "Settings",
  lead: "Changes apply at once and are kept on this machine.",
  parts: { appearance: "Appearance", training: "Training", engines: "Engines and devices", folders: "Folders", hints: "Hints", about: "About" },
  partsLabel: "Parts of the settings",
  failed: "The last change could not be kept",
  changed: (what: string, now: string) => `${what}: ${now}.`,
  theme: { label: "Theme", system: "As the system", light: "Light", dark: "Dark" },
  auto: "Automatic",
  engine: {
    label: "Engine",
    hint:
      "What computes the training. Automatic times a few steps on each that works here and keeps the fastest. A project that names an engine " +
      "keeps its own.",
  },
  device: {
    label: "Device",
    hint: "The processor or graphics card to train on. Automatic takes the one that suits the data; for tables that is the processor.",
  },
  threads: {
    label: "Threads",
    hint: "How many of the processor's cores a training may use. Automatic leaves the machine usable.",
    count: (n: string) => `${n} threads`,
    own: "A number",
    ownLabel: "Number of threads",
  },
  unavailable: (name: string) => `${name} (not available)`,
  engines: {
    probing: "Finding out what can train here",
    text: "What this machine can train and predict on, and why not.",
    available: "available",
    unavailable: "not available",
    version: (version: string) => `version ${version}`,
    headings: { engine: "Engine", device: "Device", state: "State", reason: "Why not" },
    tensorflow: {
      text:
        "TensorFlow's library is not part of Lathe: it is large, and training works without it. Setting it up downloads about 350 MB, takes a " +
        "minute or more, and keeps 1 GB in a folder of yours. It may need Python with pip and a C++ compiler; what is missing is named.",
      start: "Set up TensorFlow…",
      working: "Setting up TensorFlow",
      elapsed: (time: string) => `${time} so far`,
      done: (version: string, size: string, folder: string) => `TensorFlow ${version} is set up: ${size} in ${folder}.`,
    },
  },
  folders: {
    label: "New projects",
    hint: "Where new projects and samples are made. Projects that exist stay where they are.",
    choose: "Choose",
    standard: "Use the standard folder",
    isStandard: "This is the standard folder",
    pick: "Choose the folder for new projects",
    now: (folder: string) => `New projects go to ${folder}.`,
    standardNow: "New projects go to the standard folder.",
  },
  hints: {
    label: "First hints",
    text: "Hints that you put away are shown again.",
    show: "Show them again",
    none: "No hint was put away yet",
    shown: "Hints are shown again.",
  },
  about: {
    version: (version: string) => `Version ${version}`,
    host: { electron: "desktop", server: "in the browser" },
    text: "Trains small networks on your own data, on this machine. Nothing is sent anywhere.",
    licences: "Licences",
    licencesText: (count: string) => `Lathe is made with ${count} packages by others.`,
    find: "Find a package or a licence",
    nothing: "No package fits.",
    noText: "The package names its licence and has no text of it.",
    licenceOf: (name: string) => `Licence of ${name}`,
  },
} as const;
