import { describe, expect, it } from "vitest";
import { folderOf, nameIn, pathIn, withExtension } from "../../../src-main/contract/paths.js";

describe("a path of the machine that Lathe runs on", () => {
  it.each([
    ["C:\\Users\\me\\model.onnx", "C:\\Users\\me", "model.onnx"],
    ["C:\\model.onnx", "C:\\", "model.onnx"],
    ["d:/models/model.onnx", "d:/models", "model.onnx"],
    ["d:/model.onnx", "d:/", "model.onnx"],
    ["C:\\Users/me\\model.onnx", "C:\\Users/me", "model.onnx"],
    ["\\\\server\\share\\model.onnx", "\\\\server\\share", "model.onnx"],
    ["/home/me/model.onnx", "/home/me", "model.onnx"],
    ["/model.onnx", "/", "model.onnx"],
    ["/home/me/a\\b.onnx", "/home/me", "a\\b.onnx"],
    ["/home/a\\b/model.onnx", "/home/a\\b", "model.onnx"],
  ])("%s is taken apart and put together again", (path, folder, name) => {
    expect([folderOf(path), nameIn(path)]).toEqual([folder, name]);
    expect(pathIn(folder, name)).toBe(path);
  });

  it("may be a name alone", () => {
    expect([folderOf("model.onnx"), nameIn("model.onnx")]).toEqual([undefined, "model.onnx"]);
  });
});

it.each([
  ["model", "model.onnx"],
  ["model v1.2", "model v1.2.onnx"],
  ["/home/me.d/model", "/home/me.d/model.onnx"],
  ["C:\\v1.x\\model", "C:\\v1.x\\model.onnx"],
  ["model.ONNX", "model.ONNX"],
  ["model.ort", "model.ort"],
])("%s is written as %s", (path, expected) => expect(withExtension(path, "onnx")).toBe(expected));
