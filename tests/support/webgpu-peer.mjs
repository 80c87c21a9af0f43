// Runs models on ONNX Runtime's WebGPU provider with nothing left to the CPU: a line of JSON in, a line out. A process of its own, because which graphics card
// there is is decided by the environment it starts with, and because a driver that fails takes its process along.
import { createInterface } from "node:readline";
import * as ort from "onnxruntime-node";

for await (const line of createInterface({ input: process.stdin })) {
  try {
    const { model, feeds } = JSON.parse(line);
    const session = await ort.InferenceSession.create(Buffer.from(model, "base64"), {
      executionProviders: ["webgpu"],
      extra: { session: { disable_cpu_ep_fallback: "1" } },
      logSeverityLevel: 4,
    });
    const answers = [];
    for (const { dims, data } of feeds) {
      const [output] = Object.values(await session.run({ x: new ort.Tensor("float32", Float32Array.from(data), dims) }));
      answers.push({ dims: output.dims, data: [...output.data] });
    }
    await session.release();
    console.log(JSON.stringify({ answers }));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error?.message ?? error) }));
  }
}
