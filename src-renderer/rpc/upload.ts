import { LatheError } from "../../src-main/base/errors.js";

export interface UploadOptions {
  /** Hears how much has been sent, 0 to 1. */
  readonly onProgress?: (share: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Sends a file of the machine that the browser runs on to the machine that Lathe runs on.
 * @returns its path there. @throws LatheError what the host said; `cancelled`, `rpc.closed`
 */
export function uploadFile(file: File, { onProgress, signal }: UploadOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    // fetch does not tell how much has been sent.
    const request = new XMLHttpRequest();
    request.open("POST", `upload?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded, total }) => total > 0 && onProgress?.(loaded / total));
    request.addEventListener("load", () => {
      const answer = request.response as { readonly path?: string; readonly error?: { readonly code: LatheError["code"]; readonly message: string } } | null;
      if (request.status === 200 && answer?.path !== undefined) resolve(answer.path);
      else
        reject(
          answer?.error
            ? LatheError.fromRecord(answer.error)
            : new LatheError("rpc.closed", `${file.name} could not be sent: Lathe answered ${request.status}`),
        );
    });
    request.addEventListener("error", () => reject(new LatheError("rpc.closed", `${file.name} could not be sent: the connection was lost`)));
    request.addEventListener("abort", () => reject(new LatheError("cancelled", "the upload was called off")));
    if (signal?.aborted) return reject(new LatheError("cancelled", "the upload was called off"));
    signal?.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}
