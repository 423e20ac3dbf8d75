#!/usr/bin/env python3
"""Generates under random schemas at temperature 1.5, and validates what ends with the package jsonschema.

    pip install jsonschema
    python3 tests/guided/valid_generations.py build/bin/tamis --count 500
"""
import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import jsonschema


def schema(chance, depth):
    kinds = ["string", "integer", "number", "boolean", "enum", "const", "pattern", "format"]
    if depth > 0:
        kinds += ["object", "object", "array", "anyOf", "oneOf", "map"]
    kind = chance.choice(kinds)
    if kind == "string":
        return {"type": "string", "maxLength": chance.randint(1, 20)}
    if kind == "integer":
        low = chance.randint(-50, 50)
        return {"type": "integer", "minimum": low, "maximum": low + chance.randint(0, 1000)}
    if kind == "number":
        return {"type": "number", "exclusiveMinimum": chance.randint(-3, 3) / 2, "maximum": chance.choice([2.25, 10, 99.5])}
    if kind == "boolean":
        return {"type": ["boolean", "null"]}
    if kind == "enum":
        return {"enum": chance.sample(["red", "green", "bl\"ue", "é", 1, 2.5, None, True], 3)}
    if kind == "const":
        return {"const": chance.choice(["x", 7, [1, "a"], {"k": False}])}
    if kind == "pattern":
        return {"type": "string", "pattern": chance.choice(["^[a-z]{2,5}$", "^(ab|cd)+-[0-9]$", "^\\d{3}$"])}
    if kind == "format":
        return {"type": "string", "format": chance.choice(["date", "time", "ipv4", "uuid"])}
    if kind == "array":
        return {"type": "array", "items": schema(chance, depth - 1), "minItems": chance.randint(0, 2), "maxItems": 3}
    if kind == "anyOf":
        return {"anyOf": [schema(chance, depth - 1), schema(chance, depth - 1)]}
    if kind == "oneOf":
        return {"oneOf": [{"type": "object", "properties": {"kind": {"const": name}, "value": schema(chance, depth - 1)},
                           "required": ["kind", "value"], "additionalProperties": False} for name in ("a", "b")]}
    if kind == "map":
        return {"type": "object", "patternProperties": {"^[xy]_": schema(chance, depth - 1)}, "additionalProperties": False,
                "maxProperties": 2}
    names = chance.sample(["name", "age", "tags", "größe", "id", "x y"], chance.randint(1, 3))
    return {"type": "object", "properties": {name: schema(chance, depth - 1) for name in names},
            "required": names[:chance.randint(0, len(names))], "additionalProperties": False}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tamis")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--max-new-tokens", type=int, default=120)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    ended = invalid = 0
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "schema.json"
        for at in range(options.count):
            asked = schema(chance, 2)
            path.write_text(json.dumps(asked))
            ran = subprocess.run([options.tamis, "generate", "--prompt", "JSON: ", "--json-schema", path, "--temperature", "1.5",
                                  "--top-k", "0", "--top-p", "1", "--seed", str(at), "--max-new-tokens",
                                  str(options.max_new_tokens), "--json", "--quiet"], capture_output=True, text=True)
            if ran.returncode != 0:
                invalid += 1
                print("failed:", json.dumps(asked), ran.stderr.strip())
                continue
            text = json.loads(ran.stdout)["sequences"][0]
            if text["finish_reason"] != "end_of_sequence":
                continue
            ended += 1
            try:
                jsonschema.validate(json.loads(text["text"]), asked, format_checker=jsonschema.FormatChecker())
            except (ValueError, jsonschema.ValidationError) as error:
                invalid += 1
                print("invalid:", json.dumps(asked), text["text"], str(error).splitlines()[0])
    print(f"{options.count} generations, {ended} ended, {invalid} invalid or failed")
    sys.exit(1 if invalid else 0)


main()
