import { python } from "../../base/python.js";
import { targetPython } from "../../features/index.js";
import type { FittedTarget } from "../../features/fitted.js";
import { losses } from "../../losses/index.js";
import type { OutputActivation } from "../../losses/loss.js";
import type { TrainedNetwork } from "../exporter.js";
import { type PytorchSource } from "../pytorch-source.js";

const ACTIVATIONS: Readonly<Record<OutputActivation, (output: string) => string>> = {
  softmax: (output) => `torch.softmax(${output}, 1)`,
  sigmoid: (output) => `torch.sigmoid(${output})`,
  exp: (output) => `torch.exp(${output})`,
  identity: (output) => output,
};

/** `model.py`: the module, what its outputs mean, and its weights' file. */
export function modelFile({ fitted, loss, network }: TrainedNetwork, { text }: PytorchSource): string {
  const at = text.indexOf("class ");
  const functional = text.slice(0, at).includes("functional") ? "\nfrom torch.nn import functional as F" : "";
  const answers = fitted.targets.map((target) => {
    const output = `outputs[${python(target.name)}]`;
    return `${python(target.name)}: ${answerOf(target, ACTIVATIONS[losses.get(loss(target.name).type).activation](output))},`;
  });
  const truths = fitted.targets.map((target) => `${python(target.name)}: ${answerOf(target, `truths[${python(target.name)}]`)},`);
  const given = network.outputs.length === 1 ? `{${python(network.outputs[0]?.target ?? "")}: network(*inputs.values())}` : "network(*inputs.values())";
  return `import json
from pathlib import Path

import numpy as np
import torch
from torch import nn${functional}


${text.slice(at).trimEnd()}


def outputs_of(network, inputs):
    """What the network gives, by target, before the last activation. inputs: by name, in the order of \`forward\`."""
    return ${given}


def answers(outputs):
    """Outputs as they are read: probabilities, or numbers in their columns' own unit."""
    return {
${answers.map((line) => `        ${line}`).join("\n")}
    }


${
  scalesTargets(fitted.targets)
    ? `def own_unit(truths):
    """Targets as they stand in the table: training scales numbers."""
    return {
${truths.map((line) => `        ${line}`).join("\n")}
    }


`
    : ""
}def load_weights(network, path):
    """Takes a network's weights from a file of safetensors."""
    data = Path(path).read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    tensors = {}
    for name, entry in json.loads(data[8:start]).items():
        if name != "__metadata__":
            begin, end = (start + offset for offset in entry["data_offsets"])
            values = np.frombuffer(data[begin:end], "<f4").astype(np.float32)
            tensors[name] = torch.from_numpy(values).reshape(entry["shape"])
    missing, unexpected = network.load_state_dict(tensors, strict=False)
    # Batch norms count batches, which no result depends on.
    missing = [name for name in missing if not name.endswith("num_batches_tracked")]
    if missing or unexpected:
        raise ValueError(f"{path}: missing {missing}, unexpected {unexpected}")
    return network


def save_weights(network, path):
    """Writes a network's weights as safetensors."""
    tensors = {name: values.cpu().numpy().astype("<f4") for name, values in network.state_dict().items() if values.is_floating_point()}
    header, end = {}, 0
    for name, values in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [end, end + values.nbytes]}
        end += values.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    Path(path).write_bytes(len(text).to_bytes(8, "little") + text + b"".join(values.tobytes() for values in tensors.values()))
`;
}

function answerOf(target: FittedTarget, activated: string): string {
  return targetPython(target.type)?.answer(activated, target) ?? activated;
}

/** Whether targets are trained on in another unit than their columns' own. */
export function scalesTargets(targets: readonly FittedTarget[]): boolean {
  return targets.some((target) => answerOf(target, "truth") !== "truth");
}
