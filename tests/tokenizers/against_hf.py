#!/usr/bin/env python3
"""Compares the tokenizer with HF's package `tokenizers`, and the chat template with Jinja.

    python3 against_hf.py tokenizers TOKENIZE_LINES [COUNT [SEED]]
    python3 against_hf.py jinja TOKENIZE_LINES

TOKENIZE_LINES is the program of tokenize_lines.cpp. Exits with 77, which CTest counts as skipped, where the
package or the model is not installed, and with 1 where there is a difference.

tokenizers   COUNT random strings of mixed scripts, special tokens among them, for each way to divide text into
             words; every code point of Unicode; and COUNT lists of random tokens back to text; and the same texts
             through the tokenizer.json that the package writes of each
jinja        random conversations through the model's template, as transformers runs it
"""
import json
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import unicodedata

SKIPPED = 77


def skip(reason):
    print("skipped:", reason)
    sys.exit(SKIPPED)


def model_path():
    """Where the tests find the model."""
    if "TAMIS_MODEL" in os.environ:
        path = pathlib.Path(os.environ["TAMIS_MODEL"])
    else:
        cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        path = pathlib.Path(cache) / "tamis" / "SmolLM2-135M-Instruct.Q4_1.gguf"
    if not path.is_file():
        skip(f"the model is not at {path}; install it or set TAMIS_MODEL")
    return path


def metadata(path):
    """The named values of a GGUF file, read without the reader under test."""
    numbers = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
    with open(path, "rb") as file:
        def number(kind):
            form = numbers[kind]
            return struct.unpack(form, file.read(struct.calcsize(form)))[0]

        def value(kind):
            if kind == 8:
                return file.read(number(10)).decode()
            if kind == 9:
                element, count = number(4), number(10)
                return [value(element) for _ in range(count)]
            return number(kind)

        file.seek(16)  # behind the magic, the version and the number of tensors
        values = {}
        for _ in range(number(10)):
            key = value(8)
            values[key] = value(number(4))
        return values


