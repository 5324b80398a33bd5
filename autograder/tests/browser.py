"""A real Chromium for tests of pages: headless, Debian's own, without a network. Import `chromium` and `opened`.

Where there is no Chromium the tests are skipped, and say so.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PROGRAM = shutil.which("chromium")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
PHONE, DESK = 390, 1280


@dataclass
class Opened:
    """A page that is open: playwright's `page`, and the addresses that it asked for beside its own."""

    page: object
    asked: list[str] = field(default_factory=list)

    def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        return self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    def violations(self) -> list[str]:
        """What axe-core finds against the page, a line each."""
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.page).response["violations"]
        return [f"{each['id']}: {each['nodes'][0]['target']} {each['nodes'][0]['failureSummary']}" for each in found]

    def text(self) -> str:
        """All that can be read on it."""
        return self.page.inner_text("body")


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    """The browser."""
    playwright = pytest.importorskip("playwright.sync_api", reason="not run: playwright is not installed")
    if PROGRAM is None:
        pytest.skip("not run: there is no Chromium here")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=PROGRAM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium) -> Iterator[Callable[..., Opened]]:
    """Opens an HTML file: `opened(path, width=PHONE, scheme="dark", scripts=False)`."""
    contexts = []

    def open_file(path: Path, width: int = DESK, scheme: str = "light", scripts: bool = True) -> Opened:
        settings = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme, "offline": True}
        contexts.append(chromium.new_context(**settings, java_script_enabled=scripts))
        found = Opened(contexts[-1].new_page())
        own = path.resolve().as_uri()
        found.page.on("request", lambda request: found.asked.append(request.url))
        found.page.goto(own)
        found.asked = [url for url in found.asked if url != own and not url.startswith("data:")]
        return found

    yield open_file
    for context in contexts:
        context.close()
