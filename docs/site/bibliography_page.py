"""The bibliography: every line `Source:` of the headers, papers by their title and others by the header."""
import html
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
INCLUDE = ROOT / "include/tamis"
ENDS = re.compile(r"^(Beware|Neutral|Requires|Cost|Laws?)\b")


def sources(text):
    """What a header says after `Source:`, each as one line."""
    lines = [re.sub(r"^\s*/// ?", "", line) if re.match(r"\s*///", line) else None for line in text.splitlines()]
    for at, line in enumerate(lines):
        if line is None or "Source:" not in line:
            continue
        words = [line.split("Source:", 1)[1]]
        for more in lines[at + 1:]:
            if not more or ENDS.match(more):
                break
            words.append(more)
        yield " ".join(" ".join(words).split())


def add_to(pages):
    papers, others = {}, []
    for file in sorted(INCLUDE.rglob("*.[hc][pu]*")):
        name = str(file.relative_to(INCLUDE))
        for said in sources(file.read_text()):
            if said.startswith("see "):
                continue
            cited = re.findall(r'([A-Z][^;:"]*?), "([^"]+)"((?:, [^;.]+?)?)(?=[;.]|$)', said)
            for authors, title, place in cited:
                key = title.lower().rstrip(".")
                entry = papers.setdefault(key, [authors, title.rstrip("."), re.sub(r",? (section|algorithm|equation|definition).*", "", place), []])
                entry[3].append(name)
            if not cited:
                others.append((name, said))

    def link(name):
        part = name.split("/")[0] if "/" in name else "top"
        return f"[{name}](api/{part}.md)"

    def escaped(text):
        return re.sub(r"(`[^`]*`)|([*_|])", lambda m: m.group(1) or "\\" + m.group(2), html.escape(text, quote=False))

    lines = ["# Bibliography", "What the headers name as their sources, collected from their docstrings.", "## Papers",
             "| | in |\n| --- | --- |\n" + "\n".join(
                 f"| {escaped(a)}, *{escaped(t)}*{escaped(p)} | {', '.join(map(link, dict.fromkeys(names)))} |"
                 for a, t, p, names in sorted(papers.values())),
             "## Programs, pull requests and standards",
             "| source | of |\n| --- | --- |\n" + "\n".join(f"| {escaped(said)} | {link(name)} |" for name, said in others)]
    pages.add("bibliography.md", "\n\n".join(lines) + "\n")
