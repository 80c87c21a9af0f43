/**
 * Paths of the machine that Lathe runs on, which may be Windows whatever the page is shown on: there both `/` and `\` part folders. In a path that begins with
 * `/` only that does, and `\` may stand in a name.
 */
const separators = (path: string): RegExp => (path.startsWith("/") ? /\// : /[\\/]/);

/** The last part: a file's name, or a folder's. */
export function nameIn(path: string): string {
  return path.split(separators(path)).at(-1) ?? path;
}

/** The folder that a file lies in, the root of a drive with its separator; undefined for a name alone. */
export function folderOf(path: string): string | undefined {
  const name = nameIn(path);
  if (name === path) return undefined;
  const folder = path.slice(0, path.length - name.length - 1);
  return folder === "" || /^[a-z]:$/i.test(folder) ? path.slice(0, folder.length + 1) : folder;
}

/** A name in a folder, in the folder's own way of writing paths. */
export function pathIn(folder: string, name: string): string {
  const separator = !folder.startsWith("/") && folder.includes("\\") ? "\\" : "/";
  return separators(folder).test(folder.slice(-1)) ? folder + name : folder + separator + name;
}

/** A name without an extension gets one. */
export function withExtension(path: string, extension: string): string {
  // The 2 of "model v1.2" is no extension.
  return /\.[a-z][a-z0-9]*$/i.test(nameIn(path)) ? path : `${path}.${extension}`;
}
