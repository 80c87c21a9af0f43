import { createReadStream } from "node:fs";
import type { ServerResponse } from "node:http";
import type { PageFile } from "../services/files/page-files.js";

export function sendFile(response: ServerResponse, file: PageFile, headOnly: boolean): void {
  response.writeHead(200, {
    "Content-Type": file.type,
    "Content-Length": file.size,
    "Cache-Control": file.immutable ? "private, max-age=31536000, immutable" : "no-store",
  });
  if (headOnly) {
    response.end();
    return;
  }
  createReadStream(file.path)
    .on("error", () => response.destroy())
    .pipe(response);
}
