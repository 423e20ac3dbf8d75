#!/usr/bin/env python3
"""Masks beside those of xgrammar and llguidance, at each step of random walks through what all three read alike.

    pip install xgrammar llguidance
    python3 tests/oracles/guided_masks.py build/bin/tamis [MODEL.gguf]

Prints each place where the sets of tokens differ; docs/guided.md has the causes. Exit status 1 if on a pattern or a
grammar xgrammar differs, or a walk comes to where it may neither go on nor stop; 77 if the packages are not installed.
"""
import argparse
import json
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

try:
    import llguidance
    import xgrammar
except ImportError as missing:
    print(f"skipped: the Python package {missing.name} is not installed")
    sys.exit(77)

REGEXES = [r"[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\.[a-zA-Z]{2,}", r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:00)",
           r"(foo|foobar|bar)(,(foo|bar))*", r"[a-z]{2,6}( [a-z]{1,9}){1,3}\.", r"(yes|no|maybe \(([a-z ]+)\))"]
SCHEMAS = [{"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 4}, {"enum": ["red", "green", "bl\"ue", 17, None, True]},
           {"type": "object", "properties": {"name": {"type": "string", "maxLength": 12}}, "required": ["name"], "additionalProperties": False},
           {"anyOf": [{"type": "boolean"}, {"type": "array", "items": {"enum": ["a", "ab", "abc"]}, "maxItems": 3}, {"const": "x y"}]},
           {"type": "object", "properties": {"list": {"type": "array", "items": {"type": "boolean"}}}, "required": ["list"], "additionalProperties": False}]
GRAMMARS = {"sums": 'root ::= term (" + " term)*\nterm ::= [0-9]+ | "(" root ")"\n',
            "lambda": 'root ::= e\ne ::= [a-z]+ | "(" e " " e ")" | "\\\\" [a-z]+ "." e\n',
            "list": 'root ::= "[" (item (", " item)*)? "]"\nitem ::= [a-z]{1,8} | "\\"" [a-z ]* "\\""\n'}


def tokens_of(path):
    """The bytes of each token of a GGUF file, nothing for those that stand for no text, and which end a text."""
    data = pathlib.Path(path).read_bytes()
    at = 24
    sizes = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}

    def read(kind):
        nonlocal at
        if kind == 8:
            (length,) = struct.unpack_from("<Q", data, at)
            at += 8 + length
            return data[at - length:at].decode("utf-8", "replace")
        if kind == 9:
            inner, length = struct.unpack_from("<IQ", data, at)
            at += 12
            return [read(inner) for _ in range(length)]
        (value,) = struct.unpack_from("<" + sizes[kind], data, at)
        at += struct.calcsize("<" + sizes[kind])
        return value

    found = {}
    for _ in range(struct.unpack_from("<Q", data, 16)[0]):
        key = read(8)
        (kind,) = struct.unpack_from("<I", data, at)
        at += 4
        found[key] = read(kind)
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    byte_of = {chr(byte): byte for byte in plain} | {chr(256 + i): byte for i, byte in enumerate(others)}
    texts = found["tokenizer.ggml.tokens"]
    is_text = [kind == 1 for kind in found["tokenizer.ggml.token_type"]]
    pieces = [bytes(byte_of[c] for c in text) if good else b"" for text, good in zip(texts, is_text)]
    return pieces, found["tokenizer.ggml.eos_token_id"]


