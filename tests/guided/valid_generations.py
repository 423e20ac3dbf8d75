#!/usr/bin/env python3
"""Generates under random schemas at temperature 1.5, and validates what ends with the package jsonschema.

    pip install 'jsonschema[format]'
    python3 tests/guided/valid_generations.py build/bin/tamis --count 500

Exit status 1 if something is invalid, 77 if jsonschema or the model is not there.
"""
import argparse
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    print("skipped: the Python package jsonschema is not installed")
    sys.exit(77)

# The draft's own checker: jsonschema.FormatChecker() holds `time` to draft 3's, which has no zone. Of relative pointers it refuses
# 10 and every number with a digit after a 0 (jsonschema 4.26), which the pointers' own draft allows.
CHECKER = jsonschema.Draft202012Validator.FORMAT_CHECKER
CHECKER.checks("relative-json-pointer")(lambda text: not isinstance(text, str) or re.fullmatch("(0|[1-9][0-9]*)([+-][1-9][0-9]*)?(#|(/([^~]|~[01])*)?)", text, re.S))

FORMATS = ["date", "time", "date-time", "duration", "ipv4", "ipv6", "uuid", "email", "hostname", "uri", "uri-reference",
           "json-pointer", "relative-json-pointer", "uri-template", "iri", "idn-email", "regex", "int32"]
PATTERNS = ["^[a-z]{2,5}$", "^(ab|cd)+-[0-9]$", "^\\d{3}$", "x", "^(?=.*[0-9])[a-z0-9]{3,6}$", "^(?!no)[a-z]{2,4}$", "^é?\"?$"]
NAMES = ["name", "age", "tags", "größe", "id", "x y", "a\"b"]


def scalar(chance):
    kind = chance.choice(["string", "length", "integer", "number", "multiple", "boolean", "enum", "const", "pattern", "format", "not"])
    if kind == "string":
        return {"type": "string", "maxLength": chance.randint(1, 20)}
    if kind == "length":
        return {"type": "string", "pattern": chance.choice(PATTERNS[:3]), "maxLength": chance.randint(3, 9), "minLength": 1}
    if kind == "integer":
        low = chance.randint(-50, 50)
        return {"type": "integer", "minimum": low, "maximum": low + chance.randint(0, 1000)}
    if kind == "number":
        return {"type": "number", "exclusiveMinimum": chance.randint(-3, 3) / 2, "maximum": chance.choice([2.25, 10, 99.5])}
    if kind == "multiple":
        return {"type": "number", "multipleOf": chance.choice([3, 0.5, 0.25]), "minimum": -9, "maximum": chance.choice([20, 1000])}
    if kind == "boolean":
        return {"type": ["boolean", "null"]}
    if kind == "enum":
        return {"enum": chance.sample(["red", "green", "bl\"ue", "é", 1, 2.5, None, True], 3)}
    if kind == "const":
        return {"const": chance.choice(["x", 7, [1, "a"], {"k": False}])}
    if kind == "pattern":
        return {"type": "string", "pattern": chance.choice(PATTERNS), "maxLength": 40}
    if kind == "format":
        return {"type": "string", "format": chance.choice(FORMATS)}
    return {"type": chance.choice(["integer", "string"]), "not": chance.choice([{"minimum": 0}, {"const": 1}, {"maxLength": 2}]), "maximum": 9, "maxLength": 9}


