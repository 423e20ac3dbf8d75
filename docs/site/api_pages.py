"""Pages on the headers, one for each folder of include/tamis, from what doxygen reads of their docstrings."""
import html
import pathlib
import re
import subprocess
import sys
import textwrap
import xml.etree.ElementTree as ElementTree

from latex2mathml.converter import convert

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = {
    "": "What most programs include: samplers, and the loops.",
    "core": "The words and the arithmetic: tokens, rows, noise, sums, the protocol of policies, the chain.",
    "policies": "One struct a header, one question a struct.",
    "sources": "What is known of a sequence, told to the policies.",
    "backends": "What computes: the reference, vectors, teams, tensors.",
    "generation": "The loop that asks a model and a sampler by turns; batches, beams, drafts, caches.",
    "guided": "Which tokens may come: patterns, schemas, grammars.",
    "presets": "Configurations, by name or from JSON, and samplers that serve all of them.",
    "models": "Models on the CPU and on libtorch.",
    "tokenizers": "Text to tokens and back.",
    "io": "Files and formats: GGUF, safetensors, npy, configurations of other programs.",
    "metrics": "What is measured of texts.",
    "testing": "Tests of samplers, yours or anybody's.",
}
SETTINGS = """
INPUT = {root}/include/tamis
STRIP_FROM_PATH = {root}/include/tamis
OUTPUT_DIRECTORY = {out}
RECURSIVE = YES
FILE_PATTERNS = *.hpp *.cuh
EXTENSION_MAPPING = cuh=C++
GENERATE_HTML = NO
GENERATE_LATEX = NO
GENERATE_XML = YES
XML_PROGRAMLISTING = NO
EXCLUDE_SYMBOLS = *detail* *probe::Real*
WARNINGS = NO
WARN_IF_DOC_ERROR = NO
QUIET = YES
INPUT_FILTER = "sed -E -f {root}/docs/site/comments.sed"
"""
KINDS = {"struct": "struct", "class": "class", "union": "union", "concept": "concept", "function": "function", "enum": "enum",
         "typedef": "type", "variable": "constant"}


def mathml(formula):
    """A formula as doxygen keeps it, $ x $ or \\[ x \\], as MathML, which browsers draw by themselves."""
    inline = formula.startswith("$")
    return convert(formula.strip("$") if inline else formula[2:-2], display="inline" if inline else "block")


def escape(text):
    return re.sub(r"([\\`*_\[\]|$])", r"\\\1", html.escape(text or "", quote=False))


def plain(node):
    return re.sub(r"\s+", " ", "".join(node.itertext())).strip() if node is not None else ""


def inline(node):
    """The words of a node as Markdown; blocks within it are left to `blocks`."""
    text = escape(node.text)
    for child in node:
        if child.tag == "computeroutput":
            text += f"<code>{html.escape(''.join(child.itertext()))}</code>"
        elif child.tag in ("bold", "emphasis"):
            mark = "**" if child.tag == "bold" else "*"
            text += mark + inline(child).strip() + mark
        elif child.tag == "formula":
            text += f"<span>{mathml(child.text)}</span>"
        elif child.tag == "ulink":
            text += f"[{inline(child)}]({child.get('url')})"
        elif child.tag in ("ndash", "mdash"):
            text += {"ndash": "–", "mdash": "—"}[child.tag]
        elif child.tag == "linebreak":
            text += "<br>"
        elif child.tag not in BLOCKS:
            text += inline(child)
        text += escape(child.tail)
    return text


BLOCKS = ("itemizedlist", "orderedlist", "verbatim", "programlisting", "preformatted", "parameterlist", "simplesect", "table")


def blocks(node):
    """A description as Markdown, a list of paragraphs."""
    result = []
    for para in node.iter("para") if node.tag not in ("para",) else [node]:
        if any(para in list(b.iter("para")) for b in node.iter() if b.tag in BLOCKS and b is not node):
            continue
        for part in parts_of(para):
            words = "" if len(part) and part[0].tag in BLOCKS else inline(part).strip()
            if words:
                result.append(re.sub(r"\s+(Neutral|Requires|Source|Laws?|Beware|Cost):", r"\n\n\1:", words))
            for block in part:
                result += block_of(block)
    return result