class Greedy:
    """What llguidance asks of a tokenizer."""

    def __init__(self, pieces, end):
        self.eos_token_id, self.bos_token_id = end, None
        self.tokens = [piece or b"\xff<special>" for piece in pieces]
        self.special_token_ids = [i for i, piece in enumerate(pieces) if not piece]
        self.by_text = {piece: i for i, piece in enumerate(pieces) if piece}

    def __call__(self, text):
        text = text if isinstance(text, bytes) else text.encode()
        out = []
        while text:
            length = next(n for n in range(min(len(text), 32), 0, -1) if text[:n] in self.by_text)
            out.append(self.by_text[text[:length]])
            text = text[length:]
        return out


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tamis")
    parser.add_argument("model", nargs="?", default=str(pathlib.Path.home() / ".cache/tamis/SmolLM2-135M-Instruct.Q4_1.gguf"))
    parser.add_argument("--steps", type=int, default=14)
    parser.add_argument("--walks", type=int, default=1)
    options = parser.parse_args()
    pieces, end = tokens_of(options.model)
    chance = random.Random(7)
    info = xgrammar.TokenizerInfo(pieces, xgrammar.VocabType.RAW, vocab_size=len(pieces), stop_token_ids=[end])
    compiler = xgrammar.GrammarCompiler(info, max_threads=1)
    tokenizer = llguidance.LLTokenizer(llguidance.TokenizerWrapper(Greedy(pieces, end)), n_vocab=len(pieces))
    texts = {i for i, piece in enumerate(pieces) if piece}
    masks = failures = dead = 0
    counts = {}

    def set_of(words):
        return {i for i in texts if words[i // 32] >> (i % 32) & 1}

    with tempfile.TemporaryDirectory() as folder:
        cases = [("regex", text) for text in REGEXES] + [("schema", json.dumps(one)) for one in SCHEMAS] + [("grammar", name) for name in GRAMMARS]
        for kind, text in cases:
            path = pathlib.Path(folder) / ("it.json" if kind == "schema" else "it.gbnf")
            if kind == "regex":
                arguments = ["--regex", text]
                theirs, other = compiler.compile_regex(text), llguidance.LLMatcher.grammar_from_regex(text)
            elif kind == "schema":
                path.write_text(text)
                arguments = ["--json-schema", str(path), "--compact"]
                theirs = compiler.compile_json_schema(text, any_whitespace=False, separators=(",", ":"))
                other = llguidance.LLMatcher.grammar_from_json_schema(json.loads(text), overrides={"whitespace_flexible": False, "item_separator": ",", "key_separator": ":"})
            else:
                path.write_text(GRAMMARS[text])
                arguments = ["--grammar", str(path)]
                theirs, other = compiler.compile_grammar(GRAMMARS[text]), None
            for _ in range(options.walks):
                matcher = xgrammar.GrammarMatcher(theirs)
                second = llguidance.LLMatcher(tokenizer, other) if other else None
                walked = []
                for _ in range(options.steps):
                    ids = ["--ids", ",".join(map(str, walked))] if walked else []
                    ran = subprocess.run([options.tamis, "guide", "mask", *arguments, *ids, "--model", options.model, "--json"], capture_output=True, text=True)
                    if ran.returncode != 0:
                        print("failed:", kind, text, ran.stderr.strip())
                        failures += 1
                        break
                    answer = json.loads(ran.stdout)
                    ours = set(answer["allowed"]) & texts
                    masks += 1
                    bitmask = xgrammar.allocate_token_bitmask(1, len(pieces))
                    matcher.fill_next_token_bitmask(bitmask)
                    sets = {"xgrammar": set_of([int(word) & 0xffffffff for word in bitmask[0].tolist()])}
                    if second:
                        raw = second.compute_bitmask()
                        sets["llguidance"] = set_of(struct.unpack(f"<{len(raw) // 4}I", raw))
                    for engine, its in sets.items():
                        count = counts.setdefault((engine, kind), [0, 0])
                        count[0] += 1
                        if its == ours:
                            continue
                        count[1] += 1
                        failures += engine == "xgrammar" and kind != "schema"
                        said = b"".join(pieces[i] for i in walked)
                        show = lambda some: [pieces[i] for i in sorted(some)[:4]]
                        print(f"{kind} {text[:60]!r} after {said!r}: {engine} lacks {len(ours - its)} {show(ours - its)}, has {len(its - ours)} more {show(its - ours)}")
                    if not ours:
                        if not answer["can_stop"]:
                            print("dead end:", kind, text, walked)
                            dead += 1
                        break
                    common = sorted(set.intersection(ours, *sets.values()) or ours)
                    token = chance.choice(common)
                    walked.append(token)
                    matcher.accept_token(token)
                    if second:
                        second.consume_token(token)
    for (engine, kind), (compared, differ) in counts.items():
        print(f"{engine}, {kind}: {compared - differ} of {compared} masks equal")
    print(f"{masks} masks, {dead} dead ends, {failures} failures")
    return 1 if dead or failures else 0


if __name__ == "__main__":
    sys.exit(main())
