"""What the figures and tables say in the language of the environment, as JSON; run by test_figures_in_chinese.py.

    python figures_said.py FONT FIGURES TABLES

FONT: the one font with Chinese letters of this machine, or none. FIGURES, TABLES: names with commas between them.
"""

import json
import sys
from pathlib import Path

import pytest
from matplotlib import font_manager

TESTS = Path(__file__).parent


def main() -> None:
    font, figures, tables = sys.argv[1:]
    sys.path[:0] = [str(TESTS.parent), str(TESTS), str(TESTS / "starter")]
    import test_figures
    import torch

    from diffusion.pictures.letters import FONTS

    fonts = font_manager.fontManager.ttflist
    fonts[:] = [each for each in fonts if each.name not in FONTS]
    if font != "none":  # its letters are those of another
        fonts.append(font_manager.FontEntry(fname=fonts[0].fname, name=font))
    torch.set_num_threads(1)
    said = {"pages": {}, "waits": {}, "tables": {}}
    with pytest.MonkeyPatch.context() as patch:
        test_figures.put(patch)
        test_figures.quick(patch)
        for name in figures.split(","):
            page = test_figures.draw(name)
            said["pages"][name] = {"title": page.title, "texts": [text.get_text() for text in test_figures.shown(page)]}
        for name in filter(None, tables.split(",")):
            table = test_figures.importlib.import_module(f"diffusion.pictures.{name}").measure()
            said["tables"][name] = {"text": str(table), "head": table.head, "rows": table.rows, "csv": table.csv()}
        test_figures.put(patch, test_figures.STARTER)
        for name in figures.split(","):
            said["waits"][name] = test_figures.draw(name).waits
    print(json.dumps(said))


if __name__ == "__main__":
    main()
