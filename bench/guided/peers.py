#!/usr/bin/env python3
"""Measures xgrammar and llguidance on what bench-guided has just measured, and prints one table for all.

    python3 -m venv /tmp/guided && /tmp/guided/bin/pip install numpy llguidance xgrammar
    /tmp/guided/bin/python bench/guided/peers.py build/bin/bench-guided MODEL.gguf [SCHEMAS.jsonl...] [--write docs/guided.md]

Each of the peers is left out where it is not installed. The same tokens, grammars, schemas and texts, one thread, a mask a
token; xgrammar with max_threads=1, its cache off and strict_mode off, for the specification's objects are open, llguidance
with its defaults and the grammars in Lark's syntax as its own gbnf_to_lark writes it. Both are called from Python, which
adds about a microsecond to a mask. Over schemas, masks are compared where every engine takes every valid instance.
"""

import argparse
import datetime
import json
import pathlib
import platform
import re
import subprocess
import tempfile
import time

import numpy


def microseconds(call):
    """What a call gives, and the lesser of the clock's and the thread's time, as bench-guided takes it."""
    thread, clock = time.thread_time_ns(), time.perf_counter_ns()
    value = call()
    passed = time.perf_counter_ns() - clock
    return value, min(passed, time.thread_time_ns() - thread) / 1e3


