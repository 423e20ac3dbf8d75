#!/usr/bin/env python3
"""A small compiled model for tests/models/torch/torch_package_test.cpp, and the logits that Python computes with it.

    python3 torch_package.py FOLDER

writes FOLDER/model.pt2 and FOLDER/logits.json. Needs torch, as new as the libtorch that the tests are built with, and
a C++ compiler. Set TAMIS_TORCH_PACKAGE to FOLDER to run the test.
"""
import json
import pathlib
import sys

import torch


class Sums(torch.nn.Module):
    """Logits that depend on all tokens so far."""

    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Embedding(11, 4)
        self.head = torch.nn.Linear(4, 11)

    def forward(self, ids):
        return self.head(torch.cumsum(self.embedding(ids), 1))


def main(folder):
    torch.manual_seed(0)
    model = Sums().eval()
    ids = torch.tensor([[3, 1, 4, 1, 5, 9, 2, 6]])
    length = torch.export.Dim("length", min=1, max=4096)
    with torch.no_grad():
        program = torch.export.export(model, (ids,), dynamic_shapes=({1: length},))
        torch._inductor.aoti_compile_and_package(program, package_path=str(pathlib.Path(folder) / "model.pt2"))
        logits = model(ids)[0].tolist()
    (pathlib.Path(folder) / "logits.json").write_text(json.dumps({"ids": ids[0].tolist(), "logits": logits}))


if __name__ == "__main__":
    main(*sys.argv[1:])
