import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { passOn } from "../../../../src-main/services/processes/engine-errors.js";

/** As TensorFlow 2.21, Mesa and Dawn write it. */
const CHATTER =
  `WARNING: All log messages before absl::InitializeLog() is called are written to STDERR
I0000 00:00:1795690770.839350   12239 port.cc:153] oneDNN custom operations are on. You may see slightly different numerical results due to ` +
  `floating-point round-off errors from different computation orders. To turn them off, set the environment variable \`TF_ENABLE_ONEDNN_OPTS=0\`.
error: XDG_RUNTIME_DIR is invalid or not set in the environment.
Warning: Vulkan shaderUniform*ArrayDynamicIndexing required.
 - While initializing adapter (backend=BackendType::Vulkan)
    at InitializeImpl (/build/Release/_deps/dawn-src/src/dawn/native/vulkan/PhysicalDeviceVk.cpp:253)
`;

it("an engine process's errors are passed on, in pieces as they come, without the chatter of libraries", async () => {
  const [errors, to] = [new PassThrough(), new PassThrough()];
  passOn(errors, to);
  const said = text(to);
  for (const piece of [
    "first",
    ` line\n${CHATTER.slice(0, 40)}`,
    CHATTER.slice(40),
    "terminate called after throwing an instance of 'std::bad_alloc'\nW0000 a warning\n",
    "\u001b[0;93m[W:onnxruntime] node a\u001b]0;b\u0007 \u001b[m\n",
    "no end of line",
  ])
    errors.write(piece);
  errors.end();
  errors.on("close", () => setImmediate(() => to.end()));
  expect(await said).toBe(
    "first line\nterminate called after throwing an instance of 'std::bad_alloc'\nW0000 a warning\n[W:onnxruntime] node a\\x1b]0;b\\x07 \nno end of line\n",
  );
});
