/** What dialogs were asked, and what the test answers next: a path, or null for "cancel". */
export const asked = [];
export const answers = [];

function next(options) {
  asked.push(options);
  if (answers.length === 0) throw new Error(`the test did not expect a dialog: ${JSON.stringify(options)}`);
  return answers.shift();
}

/** With or without an owner in front. */
const optionsOf = (args) => args.at(-1);

export const dialog = {
  async showOpenDialog(...args) {
    const path = next({ kind: "open", ...optionsOf(args) });
    return { canceled: path === null, filePaths: path === null ? [] : [path] };
  },
  async showSaveDialog(...args) {
    const path = next({ kind: "save", ...optionsOf(args) });
    return { canceled: path === null, filePath: path ?? "" };
  },
};

export const revealed = [];
export const shell = { showItemInFolder: (path) => void revealed.push(path) };

export const screen = { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] };
