"""Lays out the pages of the site: stage.py FOLDER writes FOLDER/pages and FOLDER/mkdocs.yml.

The Markdown of docs/ is copied as it is; pages on policies and on the headers are made; what a page links to outside of
docs/ becomes a page too, so that no link leads out of the site.
"""
import pathlib
import re
import shutil
import sys

import yaml

import api_pages
import bibliography_page
import policy_pages

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
ELSEWHERE = {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md", "README.md": "index.md"}
LANGUAGES = {".cpp": "cpp", ".hpp": "cpp", ".cu": "cpp", ".py": "python", ".sh": "sh", ".txt": "cmake", ".cmake": "cmake",
             ".json": "json", ".jsonl": "json"}
LINK = re.compile(r"(\]\()([^)\s#]+)(#[^)\s]*)?(\))")
FENCE = re.compile(r"^(```.*?^```)", re.M | re.S)


class Pages:
    """The pages that were laid out, by their path from the site's root."""

    def __init__(self, folder):
        self.folder = folder
        self.titles = {}

    def add(self, path, text, source=None):
        """Writes a page; `source` is the file of the repository that its links are relative to."""
        if source:
            text = self.with_links(text, path, source)
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        title = re.search(r"^# (.+)$", text, re.M)
        self.titles[str(path)] = title.group(1).replace("`", "") if title else str(path)

    def with_links(self, text, path, source):
        def link(match):
            target, anchor = match.group(2), match.group(3) or ""
            if re.match(r"[a-z]+:", target):
                return match.group(0)
            file = (source.parent / target).resolve()
            place = self.place_of(file, source)
            up = "../" * (len(pathlib.PurePath(path).parts) - 1)
            return match.group(1) + up + place + anchor + match.group(4)

        parts = FENCE.split(text)
        return "".join(part if part.startswith("```") else LINK.sub(link, part) for part in parts)

    def place_of(self, file, source):
        """Where in the site a file of the repository is."""
        if file.is_relative_to(DOCS) and not file.is_dir():
            return str(file.relative_to(DOCS))
        if not file.is_relative_to(ROOT) or (not file.exists()):
            sys.exit(f"{source.relative_to(ROOT)} links to {file}, which is not there.")
        if file == DOCS / "decisions":
            return "decisions/" + min(f.name for f in file.glob("*.md"))
        if file.is_dir():
            if not (file / "README.md").exists():
                return self.list_of(file)
            file = file / "README.md"
        name = str(file.relative_to(ROOT))
        if name in ELSEWHERE:
            return ELSEWHERE[name]
        place = "source/" + name.removesuffix(".md") + ".md"
        if place not in self.titles:
            self.titles[place] = name
            text = file.read_text()
            if file.suffix != ".md":
                text = f"# {name}\n\n```{LANGUAGES.get(file.suffix, 'text')}\n{text}```\n"
            self.add(place, text, file)
        return place

    def list_of(self, folder):
        """A page with the files of a folder that has no README."""
        name = str(folder.relative_to(ROOT))
        place = f"source/{name}/index.md"
        if place not in self.titles:
            files = sorted(f for f in folder.iterdir() if f.is_file())
            self.add(place, f"# {name}\n\n" + "".join(f"- [{f.name}]({f.name})\n" for f in files), folder / "index.md")
        return place

    def under(self, folder):
        """The pages of a folder, its index first, then in the order of their names."""
        names = [n for n in self.titles if n.startswith(folder + "/")]
        return sorted(names, key=lambda n: (not n.endswith("/index.md"), n))


def entries(pages, nav, named, by_name):
    """The nav with each name that begins with @ replaced by its pages, but for those that it has by their own name."""
    groups = {
        "@generation": lambda: [n for n in ("torch.md", "cuda.md", "models.md", "sharded.md", "shard.md") if n in pages.titles],
        "@more": lambda: sorted(n for n in pages.titles if n not in named and not n.startswith("source/")),
    }
    result = []
    for item in nav if isinstance(nav, list) else [nav]:
        if isinstance(item, dict):
            ((title, inside),) = item.items()
            result.append({title: entries(pages, inside, named, by_name)})
        elif item.startswith("@"):
            found = [n for n in groups.get(item, lambda: pages.under(item[1:]))() if n not in by_name]
            result += [{short_title(pages.titles[n]): n} for n in found]
        elif item in pages.titles:
            result.append({short_title(pages.titles[item]): item})
    return result


def short_title(title):
    return re.sub(r"^\d+\. ", "", title)


def names_in(nav):
    for item in nav if isinstance(nav, list) else [nav]:
        if isinstance(item, dict):
            yield from names_in(list(item.values())[0])
        elif isinstance(item, list):
            yield from names_in(item)
        else:
            yield item


def main(folder):
    settings = yaml.safe_load((DOCS / "site/mkdocs.yml").read_text())
    shutil.rmtree(folder / "pages", ignore_errors=True)
    pages = Pages(folder / "pages")
    for file in sorted(DOCS.rglob("*.md")):
        if not file.is_relative_to(DOCS / "site"):
            pages.add(str(file.relative_to(DOCS)), file.read_text(), file)
    for file in DOCS.rglob("*.svg"):
        shutil.copy(file, pages.folder / file.relative_to(DOCS))
    for name, place in ELSEWHERE.items():
        if place != "index.md":
            pages.add(place, (ROOT / name).read_text(), ROOT / name)
    policy_pages.add_to(pages)
    bibliography_page.add_to(pages)
    api_pages.add_to(pages, folder)
    for name in ("site.css", "worker.js"):
        shutil.copy(DOCS / "site" / name, pages.folder)
    settings["hooks"] = [str(DOCS / "site/hooks.py")]

    by_name = set(names_in(settings["nav"]))
    named = set(by_name)
    for group in ("tutorial", "policies", "write", "migrate", "decisions", "api"):
        named |= set(pages.under(group))
    named |= {"torch.md", "cuda.md", "models.md", "sharded.md", "shard.md"}
    settings["nav"] = entries(pages, settings["nav"], named, by_name)
    settings["not_in_nav"] = "source/"
    (folder / "mkdocs.yml").write_text(yaml.safe_dump(settings, sort_keys=False))
    print(f"{len(pages.titles)} pages")


main(pathlib.Path(sys.argv[1]).resolve())
