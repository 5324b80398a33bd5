"""Markdown with mathematics as HTML: with no script and nothing to load, and MathML.

What Chromium, Firefox and Safari show without help is MathML Core; `mathml` brings latex2mathml's output to it.
"""

import html
import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

MATHML = "http://www.w3.org/1998/Math/MathML"
VARIANTS = {"script": {"N": "𝒩"}, "double-struck": {"E": "𝔼"}}  # browsers leave MathML's own variants unstyled
STRUT = "1.05em"
HELD = re.compile(  # not torn apart at the end of a line: a formula and its comma, the two numbers of an erratum
    r"<math display=.inline.(?:(?!</math>).)*</math>[.,;:?!)、，。；：？）]+|-?[\d.]+(?:e-\d+)? / -?[\d.]+(?=[<.])"
)
HAN, CLOSE = re.compile("[\u3400-\u9fff（「]"), tuple("、，。；：？）」")  # between these a new line is no space
UNSPACED = re.compile("([、，。；：？（「]) (?=<math)")  # GitHub wants a space in front of a formula, readers do not
SIGNS = {  # what latex2mathml takes a sign for, and as what
    "~": ("mo", "∼"),
    "±": ("mo", "±"),
    "∞": ("mi", "∞"),
    "log": ("mi", "log\N{FUNCTION APPLICATION}\N{THIN SPACE}"),
}
SPACE = {"∣": "0.2em", "∼": "0.28em"}


def mathml(latex: str, display: bool = False) -> str:
    """A formula as MathML that browsers show without help; its LaTeX is the text for who cannot see it."""
    from latex2mathml.converter import convert

    ElementTree.register_namespace("", MATHML)
    root = ElementTree.fromstring(convert(latex, display="block" if display else "inline"))
    root.set("alttext", latex)
    small = {e for sub in root.iter(f"{{{MATHML}}}msub") for e in sub[1].iter()}
    for parent in root.iter():
        _merge_words(parent)
        for element in parent:
            variant = VARIANTS.get(element.get("mathvariant", ""), {})
            if element.text in variant:
                element.text = variant[element.text]
                del element.attrib["mathvariant"]
        if parent.tag.endswith(
            "mover"
        ):  # as an accent it touches the letter in fonts that are not made for mathematics
            parent.set("accent", "false")
            parent[1].set("stretchy", "false")
        if parent.text in SIGNS:
            kind, parent.text = SIGNS[parent.text]
            parent.tag = f"{{{MATHML}}}{kind}"
    for square_root in root.iter(f"{{{MATHML}}}msqrt"):
        if any(e.tag.endswith("mover") for e in square_root.iter()):  # so that ᾱ's bar keeps clear of the root's
            ElementTree.SubElement(square_root, "mspace", height=STRUT)
    bars = 0
    for sign in root.iter(f"{{{MATHML}}}mo"):
        space = "0" if sign in small else SPACE.get(sign.text or "")
        if sign.text == "|":
            sign.set("form", ("prefix", "postfix")[bars % 2])
            sign.set("stretchy", "false")
            bars += 1
        elif space and sign.text in SPACE:
            sign.set("lspace", space)
            sign.set("rspace", space)
    return ElementTree.tostring(root, encoding="unicode").replace(f' xmlns="{MATHML}"', "")


def _merge_words(parent: ElementTree.Element) -> None:
    """One identifier for the letters of \\mathrm{prev}, not one for each."""
    letters = [e for e in parent if e.tag.endswith("mi") and e.get("mathvariant") == "normal"]
    if len(letters) > 1 and len(letters) == len(parent):
        letters[0].text = "".join(e.text or "" for e in letters)
        del letters[0].attrib["mathvariant"]
        for e in letters[1:]:
            parent.remove(e)


def bound(body: str) -> str:
    """Rendered text without the spaces that only GitHub wants, and with what belongs together on one line."""
    return HELD.sub(r"<span>\g<0></span>", UNSPACED.sub(r"\1", body))


def parser(table: str, formula: Callable[[str, bool], str] = mathml) -> Any:
    """Markdown with tables and $…$, and tables and the box rendered so that they can be scrolled and read aloud.

    table: the word for one; formula: LaTeX, and whether it is displayed, to HTML. The environment of a rendering has
    the `heading` that a table stands under and the number of `tables` so far.
    """
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    md = MarkdownIt("commonmark", {"typographer": False}).enable("table").use(dollarmath_plugin, double_inline=False)

    def math(_: Any, tokens: Any, i: int, options: Any, env: Any) -> str:
        return formula(tokens[i].content.strip(), False)

    def chain(latex: str) -> str:
        """A displayed formula; a long one in pieces, each side of an "=" one, where a narrow screen may break it."""
        pieces = re.split(r" (?== )", latex) if len(latex) > 90 else [latex]
        return "".join(formula(piece, True) for piece in pieces)

    def display(_: Any, tokens: Any, i: int, options: Any, env: Any) -> str:
        parts = "".join(f"<div>{chain(part.strip())}</div>" for part in tokens[i].content.split(r"\qquad"))
        return f'<div class="display">{parts}</div>\n'

    def table_open(_: Any, tokens: Any, i: int, options: Any, env: Any) -> str:
        env["tables"] += 1
        label = html.escape(f"{table} {env['tables']}: {re.sub('[$`*]', '', env['heading'])}")
        rows = next(j for j in range(i, len(tokens)) if tokens[j].type == "tbody_open")
        for j in range(i, len(tokens)):
            if tokens[j].type == "table_close":
                break
            if tokens[j].type == "th_open":
                tokens[j].attrSet("scope", "col")
            if j > rows and tokens[j].type == "td_open" and tokens[j - 1].type == "tr_open":
                tokens[j].tag = tokens[j + 2].tag = "th"
                tokens[j].attrSet("scope", "row")
        columns = sum(t.type == "th_open" for t in tokens[i:rows])
        kind = "wide table" if columns > 3 else "table"
        return f'<div class="{kind}" role="region" tabindex="0" aria-label="{label}"><table>\n'

    def softbreak(_: Any, tokens: Any, i: int, options: Any, env: Any) -> str:
        before, after = tokens[i - 1].content[-1:], tokens[i + 1].content[:1]
        return "" if before in CLOSE or (HAN.match(before) and HAN.match(after)) else "\n"

    for name, rule in {
        "softbreak": softbreak,
        "math_inline": math,
        "math_block": display,
        "table_open": table_open,
        "table_close": lambda *_: "</table></div>\n",
        "blockquote_open": lambda *_: '<div class="box">\n',
        "blockquote_close": lambda *_: "</div>\n",
    }.items():
        md.add_render_rule(name, rule)
    return md
