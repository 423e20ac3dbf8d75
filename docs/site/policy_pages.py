"""A page a policy: its docstring, the facts of docs/policies.md, what docs/site/policies.toml adds, and a picture."""
import html
import json
import pathlib
import re
import sys
import tomllib

from latex2mathml.converter import convert

ROOT = pathlib.Path(__file__).resolve().parents[2]
POLICIES = ROOT / "include/tamis/policies"
HERE = pathlib.Path(__file__).resolve().parent
WIDTH, ROW, LABEL = 520, 22, 120


def facts():
    """The rows of the tables of docs/policies.md, by the name of the policy; each a list of (heading, cell)."""
    rows, heads = {}, []
    for line in (ROOT / "docs/policies.md").read_text().splitlines():
        cells = [c.strip() for c in line.strip("|").split("|")]
        if line.startswith("| policy "):
            heads = cells
        elif heads and line.startswith("| `"):
            rows[re.match(r"`(\w+)", cells[0]).group(1)] = list(zip(heads[1:], cells[1:]))
        elif not line.startswith("|"):
            heads = []
    return rows


def main_struct(file):
    """The docstring and the code of a header's policy, which is the last struct in it."""
    text = file.read_text()
    found = list(re.finditer(r"((?:^///.*\n)+)((?:template <.*>\n)?struct (\w+)(?: : \w+)? \{\n.*?^\};\n)", text, re.M | re.S))
    if not found:
        sys.exit(f"{file.relative_to(ROOT)} has no struct with a docstring.")
    comment, code, name = found[-1].groups()
    return re.sub(r"^/// ?", "", comment, flags=re.M), code, name


def prose(comment):
    """A docstring as Markdown: paragraphs, formulas, and a new paragraph for each word such as Neutral."""
    text = re.sub(r"^(Neutral|Requires|Source|Beware):", r"\n**\1:**", comment, flags=re.M)
    text = re.sub(r"(?<=\S)[ \n](Source|Beware):", r"\n\n**\1:**", text)
    parts = re.split(r"(`[^`]*`|\\f\$.*?\\f\$)", text, flags=re.S)
    result = ""
    for part in parts:
        if part.startswith("\\f$"):
            result += f"<span>{convert(' '.join(part[3:-3].split()))}</span>"
        elif part.startswith("`"):
            result += part
        else:
            result += re.sub(r"([_*])(?=\w)", r"\\\1", html.escape(part, quote=False)) if "**" not in part else html.escape(part, quote=False)
    return re.sub(r"(?<=\S)\n(?=\S)", " ", result.strip())


def picture(shown, before="before", after="after"):
    """Bars of probabilities, two a token, as SVG that takes its colours from the page."""
    rows = [[visible(t[0]), t[1], t[2]] for t in shown["tokens"]] + [["all others", *shown["others"]]]
    most = max(max(r[1:]) for r in rows)
    scale = (WIDTH - LABEL - 56) / most
    height = ROW * len(rows) + 30
    said = "; ".join(f"{name}: {percent(p)}, {percent(q)}" for name, p, q in rows)  # for who hears the page
    parts = [f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="The likeliest tokens, {before} and {after}. {html.escape(said)}">']
    parts.append(f'<rect class="before" x="{LABEL}" y="4" width="10" height="10"/><text x="{LABEL + 15}" y="13">{before}</text>'
                 f'<rect class="after" x="{LABEL + 80}" y="4" width="10" height="10"/><text x="{LABEL + 95}" y="13">{after}</text>')
    for i, (name, p, q) in enumerate(rows):
        y = 24 + i * ROW
        parts.append(f'<text x="{LABEL - 8}" y="{y + 13}" text-anchor="end">{html.escape(name)}</text>')
        parts.append(f'<rect class="before" x="{LABEL}" y="{y + 1}" width="{p * scale:.1f}" height="8"/>')
        parts.append(f'<rect class="after" x="{LABEL}" y="{y + 10}" width="{q * scale:.1f}" height="8"/>')
        parts.append(f'<text x="{LABEL + max(p, q) * scale + 6:.1f}" y="{y + 13}">{percent(q)}</text>')
    parts.append(f'<line class="axis" x1="{LABEL}" x2="{LABEL}" y1="20" y2="{height}"/></svg>')
    return '<div class="shown">' + "".join(parts) + "</div>"


def percent(share):
    return "0" if share == 0 else f"{100 * share:.1f} %" if share >= 0.0005 else "< 0.1 %"


def visible(piece):
    return json.dumps(piece, ensure_ascii=False)[1:-1].replace(" ", "␣") or "(nothing)"


def page(file, said, row, recorded, prompts):
    comment, code, name = main_struct(file)
    lines = [f"# {name}", prose(comment)]
    if recorded:
        prompt = prompts[said["prompt"]]
        history = " The prompt's tokens are the ones that occurred before." if said.get("history") else ""
        lines += ["## What it does to a real distribution",
                  f"SmolLM2-135M-Instruct after “{prompt}”, its {len(recorded['tokens'])} likeliest tokens, before and after "
                  f"`tamis distribution logits.npy {' '.join(said['options'])}`; "
                  f"{recorded['kept']:,} of {recorded['of']:,} tokens can be drawn.{history}",
                  picture(recorded)]
    else:
        lines += ["It changes no picture by itself: what it does depends on a source, on the draw, or on what it is wrapped around."]
    lines += ["## When to use it", said["use"]]
    option = f"| option | [`{said['option']}`](../usage.md) |\n" if "option" in said else ""
    cells = "".join(f"| {head} | {cell or '–'} |\n" for head, cell in row if head != "what it does")
    lines += ["## Facts", f"| header | `#include <tamis/policies/{file.name}>` |\n| --- | --- |\n" + option + cells,
              "What the words mean, and how passes are counted: [policies](../policies.md)."]
    lines += ["## In other libraries", "| library | difference |\n| --- | --- |\n"
              + "\n".join(f"| {k} | {v} |" for k, v in said["peers"].items())]
    lines += ["## All of it", f"```cpp\n{code}```"]
    return "\n\n".join(lines) + "\n"


def link_the_table(pages, names):
    """Lets the names in the tables of the page on policies lead to their pages."""
    page = pages.folder / "policies.md"
    page.write_text(re.sub(r"^\| `(\w+)([^`]*)` \|", lambda m: f"| [`{m.group(0)[3:-3]}`](policies/{names[m.group(1)]}.md) |"
                           if m.group(1) in names else m.group(0), page.read_text(), flags=re.M))


def add_to(pages):
    names = {}
    settings = tomllib.loads((HERE / "policies.toml").read_text())
    recorded = json.loads((HERE / "distributions.json").read_text())
    rows = facts()
    for file in sorted(POLICIES.glob("*.hpp")):
        name = main_struct(file)[2]
        names[name] = file.stem
        if file.stem not in settings["policies"]:
            sys.exit(f"docs/site/policies.toml says nothing of {file.stem}: add what it is used for, and how others differ.")
        if name not in rows:
            sys.exit(f"docs/policies.md has no row for {name}.")
        pages.add(f"policies/{file.stem}.md", page(file, settings["policies"][file.stem], rows[name], recorded.get(file.stem),
                                                   settings["prompts"]))
    link_the_table(pages, names)
