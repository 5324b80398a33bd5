"""The handout as a page: README.md to README.html, one file with no script and nothing to load, and MathML."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course.pages import markdown

TEMPLATE = Path(__file__).with_name("handout.html")
WORDS = {
    "en": {"skip": "Skip to the text", "contents": "Contents", "other": "繁體中文", "table": "Table"},
    "zh-TW": {"skip": "跳到內文", "contents": "目錄", "other": "English", "table": "表"},
}


@dataclass
class Section:
    """A heading with what stands under it, and the sections one level below."""

    id: str
    title: str
    body: str
    sections: list["Section"] = field(default_factory=list)


def page(handout: str, language: str, translated: bool = True) -> str:
    """The page of a handout in "en" or "zh-TW"; the same text gives the same page. translated: links to the other."""
    from jinja2 import Environment

    title, intro, sections = _sections(handout, WORDS[language]["table"])
    other = ("README.html" if language == "zh-TW" else "README.zh-TW.html") if translated else ""
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
    return environment.from_string(TEMPLATE.read_text("utf-8")).render(
        title=title, intro=intro, sections=sections, language=language, other=other, words=WORDS[language]
    )


def _sections(handout: str, table: str) -> tuple[str, str, list[Section]]:
    """The title, what stands before the first heading, and the sections."""
    md = markdown.parser(table)
    environment: dict[str, Any] = {"heading": "", "tables": 0}
    title, intro, sections = "", "", list[Section]()
    tokens = md.parse(handout, environment)
    starts = [i for i, token in enumerate(tokens) if token.type == "heading_open"]
    for start, end in zip(starts, [*starts[1:], len(tokens)]):
        level, text = tokens[start].tag, tokens[start + 1]
        environment["heading"] = text.content
        heading = md.renderer.renderInline(text.children or [], md.options, environment)
        body = markdown.bound(md.renderer.render(tokens[start + 3 : end], md.options, environment))
        if level == "h1":
            title, intro = heading, body
        elif level == "h2":
            sections.append(Section(f"s{len(sections) + 1}", heading, body))
        else:
            sections[-1].sections.append(Section(f"task-{text.content.split()[0]}", heading, body))
    return title, intro, sections
