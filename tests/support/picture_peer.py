"""
Makes random pictures, and runs the program that Export writes on pictures. A question is a line of JSON on stdin, an answer a line on stdout.
{"make": folder, "seed": 1, "classes": ["a"], "count": 9, "deep": 12, "float": 1}: writes count pictures a class, of formats, modes and depths at random
{"program": source, "pictures": [paths]}: what the program computes for each, or the error it raises
"""

import contextlib
import io
import json
import os
import struct
import sys
import warnings
import zlib

import numpy as np
from PIL import Image

warnings.simplefilter("ignore")


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png16(samples):
    """Gray, gray with alpha, RGB or RGBA of 16 bits, which PIL does not write."""
    height, width, channels = samples.shape
    lines = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)
    header = struct.pack(">IIBBBBB", width, height, 16, {1: 0, 2: 4, 3: 2, 4: 6}[channels], 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


def profile(kind):
    """A matrix profile of Adobe RGB's or Display P3's primaries. ICC.1:2010, section 9"""
    fixed = lambda value: struct.pack(">i", int(round(value * 65536)))
    xyz = lambda values: b"XYZ \0\0\0\0" + b"".join(map(fixed, values))
    red, green, blue, gamma = {
        "adobe": ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457), 2.19921875),
        "p3": ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407), 2.2),
    }[kind]
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, int(round(gamma * 256))) + b"\0\0"
    description = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + b"\0" * 79
    tags = [(b"desc", description), (b"wtpt", xyz((0.9642, 1, 0.8249))), (b"rXYZ", xyz(red)), (b"gXYZ", xyz(green)), (b"bXYZ", xyz(blue))]
    tags += [(b"rTRC", curve), (b"gTRC", curve), (b"bTRC", curve), (b"cprt", b"text\0\0\0\0none\0\0\0\0")]
    table, data, offset = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for name, content in tags:
        content += b"\0" * (-len(content) % 4)
        table += name + struct.pack(">II", offset + len(data), len(content))
        data += content
    head = struct.pack(">I", 128 + len(table) + len(data)) + b"lcms" + struct.pack(">I", 0x02100000) + b"mntrRGB XYZ "
    head += struct.pack(">6H", 2020, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28 + b"".join(map(fixed, (0.9642, 1, 0.8249))) + b"\0" * 48
    return head + table + data


def scene(draw, kind):
    """Stripes across or down of two colours: turned wrongly, or read too dark, it looks otherwise. float [H, W, 3], 0 to 1"""
    width, height = (int(draw.integers(3, 60)) for _ in range(2))
    y, x = np.mgrid[0:height, 0:width]
    mask = ((y if kind % 2 == 0 else x) // draw.integers(2, 8)) % 2
    first, second = draw.random(3), draw.random(3)
    colours = np.where(mask[..., None] == 1, first, second)
    colours[: height // 3, : width // 3] = draw.random(3)
    return np.clip(colours + draw.normal(0, 0.02, colours.shape), 0, 1)


def plain(draw, colours, path):
    """A picture of 8 bits. @returns what it is"""
    image = Image.fromarray((colours * 255).round().astype(np.uint8))
    clear = Image.fromarray((draw.random(colours.shape[:2]) * 255).astype(np.uint8))
    kind = str(draw.choice(["jpeg", "jpeg", "png", "png", "png", "gif", "webp", "tiff", "bmp", "ppm"]))
    modes = {
        "jpeg": ["L", "RGB", "RGB", "CMYK"],
        "png": ["1", "L", "LA", "P", "P trns", "RGB", "RGB trns", "L trns", "RGBA"],
        "gif": ["P", "P trns", "L", "frames"],
        "webp": ["RGB", "RGBA", "frames"],
        "tiff": ["1", "L", "RGB", "RGBA", "CMYK", "P", "frames"],
        "bmp": ["1", "L", "P", "RGB"],
        "ppm": ["1", "L", "RGB"],
    }[kind]
    mode = str(draw.choice(modes))
    options = {}
    base = mode.split()[0]
    if base in ("RGBA", "LA"):
        image = image.convert(base)
        image.putalpha(clear)
    elif base == "P":
        image = image.quantize(int(draw.integers(2, 64)))
    elif base != "frames":
        image = image.convert(base)
    if mode.endswith("trns"):
        some = image.getpixel((0, 0))
        options["transparency"] = some
    if base == "frames":
        options.update(save_all=True, append_images=[Image.fromarray(255 - np.asarray(image))])
    if kind == "jpeg":
        options.update(quality=int(draw.integers(60, 98)), subsampling=int(draw.integers(0, 3)), progressive=bool(draw.integers(0, 2)))
    if kind == "webp":
        options.update(lossless=bool(draw.integers(0, 2)))
    if kind == "tiff":
        options.update(compression=str(draw.choice(["raw", "tiff_lzw", "tiff_adobe_deflate"])))
    what = f"{kind} {mode}"
    if kind in ("jpeg", "png", "webp", "tiff") and base not in ("frames", "1") and draw.random() < 0.4:
        turn = int(draw.integers(1, 9))
        if kind == "tiff":
            options["tiffinfo"] = {274: turn}
        else:
            exif = Image.Exif()
            exif[274] = turn
            options["exif"] = exif
        what += f" turned {turn}"
    if kind in ("jpeg", "png", "webp", "tiff") and base in ("RGB", "RGBA") and draw.random() < 0.3:
        name = str(draw.choice(["adobe", "p3"]))
        options["icc_profile"] = profile(name)
        what += f" in {name}"
    image.save(path + {"jpeg": ".jpg", "ppm": ".pgm" if base == "L" else ".ppm"}.get(kind, f".{kind}"), format=kind, **options)
    return what


def deep(draw, colours, path, bits, reach):
    """A picture of more than 8 bits. @param bits that whole numbers use. @param reach of floats"""
    gray = colours.mean(axis=2)
    kinds = ([] if bits is None else ["gray png", "gray tiff", "int32 tiff"] + (["rgb png", "la png", "rgba png"] if bits == 16 else []))
    kinds += [] if reach is None else ["float tiff"]
    kind = str(draw.choice(kinds))
    # The whole range is used, so that it can be told by each picture.
    whole = lambda values: np.where(values == values.max(), 2**bits - 1, np.round(values * (2**bits - 1))).astype(np.uint16)
    if kind == "gray tiff":
        Image.fromarray(whole(gray)).save(path + ".tiff")
    elif kind == "int32 tiff":
        Image.fromarray(whole(gray).astype(np.int32)).save(path + ".tiff")
    elif kind == "float tiff":
        Image.fromarray((np.where(gray == gray.max(), 1, gray) * reach).astype(np.float32)).save(path + ".tiff")
    else:
        alpha = draw.random(gray.shape)[..., None]
        samples = {"gray png": gray[..., None], "rgb png": colours, "la png": gray[..., None], "rgba png": colours}[kind]
        samples = whole(samples) if kind in ("gray png", "rgb png") else np.concatenate([whole(samples), (alpha * 65535).astype(np.uint16)], axis=2)
        with open(path + ".png", "wb") as file:
            file.write(png16(samples))
    return f"{kind} of {bits} bits" if kind != "float tiff" else f"{kind} up to {reach}"


def make(question):
    draw = np.random.default_rng(question["seed"])
    made = {}
    for k, name in enumerate(question["classes"]):
        folder = os.path.join(question["make"], name) if name else question["make"]
        os.makedirs(folder, exist_ok=True)
        for i in range(question["count"]):
            path = os.path.join(folder, f"{k}-{i:02d}")
            colours = scene(draw, k)
            bits, reach = question.get("bits"), question.get("float")
            isDeep = (bits is not None or reach is not None) and draw.random() < 0.4
            what = deep(draw, colours, path, bits, reach) if isDeep else plain(draw, colours, path)
            made[f"{name}/{k}-{i:02d}" if name else f"{k}-{i:02d}"] = what
    return made


def run(program, path):
    names = {}
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(program.replace('"picture.png"', json.dumps(path)), names)
        (answer,) = names["answers"].values()
        return {"answer": np.asarray(answer, dtype=np.float64).reshape(-1).tolist()}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


for line in sys.stdin:
    asked = json.loads(line)
    try:
        result = {"value": make(asked) if "make" in asked else [run(asked["program"], path) for path in asked["pictures"]]}
    except Exception as error:
        result = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(result), flush=True)
