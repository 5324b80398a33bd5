"""The options of a command. Its help, and what it says of a wrong option, are in the language of the terminal, too."""

import argparse
import gettext
import os

from diffusion.phrases import STARTER, language, phrase

WORDS = (  # argparse's own, letter by letter
    phrase("usage: "),
    phrase("positional arguments"),
    phrase("options"),
    phrase("%(heading)s:"),  # of Python 3.12 and newer
    phrase("show this help message and exit"),
    phrase("%(prog)s: error: %(message)s\n"),
    phrase("argument %(argument_name)s: %(message)s"),
    phrase("unrecognized arguments: %s"),
    phrase("the following arguments are required: %s"),
    phrase("invalid %(type)s value: %(value)r"),
    phrase("invalid choice: %(value)r (choose from %(choices)s)"),
    phrase("expected one argument"),
    phrase("expected at least one argument"),
)


def parser(does: str) -> argparse.ArgumentParser:
    """A parser of options. does: what the command does, printed as it stands."""
    if language() != "en":
        os.environ["LANGUAGE"] = language().replace("-", "_")  # where gettext, whom argparse asks, looks first
        gettext.bindtextdomain("assignment", str(STARTER / "locale"))
        gettext.textdomain("assignment")
    return argparse.ArgumentParser(description=does, formatter_class=argparse.RawDescriptionHelpFormatter)
