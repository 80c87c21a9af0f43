"""PyTorch's side of `bench glyphs`: two networks of a course on a folder of pictures, train and test/<alphabet>/<character>/*.png, 64 x 64 in gray.

    python pytorch_glyphs.py <folder> [seeds, as in 1,2,3] [two-input|two-output]

two-input: picture and one-hot alphabet -> character. two-output: picture -> alphabet and character, their losses added. Adam 0.001, batches of 32, 10 epochs,
nothing augmented, pixels from 0 to 1. Prints one JSON line a training: the share of the test's pictures that each answer is right for after the last epoch.
"""
import json
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

EPOCHS, BATCH = 10, 32


class TwoInput(nn.Module):
    def __init__(self, alphabets, characters):
        super().__init__()
        self.trunk = trunk()
        self.alphabet = nn.Sequential(nn.Linear(alphabets, 8), nn.ELU())
        self.character = nn.Linear(128 + 8, characters)

    def forward(self, picture, alphabet):
        return {"character": self.character(torch.cat((self.trunk(picture), self.alphabet(alphabet)), 1))}


class TwoOutput(nn.Module):
    def __init__(self, alphabets, characters):
        super().__init__()
        self.trunk = trunk()
        self.alphabet, self.character = nn.Linear(128, alphabets), nn.Linear(128, characters)

    def forward(self, picture, _):
        features = self.trunk(picture)
        return {"alphabet": self.alphabet(features), "character": self.character(features)}


def trunk():
    return nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.MaxPool2d(2), nn.ELU(), nn.Flatten(), nn.Linear(16 * 32 * 32, 128))


def read(folder):
    """Pictures [N, 1, 64, 64] from 0 to 1, names of their alphabets and characters."""
    from PIL import Image
    paths = sorted(Path(folder).glob("*/*/*.png"))
    pictures = np.stack([np.asarray(Image.open(path).convert("L"), np.float32) / 255 for path in paths])
    return torch.tensor(pictures)[:, None], [path.parts[-3] for path in paths], [path.parts[-2] for path in paths]


def main():
    folder = Path(sys.argv[1])
    seeds = [int(seed) for seed in (sys.argv[2] if len(sys.argv) > 2 else "1,2,3").split(",")]
    networks = {"two-input": TwoInput, "two-output": TwoOutput}
    wanted = sys.argv[3:] or list(networks)
    x, *train = read(folder / "train")
    test_x, *test = read(folder / "test")
    classes = [sorted(set(names)) for names in train]
    (alphabet, character), (test_alphabet, test_character) = (
        [torch.tensor([known.index(name) for name in names]) for names, known in zip(part, classes)] for part in (train, test))
    one_hot = lambda numbers: nn.functional.one_hot(numbers, len(classes[0])).float()
    answers, test_answers = {"alphabet": alphabet, "character": character}, {"alphabet": test_alphabet, "character": test_character}
    for name in wanted:
        for seed in seeds:
            torch.manual_seed(seed)
            model = networks[name](*map(len, classes))
            optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
            for _ in range(EPOCHS):
                for chosen in torch.randperm(len(x)).split(BATCH):
                    optimizer.zero_grad()
                    outputs = model(x[chosen], one_hot(alphabet[chosen]))
                    sum(nn.functional.cross_entropy(output, answers[target][chosen]) for target, output in outputs.items()).backward()
                    optimizer.step()
            with torch.no_grad():
                outputs = model(test_x, one_hot(test_alphabet))
            shares = {target: (output.argmax(1) == test_answers[target]).float().mean().item() for target, output in outputs.items()}
            print(json.dumps({"network": name, "seed": seed, "torch": torch.__version__, **shares}), flush=True)


if __name__ == "__main__":
    main()
