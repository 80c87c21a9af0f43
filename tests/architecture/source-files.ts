import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import ts from "typescript";
import { packageRoot } from "../../src-main/base/entries.js";

/** One import, export-from or dynamic import. */
export interface Import {
  readonly line: number;
  /** A path from the repository's root (`src-main/base/errors.ts`), or a package's name (`zod`, `node:fs`). */
  readonly to: string;
  readonly isPackage: boolean;
  readonly typeOnly: boolean;
}

export interface SourceFile {
  /** From the repository's root, with `/`. */
  readonly path: string;
  readonly imports: readonly Import[];
}

const found = new Map<string, readonly SourceFile[]>();

/** Every TypeScript and Vue file below a folder of the repository, read once. */
export function sourceFiles(folder: string): readonly SourceFile[] {
  const [side = folder] = folder.split("/");
  const known = found.get(side) ?? read(side);
  found.set(side, known);
  return side === folder ? known : known.filter(({ path }) => path.startsWith(`${folder}/`));
}

function read(folder: string): readonly SourceFile[] {
  const absolute = join(packageRoot, folder);
  if (!existsSync(absolute)) return [];
  return readdirSync(absolute, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|vue)$/.test(entry.name) && !entry.name.endsWith(".d.ts"))
    .map((entry) => slashes(relative(packageRoot, join(entry.parentPath, entry.name))))
    .sort()
    .map((path) => ({ path, imports: importsOf(path) }));
}

function importsOf(path: string): readonly Import[] {
  const text = readFileSync(join(packageRoot, path), "utf8");
  const source = ts.createSourceFile(path, path.endsWith(".vue") ? scriptsOf(text) : text, ts.ScriptTarget.Latest, true);
  const imports: Import[] = [];
  const add = (node: ts.Node, specifier: ts.Expression | undefined, typeOnly: boolean) => {
    if (!specifier || !ts.isStringLiteralLike(specifier)) return;
    const relativePath = specifier.text.startsWith(".");
    imports.push({
      line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1,
      to: relativePath ? slashes(join(dirname(path), specifier.text)).replace(/\.js$/, ".ts") : packageOf(specifier.text),
      isPackage: !relativePath,
      typeOnly,
    });
  };
  const visit = (node: ts.Node) => {
    if (ts.isImportDeclaration(node)) add(node, node.moduleSpecifier, importsTypesOnly(node));
    else if (ts.isExportDeclaration(node)) add(node, node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node, node.arguments[0], false);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node, node.argument.literal, true);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return imports;
}

function importsTypesOnly(node: ts.ImportDeclaration): boolean {
  const clause = node.importClause;
  if (!clause) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const { namedBindings } = clause;
  return !clause.name && namedBindings !== undefined && ts.isNamedImports(namedBindings) && namedBindings.elements.every((element) => element.isTypeOnly);
}

/** The scripts of a Vue file, on the lines they have there. */
function scriptsOf(text: string): string {
  let code = "";
  for (const match of text.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)) {
    const start = match.index + match[0].indexOf(">") + 1;
    code += "\n".repeat(text.slice(0, start).split("\n").length - code.split("\n").length) + (match[1] ?? "");
  }
  return code;
}

/** `@scope/name/deep.js` is the package `@scope/name`. */
function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function slashes(path: string): string {
  return path.split(sep).join("/");
}
