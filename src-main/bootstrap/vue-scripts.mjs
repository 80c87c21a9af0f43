import { readFileSync } from "node:fs";
import { join } from "node:path";
import tseslint from "typescript-eslint";
import ts from "typescript";

/**
 * A parser of the scripts in Vue components and of those beside them, with types, for ESLint. They are all in one program: typescript-eslint makes one for each
 * component, and finds all types anew for it. It does so too for whatever else is linted where it is told of such files, so that they are none of its settings.
 * @param root folder of the project. @param tsconfig of the components, from there.
 */
export function vueScripts(root, tsconfig) {
  let program;
  return {
    meta: { name: "lathe-vue-scripts", version: tseslint.parser.meta.version },
    parseForESLint(code, options) {
      if (options.project) program ??= createProgram(root, tsconfig);
      // An editor's text may be newer than the file's: then a program of its own it is.
      const known = program?.getSourceFile(options.filePath)?.text === code;
      return tseslint.parser.parseForESLint(
        code,
        known ? { ...options, project: undefined, programs: [program] } : { ...options, extraFileExtensions: [".vue"] },
      );
    },
  };
}

function createProgram(root, tsconfig) {
  const path = join(root, tsconfig);
  const extra = { extension: "vue", isMixedContent: true, scriptKind: ts.ScriptKind.Deferred };
  const { options, fileNames } = ts.parseJsonConfigFileContent(ts.readConfigFile(path, ts.sys.readFile).config, ts.sys, join(path, ".."), {}, path, undefined, [
    extra,
  ]);
  const compilerOptions = { ...options, allowNonTsExtensions: true };
  const host = ts.createCompilerHost(compilerOptions, true);
  const { getSourceFile } = host;
  host.getSourceFile = (name, ...more) =>
    name.endsWith(".vue") ? ts.createSourceFile(name, scriptOf(name), more[0], true, ts.ScriptKind.TS) : getSourceFile.call(host, name, ...more);
  return ts.createProgram(fileNames, compilerOptions, host);
}

/** As vue-eslint-parser hands it on: what is between the tags of the one script, after its type parameter as a type. */
function scriptOf(path) {
  const [, tag = "", script = ""] = /<script\b([^>]*)>(.*?)<\/script>/s.exec(readFileSync(path, "utf8")) ?? [];
  const [, name, constraint] = /\bgeneric="(\w+) extends([^",]+)"/.exec(tag) ?? [];
  return name === undefined ? script : `type ${name} = ${constraint};\n${script}`;
}