def parts_of(para):
    """A paragraph cut at its blocks, each of which is a part of its own: so words and blocks stay in their order."""
    part = ElementTree.Element("para")
    part.text = para.text
    for child in para:
        if child.tag not in BLOCKS:
            part.append(child)
            continue
        yield part
        alone, part = ElementTree.Element("para"), ElementTree.Element("para")
        alone.append(child)
        yield alone
        part.text = child.tail
    yield part


def block_of(block):
    if block.tag in ("verbatim", "preformatted"):
        return ["```text\n" + textwrap.dedent("".join(block.itertext()).strip("\n")) + "\n```"]
    if block.tag == "programlisting":
        lines = []
        for line in block.iter("codeline"):
            lines.append(code_of(line))
        return ["```cpp\n" + textwrap.dedent("\n".join(lines)) + "\n```"]
    if block.tag in ("itemizedlist", "orderedlist"):
        mark = "- " if block.tag == "itemizedlist" else "1. "
        return ["\n".join(mark + " ".join(inline(p).strip() for p in item.iter("para")) for item in block.findall("listitem"))]
    if block.tag == "parameterlist":
        rows = []
        for item in block.findall("parameteritem"):
            names = ", ".join(f"<code>{html.escape(plain(n))}</code>" for n in item.iter("parametername"))
            rows.append(f"- {names}: " + " ".join(inline(p).strip() for p in item.find("parameterdescription").iter("para")))
        return ["\n".join(rows)]
    if block.tag == "simplesect":
        lead = {"return": "Returns ", "note": "", "par": "", "see": "See "}.get(block.get("kind"), "")
        return [lead + " ".join(inline(p).strip() for p in block.findall("para"))]
    if block.tag == "table":
        rows = [[" ".join(inline(p).strip() for p in cell.iter("para")) for cell in row.findall("entry")] for row in block.findall("row")]
        lines = ["| " + " | ".join(row) + " |" for row in rows]
        lines.insert(1, "|" + " --- |" * len(rows[0]))
        return ["\n".join(lines)]
    return []


def code_of(line):
    def words(node):
        text = " " if node.tag == "sp" else (node.text or "")
        return text + "".join(words(child) + (child.tail or "") for child in node)
    return words(line)


def description(node):
    return "\n\n".join(part for tag in ("briefdescription", "detaileddescription") if node.find(tag) is not None
                       for part in blocks(node.find(tag)))


def tidy(code):
    """Doxygen's spaces as this project has them: std::span<int>& x."""
    code = code.replace("< ", "<")
    while " >" in code:
        code = code.replace(" >", ">")
    return re.sub(r" (&&|&|\*)(?=\w|,|\)|$)", r"\1 ", code).replace(" ,", ",").replace(" )", ")").strip()


def declaration(member):
    """One line that says how a member is written in a program."""
    kind, name = member.get("kind"), member.findtext("name")
    if kind == "enum":
        values = ", ".join(v.findtext("name") for v in member.findall("enumvalue"))
        return f"enum {'class ' if member.get('strong') == 'yes' else ''}{name} {{ {values} }};"
    template = member.find("templateparamlist")
    before = ""
    if template is not None:
        shown = [p for p in template.findall("param") if not plain(p.find("type")).startswith("auto")]
        parts = [(plain(p.find("type")) + " " + (p.findtext("declname") or "")).strip() for p in shown]
        before = f"template <{', '.join(parts)}>\n" if parts else ""
    kind_of = tidy(plain(member.find("type")))
    if member.get("static") == "yes" and kind == "function" and not kind_of.startswith("static"):
        kind_of = "static " + kind_of
    if kind == "typedef":
        return f"{before}using {name} = {kind_of};" if not member.findtext("argsstring") else plain(member.find("definition")) + ";"
    arguments = tidy(member.findtext("argsstring") or "").replace("=default", " = default").replace("=delete", " = delete")
    start = plain(member.find("initializer")) if kind == "variable" else ""
    start = f" {start}" if start and len(start) < 60 and "{" not in start else ""
    return f"{before}{kind_of} {name}{arguments}{start};".strip()


