"""What people read, in a real Chromium: the report page and the handout, by axe-core, on a phone, without scripts."""

import pytest

from browser import DESK, PHONE, chromium, opened  # noqa: F401
from course.pages import report
from grader.paths import STARTER
from made_reports import PAGES

HANDOUT = sorted(STARTER.glob("README*.html"))
VIEWS = [(width, scheme) for width in (PHONE, DESK) for scheme in ("light", "dark")]


@pytest.fixture(scope="module", params=[*PAGES, *HANDOUT], ids=str)
def page(request, tmp_path_factory):
    """The file of one page."""
    if request.param in HANDOUT:
        return request.param
    folder = tmp_path_factory.mktemp("report")
    said = report.write(*PAGES[request.param](folder))
    assert said == str(folder / "report.html")
    return folder / "report.html"


@pytest.mark.parametrize("width, scheme", VIEWS)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(page, opened, width, scheme):  # noqa: F811
    seen = opened(page, width, scheme)
    for fold in seen.page.query_selector_all("details"):
        fold.evaluate("each => { each.open = true }")
    assert seen.violations() == []
    assert seen.overflow() <= 0


def test_a_page_reads_the_same_without_scripts_and_asks_for_nothing_else(page, opened):  # noqa: F811
    with_scripts, without = opened(page), opened(page, scripts=False)
    assert len(without.text()) > 500 and without.text() == with_scripts.text()
    assert with_scripts.asked == without.asked == []


def test_a_page_prints(page, opened):  # noqa: F811
    seen = opened(page, 760)
    assert seen.page.pdf(format="A4").startswith(b"%PDF")
    seen.page.emulate_media(media="print")
    assert seen.overflow() <= 0


def test_what_is_hostile_does_nothing(tmp_path, opened):  # noqa: F811
    said = []
    report.write(*PAGES["hostile"](tmp_path))
    seen = opened(tmp_path / "report.html")
    seen.page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    seen.page.reload()
    assert said == [] and seen.page.query_selector_all("script, img[onerror]") == []
    assert "<script>alert(1)</script>" in seen.text() and "{{ 7 * 7 }}" in seen.text()


def test_what_is_wrong_is_seen_at_once(tmp_path, opened):  # noqa: F811
    """At the top of the first screen of a desktop, and of a phone."""
    report.write(*PAGES["wrong"](tmp_path))
    for width in (PHONE, DESK):
        seen = opened(tmp_path / "report.html", width)
        cause = seen.page.get_by_role("heading", name="σ_t uses the full table's β_t")
        assert cause.count() == 1 and cause.bounding_box()["y"] < 700