class Xgrammar:
    name = "xgrammar"

    def __init__(self, tokens, ends):
        import xgrammar
        self.xgrammar = xgrammar
        self.info = xgrammar.TokenizerInfo(tokens, xgrammar.VocabType.RAW, vocab_size=len(tokens), stop_token_ids=ends)
        self.mask = numpy.zeros((1, (len(tokens) + 31) // 32), dtype=numpy.int32)

    def compile(self, kind, source):
        compiler = self.xgrammar.GrammarCompiler(self.info, max_threads=1, cache_enabled=False)
        return {"gbnf": compiler.compile_grammar, "regex": compiler.compile_regex,
                "json": lambda _: compiler.compile_builtin_json_grammar(),
                "schema": lambda s: compiler.compile_json_schema(s, strict_mode=False)}[kind](source)

    def start(self, compiled):
        matcher = self.xgrammar.GrammarMatcher(compiled)
        return lambda: matcher.fill_next_token_bitmask(self.mask, 0), matcher.accept_token, matcher.is_completed


class Llguidance:
    name = "llguidance"

    def __init__(self, tokens, ends):
        import llguidance
        from llguidance.gbnf_to_lark import gbnf_to_lark
        self.matcher, self.to_lark = llguidance.LLMatcher, gbnf_to_lark

        class Tokens:
            eos_token_id, bos_token_id = ends[0], None
            special_token_ids = [at for at, token in enumerate(tokens) if not token]

            def __call__(self, text):
                return [text[0]] if text else []

        Tokens.tokens = [token or b"<|%d|>" % at for at, token in enumerate(tokens)]
        self.tokenizer = llguidance.LLTokenizer(llguidance.TokenizerWrapper(Tokens()))
        self.mask = numpy.zeros((len(tokens) + 31) // 32, dtype=numpy.uint32)

    def compile(self, kind, source):
        grammar = {"gbnf": lambda s: self.matcher.grammar_from_lark(self.to_lark(s)),
                   "regex": self.matcher.grammar_from_regex,
                   "json": lambda _: self.matcher.grammar_from_json_schema("true"),
                   "schema": self.matcher.grammar_from_json_schema}[kind](source)
        matcher = self.matcher(self.tokenizer, grammar)
        if matcher.is_error():
            raise ValueError(matcher.get_error())
        return matcher

    def start(self, compiled):
        matcher = compiled.deep_copy()
        at, size = self.mask.ctypes.data, self.mask.nbytes
        return (lambda: matcher.unsafe_compute_mask_ptr(at, size), matcher.consume_token, matcher.is_accepting)


def walk(engine, compiled, ids):
    """The time of each mask of a text, on its first and second pass; nothing if the engine does not take the text."""
    passes = []
    for _ in range(2):
        mask, accept, may_end = engine.start(compiled)
        times = []
        for token in [*ids, None]:
            times.append(microseconds(mask)[1])
            if token is not None and not accept(token):
                return None
        if not may_end():
            return None
        passes.append(times)
    return passes


def measure(engine, kind, source, texts):
    """The time to compile, and the walks; a refusal is none."""
    try:
        compiled, compiling = microseconds(lambda: engine.compile(kind, source))
        walks = [walk(engine, compiled, ids) for ids in texts]
    except Exception:  # each engine has its own
        return None
    return None if None in walks else (compiling, walks)


def cell(times, digits=1):
    """Mean, 99th percentile and maximum."""
    times = sorted(times)
    return " · ".join(f"{value:,.{digits}f}" for value in (sum(times) / len(times), times[len(times) * 99 // 100], times[-1]))


def tables(run, engines):
    names = ["tamis", *(engine.name for engine in engines)]
    head = ["| " + " | ".join(["", *names]) + " |", "| --- |" + " --- |" * len(names)]
    lines = ["Compile in ms; then the first mask at a place, in µs: mean · 99th percentile · maximum.", "", *head]
    for case in run["grammars"]:
        cells = [f"{case['compile'] / 1e3:.2f}; {cell(case['first'])}"]
        for engine in engines:
            found = measure(engine, case["kind"], case["source"], [case["ids"]])
            cells.append(f"{found[0] / 1e3:.2f}; {cell(found[1][0][0])}" if found else "refused")
        lines.append(f"| {case['name']} | " + " | ".join(cells) + " |")
    for suite in run["schemas"]:
        lines += ["", *schema_table(suite, engines, head)]
    return lines


def schema_table(suite, engines, head):
    groups = [g for g in suite["groups"] if not g["refused"]]
    ours = [(g["compile"], [(t["first"], t["again"]) for t in g["tests"]]) if all(t["whole"] for t in g["tests"]) else None
            for g in groups]
    found = [ours]
    for engine in engines:
        found.append([measure(engine, "schema", g["schema"], [t["ids"] for t in g["tests"]]) for g in groups])
    common = [at for at in range(len(groups)) if all(one[at] for one in found)]
    masks = sum(len(first) for at in common for first, _ in ours[at][1])
    lines = [f"`{pathlib.Path(suite['path']).name}`: the {len(common)} of {len(suite['groups'])} schemas of which every engine "
             f"takes every valid instance, {masks:,} masks.", "", *head]
    for what, times in (
            ("taken wholly, schemas", None),
            ("compile, ms", lambda one: [one[at][0] / 1e3 for at in common]),
            ("first mask, µs", lambda one: [t for at in common for first, _ in one[at][1] for t in first]),
            ("mask met before, µs", lambda one: [t for at in common for _, again in one[at][1] for t in again])):
        cells = [str(sum(x is not None for x in one)) if times is None else cell(times(one), 2) for one in found]
        lines.append(f"| {what} | " + " | ".join(cells) + " |")
    if suite["cold"]:
        lines += ["", "Where each schema meets a vocabulary that no grammar has used before, tamis' first masks cost "
                  f"{cell(suite['cold'])} µs."]
    return lines


def machine():
    model = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text())
    load = pathlib.Path("/proc/loadavg").read_text().split()[0]
    return f"{model[1] if model else platform.processor()}, one thread, load {load}; {datetime.date.today().isoformat()}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench")
    parser.add_argument("model")
    parser.add_argument("schemas", nargs="*")
    parser.add_argument("--write", type=pathlib.Path, help="a page to put the tables into, between its marks")
    options = parser.parse_args()
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        subprocess.run([options.bench, options.model, "--json", out.name, *options.schemas], check=True,
                       stdout=subprocess.DEVNULL)
        run = json.load(open(out.name))
    tokens = [bytes.fromhex(token) for token in run["vocabulary"]]
    engines = []
    for engine in (Xgrammar, Llguidance):
        try:
            engines.append(engine(tokens, run["ends"]))
        except ImportError:
            print(f"{engine.name} is not installed: without it")
    text = "\n".join([machine() + ".", "", *tables(run, engines)])
    print(text)
    if options.write:
        page = options.write.read_text()
        options.write.write_text(re.sub(r"(<!-- measured -->\n).*(<!-- end -->)", lambda m: f"{m[1]}{text}\n{m[2]}", page,
                                        flags=re.S))


if __name__ == "__main__":
    main()