def entity(node, level):
    """What is said of a type, a concept or a function: a heading, how it is written, and its docstring."""
    kind = node.get("kind")
    compound = node.tag == "compounddef"
    name = (node.findtext("compoundname") if compound else node.findtext("name")).removeprefix("tamis::")
    said = [f"{'#' * level} {escape(name)}" + f" <small>{KINDS[kind]}</small>"]
    if not compound:
        said += [f"```cpp\n{declaration(node)}\n```", description(node)]
        said += [f"- <code>{v.findtext('name')}</code>: " + description(v) for v in node.findall("enumvalue") if description(v)]
        return "\n\n".join(filter(None, said))
    said.append(description(node))
    if kind == "concept":
        code = re.sub(r"concept (?:\w+::)*(\w+) = +", r"concept \1 = ", "".join(node.find("initializer").itertext())).strip() + ";"
        said.insert(1, "```cpp\n" + code + "\n```")
        return "\n\n".join(filter(None, said))
    lines, rows = [], []
    for section in node.findall("sectiondef"):
        if not section.get("kind", "").startswith("public"):
            continue
        for member in section.findall("memberdef"):
            if member.get("kind") == "friend" or member.findtext("name").startswith("~"):
                continue
            line, text = declaration(member), description(member)
            lines.append("  " + line.replace("\n", "\n  "))
            if text:
                first = line.splitlines()[-1]
                rows.append(f"<code>{html.escape(first)}</code>\n\n" + "\n".join(":   " + l if i == 0 else "    " + l
                            for i, l in enumerate(text.split("\n"))))
    if lines:
        said.append(f"```cpp\n{kind} {name.split('::')[-1]} {{\n" + "\n".join(lines) + "\n};\n```")
    return "\n\n".join(filter(None, said + rows))


def add_to(pages, folder):
    out = folder / "doxygen"
    out.mkdir(exist_ok=True)
    (out / "Doxyfile").write_text(SETTINGS.format(root=ROOT, out=out))
    subprocess.run(["doxygen", str(out / "Doxyfile")], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    files, notes = {}, {}
    for path in sorted((out / "xml").glob("*.xml")):
        if path.name in ("index.xml", "Doxyfile.xml"):
            continue
        for compound in ElementTree.parse(path).getroot().findall("compounddef"):
            kind, place = compound.get("kind"), compound.find("location")
            if kind == "file":
                notes[place.get("file")] = description(compound)
            elif kind == "namespace":
                for member in compound.iter("memberdef"):
                    files.setdefault(member.find("location").get("file"), []).append(member)
            elif kind in KINDS and "::detail" not in compound.findtext("compoundname") and compound.get("prot") != "private":
                files.setdefault(place.get("file"), []).append(compound)
    missing = set(str(p.relative_to(ROOT / "include/tamis")) for p in (ROOT / "include/tamis").rglob("*.hpp")) - set(notes)
    if missing:
        sys.exit(f"doxygen did not read {', '.join(sorted(missing))}.")

    of_folder = {}
    for name in sorted(notes):
        of_folder.setdefault(name.split("/")[0] if "/" in name else "", []).append(name)
    rows = []
    for part, names in of_folder.items():
        title = f"{part}/" if part else "tamis.hpp, sampler.hpp, generation.hpp"
        text = [f"# {title}", FOLDERS.get(part, "")]
        for name in names:
            documented = [e for e in files.get(name, []) if description(e) or e.tag == "compounddef"]
            documented.sort(key=lambda e: int(e.find("location").get("line")))
            parts = [entity(e, 3) for e in documented]
            if parts or notes[name]:
                text += [f"## {escape(name)}", f"```cpp\n#include <tamis/{name}>\n```", notes[name], *parts]
        page = f"api/{part}.md" if part else "api/top.md"
        pages.add(page, "\n\n".join(filter(None, text)) + "\n")
        rows.append(f"| [{title}]({pathlib.Path(page).name}) | {FOLDERS.get(part, '')} | {len(names)} |")
    pages.add("api/index.md", "# The headers\n\nWhat each header offers, from its docstrings. A name in `tamis::detail` is nobody's "
              "to use and is not here.\n\n| folder | what is in it | headers |\n| --- | --- | ---: |\n" + "\n".join(rows) + "\n")
