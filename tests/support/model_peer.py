"""Feeds exported models: a question is a line of JSON on stdin, an answer a line on stdout. Numbers are exact: null is NaN."""

import json
import sys

import numpy as np
import onnxruntime as ort

options = ort.SessionOptions()
options.intra_op_num_threads = 1
options.log_severity_level = 3


def tensor(dtype, shape, data):
    if dtype == "string":
        return np.array(data, dtype=object).reshape(shape)
    return np.array([float("nan") if value is None else value for value in data], dtype=np.float32).reshape(shape)


def answer(question):
    session = ort.InferenceSession(question["model"], options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    values = session.run(names, {name: tensor(**fed) for name, fed in question["feeds"].items()})
    return {name: np.asarray(value, dtype=np.float64).reshape(len(value), -1).tolist() for name, value in zip(names, values)}


for line in sys.stdin:
    try:
        result = {"value": answer(json.loads(line))}
    except Exception as error:
        result = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(result), flush=True)