def schema(chance, depth):
    if depth == 0 or chance.random() < 0.25:
        return scalar(chance)

    def inner():
        return schema(chance, depth - 1)

    kind = chance.choice(["object", "object", "array", "tuple", "contains", "unique", "anyOf", "oneOf", "allOf", "map", "names", "if",
                          "dependent", "unevaluated", "closed", "ref", "not"])
    names = chance.sample(NAMES, chance.randint(1, 3))
    members = {name: inner() for name in names}
    required = names[:chance.randint(0, len(names))]
    if kind == "array":
        return {"type": "array", "items": inner(), "minItems": chance.randint(0, 2), "maxItems": 3}
    if kind == "tuple":
        return {"type": "array", "prefixItems": [inner(), inner()], "items": chance.choice([False, scalar(chance)]), "maxItems": 4}
    if kind == "contains":
        return {"type": "array", "items": {"type": ["integer", "string"], "maxLength": 9}, "contains": {"type": "integer"},
                "minContains": 1, "maxContains": 2, "maxItems": 4}
    if kind == "unique" and chance.random() < 0.6:
        return {"type": "array", "items": inner(), "uniqueItems": True, "minItems": chance.randint(0, 2), "maxItems": 3}
    if kind == "unique":
        return {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": chance.randint(3, 12)}, "uniqueItems": True, "minItems": 2}
    if kind == "anyOf":
        return {"anyOf": [inner(), inner()]}
    if kind == "oneOf":
        return {"oneOf": [{"type": "object", "properties": {"kind": {"const": name}, "value": inner()}, "required": ["kind", "value"],
                           "additionalProperties": False} for name in ("a", "b")]}
    if kind == "closed":
        return {"oneOf": [{"type": "object", "properties": {"a": scalar(chance), name: scalar(chance)}, "additionalProperties": False}
                          for name in ("b", "c")]}
    if kind == "allOf":
        return {"allOf": [{"type": "object", "properties": members, "required": required}, {"properties": {"more": {"type": "null"}}},
                          {"additionalProperties": {"type": ["string", "number", "boolean", "null", "array"], "maxItems": 2}, "maxProperties": 4}]}
    if kind == "map":
        return {"type": "object", "patternProperties": {"^[xy]_": inner()}, "additionalProperties": False, "maxProperties": 2}
    if kind == "names":
        return {"type": "object", "propertyNames": {"enum": names + ["other"]}, "additionalProperties": inner(), "minProperties": 1}
    if kind == "if":
        return {"type": "object", "properties": {"kind": {"enum": ["a", "b"]}, **members}, "required": ["kind"], "maxProperties": 4,
                "additionalProperties": False, "if": {"properties": {"kind": {"const": "a"}}}, "then": {"required": names[:1]},
                "else": {"not": {"required": names[:1]}}}
    if kind == "dependent":
        return {"type": "object", "properties": members, "additionalProperties": False, "dependentRequired": {names[0]: names}}
    if kind == "unevaluated":
        return {"type": "object", "properties": members, "anyOf": [{"properties": {"p": {"const": 1}}, "required": ["p"]}, {"properties": {"q": scalar(chance)}}],
                "unevaluatedProperties": False}
    if kind == "ref":
        return {"$defs": {"node": {"type": "object", "properties": {"value": scalar(chance), "next": {"type": ["object", "null"], "maxProperties": 0}},
                                   "required": ["value"], "additionalProperties": False}}, "$ref": "#/$defs/node"} if depth == 2 else scalar(chance)
    if kind == "not":
        return {"type": "object", "properties": members, "additionalProperties": False, "not": {"required": names}}
    return {"type": "object", "properties": members, "required": required, "additionalProperties": False}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tamis")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--max-new-tokens", type=int, default=250)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    ended = invalid = empty = refused = 0
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "schema.json"
        for at in range(options.count):
            asked = schema(chance, 2)
            path.write_text(json.dumps(asked))
            ran = subprocess.run([options.tamis, "generate", "--prompt", "JSON: ", "--json-schema", path, "--temperature", "1.5",
                                  "--top-k", "0", "--top-p", "1", "--seed", str(at), "--max-new-tokens",
                                  str(options.max_new_tokens), "--json", "--quiet"], capture_output=True, text=True)
            if ran.returncode != 0:
                if "there is no model" in ran.stderr:
                    print("skipped:", ran.stderr.strip())
                    return 77
                if "matches no text" in ran.stderr:  # the schema allows no value
                    empty += 1
                    continue
                if "cannot be held to while generating" in ran.stderr:  # by name, before anything was generated
                    refused += 1
                    print("refused:", ran.stderr.strip())
                    continue
                invalid += 1
                print("failed:", json.dumps(asked), ran.stderr.strip())
                continue
            text = json.loads(ran.stdout)["sequences"][0]
            if text["finish_reason"] != "end_of_sequence":
                continue
            ended += 1
            validator = jsonschema.Draft202012Validator(asked, format_checker=CHECKER)
            try:
                error = next(validator.iter_errors(json.loads(text["text"])), None)
            except ValueError as fault:
                error = fault
            if error:
                invalid += 1
                print("invalid:", json.dumps(asked), "\n  ", repr(text["text"]), "\n  ", str(error).splitlines()[0])
    print(f"{options.count} schemas, {empty} of which allow no value and {refused} refused by name; {ended} generations ended, {invalid} invalid or failed")
    return 1 if invalid else 0


if __name__ == "__main__":
    sys.exit(main())