def ask(program, questions, split="gpt2"):
    """What the program answers, in order; `split` is one that it knows by name, or a tokenizer.json."""
    lines = "".join(json.dumps(question) + "\n" for question in questions)
    done = subprocess.run([program, str(model_path()), split], input=lines, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{program} failed: {done.stderr}")
    return [json.loads(line) for line in done.stdout.split("\n")[:-1]]


def differences(what, questions, expected, answers):
    """How many there are; prints the first."""
    assert len(answers) == len(expected) == len(questions)
    faults = [case for case in zip(questions, expected, answers) if case[1] != case[2]]
    for question, theirs, ours in faults[:5]:
        print(f"{what}: {json.dumps(question)}\n  expected {json.dumps(theirs)}\n  found    {json.dumps(ours)}")
    print(f"{what}: {len(questions)} compared, {len(faults)} differ", flush=True)
    return len(faults)


ALPHABETS = [
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "etaoin shrdlu ETAOIN ",
    "0123456789",
    "01 23  45\n67\n\n8\t9",
    " \t\n\r\v\f   \u00a0\u2003\u3000\u0085\u2028\u200b\ufeff",
    "'\"!?.,;:-_()[]{}<>|/\\@#$%^&*+=~`",
    "'s't'm'd'll've're'S'T'LL ",
    "àáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿßŒœŠšŽžıİ",
    "αβγδεζηθικλμνξοπρστυφχψωΆΈΉ",
    "абвгдежзийклмнопрстуфхцчшщъыьэюяАБВ",
    "אבגדהוזחטיךכלםמןנסעףפץצקרשת",
    "ابتثجحخدذرزسشصضطظعغفقكلمنهويء٠١٢٣٤٥٦٧٨٩",
    "अआइईउऊऋएऐओऔकखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसहािीुूेैोौं्०१२३४५६७८९",
    "กขคงจฉชซญดตถทธนบปผฝพฟภมยรลวศษสหอฮะาิีึืุูเแโใไ่้๊๋๐๑๒๓",
    "一二三十中文字你好世界今天天气很好日本語東京大学",
    "あいうえおかきくけこさしすせそアイウエオガギグ",
    "가나다라마바사아자차카타파하한국어",
    "😀😁😂🤣👍🏽👩\u200d👧🇩🇪🏳\ufe0f\u200d🌈❤",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢𝕕𝟘𝟙𝟚",
    "\u0301\u0308\u0327\u20e3\ufe0f",
    "½²³¹¼¾①②③ⅠⅡⅢⅧ⑩㊿৴௰",
    "".join(map(chr, range(32))) + "\x7f",
]


def random_text(chance, special):
    """Up to a dozen runs: of one alphabet, any code point, or a special token."""
    pieces = []
    for _ in range(chance.randint(1, 12)):
        which = chance.random()
        if which < 0.06:
            pieces.append(chance.choice(special))
        elif which < 0.1:
            code = chance.randrange(0x110000 - 0x800)
            pieces.append(chr(code if code < 0xD800 else code + 0x800))
        else:
            pieces.append("".join(chance.choices(chance.choice(ALPHABETS), k=chance.randint(1, 9))))
    return "".join(pieces)


def compare_tokenizers(program, count=20000, seed=1):
    try:
        import tokenizers
    except ModuleNotFoundError:
        skip("the package tokenizers is not installed (pip install tokenizers)")
    from tokenizers import AddedToken, decoders, models, normalizers, pre_tokenizers

    values = metadata(model_path())
    tokens = values["tokenizer.ggml.tokens"]
    special = [token for token, kind in zip(tokens, values["tokenizer.ggml.token_type"]) if kind == 3]
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False)
    each_number = pre_tokenizers.Digits(individual_digits=True)
    splits = {
        "gpt2": byte_level,
        "numbers": pre_tokenizers.Sequence([each_number, byte_level]),
    }
    after = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    for name, numbers in (("llama3", r"\p{N}{1,3}"), ("qwen2", r"\p{N}")):
        pattern = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|" + numbers +
                   r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
        splits[name] = pre_tokenizers.Sequence(
            [pre_tokenizers.Split(tokenizers.Regex(pattern), "isolated", invert=False), after])

    # Digits has the numbers of Rust's Unicode, which is newer than 16, the one of ByteLevel. A number of the newer
    # only is no number to ByteLevel, and so parts from the 1 before it.
    codes = [code for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    newer = {chr(code) for code in codes if len(each_number.pre_tokenize_str(f"a{chr(code)}")) == 2
             and len(byte_level.pre_tokenize_str(f"1{chr(code)}")) == 2}
    print(f"left out: {len(newer)} numbers that Unicode 16 does not have")

    newest = {chr(code) for code in codes if unicodedata.combining(chr(code)) and
              normalizers.NFC().normalize_str("\u0301\u0345" + chr(code) + "\u0316")
              != unicodedata.normalize("NFC", "\u0301\u0345" + chr(code) + "\u0316")}

    chance = random.Random(seed)
    texts = [random_text(chance, special) for _ in range(count)]
    texts = [text for text in texts if not newer.intersection(text)]
    # Each code point beside a letter, a number and spaces, where letters, numbers and spaces differ.
    shown = [f"a{chr(code)}a 1{chr(code)}1 {chr(code)}  {chr(code)}" for code in codes if chr(code) not in newer]
    every_code = ["".join(shown[at:at + 32]) for at in range(0, len(shown), 32)]
    lists = [chance.choices(range(len(tokens)), k=chance.randint(0, 12)) for _ in range(count)]

    faults = 0
    for name, split in splits.items():
        merges = [tuple(merge.split(" ")) for merge in values["tokenizer.ggml.merges"]]
        model = models.BPE(vocab={token: at for at, token in enumerate(tokens)}, merges=merges)
        reference = tokenizers.Tokenizer(model)
        reference.pre_tokenizer = split
        reference.decoder = decoders.ByteLevel()
        reference.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in special])
        for parse_special in (True, False):
            reference.encode_special_tokens = not parse_special
            some = texts + every_code if parse_special else texts
            questions = [{"text": text, "parse_special": parse_special} for text in some]
            expected = [{"ids": encoding.ids} for encoding in reference.encode_batch(some, add_special_tokens=False)]
            what = f"encode, {name}, special tokens {'parsed' if parse_special else 'as text'}"
            if parse_special:
                with tempfile.TemporaryDirectory() as folder:
                    written = os.path.join(folder, "tokenizer.json")
                    reference.save(written)
                    faults += differences(what + ", tokenizer.json", questions, expected,
                                          ask(program, questions, written))
            faults += differences(what, questions, expected, ask(program, questions, name))
        if name == "qwen2":  # whose files compose text first; the package's Unicode is older
            reference.normalizer = normalizers.NFC()
            some = [text for text in texts if newest.isdisjoint(text)]
            questions = [{"text": text, "parse_special": True} for text in some]
            reference.encode_special_tokens = False
            expected = [{"ids": encoding.ids} for encoding in reference.encode_batch(some, add_special_tokens=False)]
            with tempfile.TemporaryDirectory() as folder:
                written = os.path.join(folder, "tokenizer.json")
                reference.save(written)
                faults += differences("encode, qwen2, NFC", questions, expected, ask(program, questions, written))
    for skip_special in (True, False):
        questions = [{"ids": ids, "skip_special": skip_special} for ids in lists]
        expected = [{"text": reference.decode(ids, skip_special_tokens=skip_special)} for ids in lists]
        what = f"decode, special tokens {'skipped' if skip_special else 'kept'}"
        faults += differences(what, questions, expected, ask(program, questions))
    return faults


def compare_jinja(program):
    try:
        import jinja2
        import jinja2.sandbox
    except ModuleNotFoundError:
        skip("the package jinja2 is not installed (pip install jinja2)")
    environment = jinja2.sandbox.ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(metadata(model_path())["tokenizer.chat_template"])
    chance = random.Random(1)
    questions = []
    for _ in range(500):
        messages = [{"role": chance.choice(["system", "user", "assistant"]), "content": random_text(chance, ["{{ x }}"])}
                    for _ in range(chance.randint(0, 5))]
        questions.append({"messages": messages, "add_generation_prompt": chance.random() < 0.5})
    expected = [{"text": template.render(**question)} for question in questions]
    return differences("chat template", questions, expected, ask(program, questions))


if __name__ == "__main__":
    what, program, *numbers = sys.argv[1:]
    compare = {"tokenizers": compare_tokenizers, "jinja": compare_jinja}[what]
    sys.exit(1 if compare(program, *map(int, numbers)) else 0)
