"""What the commands share: an expected failure is one sentence and status 2, any other keeps its traceback."""

import pytest
import typer
from typer.testing import CliRunner

from grader import commands
from grader.commands import refusals, refuse, settings
from grader.outcomes import BadSettings

LONG = "[bold]no markup[/bold], {no} format, " + "and no line of 80 columns " * 9


class Expected(ValueError):
    pass


def ended(body, *typed):
    """How a command with this body and one argument ends, its sentence said as a decorator would."""
    app = typer.Typer(pretty_exceptions_enable=False)

    @app.command()
    @refusals("Nothing was made", Expected)
    def make(count: int, wide: bool = False) -> None:
        body(count, wide)

    return CliRunner().invoke(app, typed)


def test_a_command_that_is_decorated_keeps_its_arguments():
    seen = []
    assert ended(lambda *given: seen.append(given), "3", "--wide").exit_code == 0 and seen == [(3, True)]
    assert "--wide" in ended(print, "--help").output and ended(print, "three").exit_code == 2


def test_what_is_said_does_nothing_to_a_terminal(capsys):
    """A sentence may have the name of a file that was handed in."""
    commands.say("x\x1b[2J\x1b]0;owned\x07.zip \u202egnp.zip ᾱ 繁體")
    with pytest.raises(typer.Exit):
        refuse("\x9b2Jx")
    assert capsys.readouterr().out == "x�[2J�]0;owned�.zip �gnp.zip ᾱ 繁體\n�2Jx\n"


def test_an_expected_failure_is_one_sentence_on_one_line():
    def fail(count, wide):
        raise Expected(LONG)

    for _ in range(2):  # a command may be called again
        done = ended(fail, "3")
        assert (done.exit_code, done.output) == (2, f"Nothing was made: {LONG}.\n")


@pytest.mark.parametrize("fault", [ValueError("ours"), KeyError("ours"), KeyboardInterrupt()])
def test_any_other_failure_is_left_as_it_is(fault):
    def fail(count, wide):
        raise fault

    with pytest.raises(type(fault)) as raised, refusals("Nothing was made", Expected):
        fail(3, False)
    assert raised.value is fault


def test_a_command_may_refuse_by_itself():
    done = ended(lambda count, wide: refuse(f"Nothing was made: {count} is too much."), "3")
    assert (done.exit_code, done.output) == (2, "Nothing was made: 3 is too much.\n")


def test_bad_settings_are_a_refusal(monkeypatch):
    def load():
        raise BadSettings("course.toml: tier is 3")

    assert settings() == commands.load()
    monkeypatch.setattr(commands, "load", load)
    done = ended(lambda count, wide: settings(), "3")
    assert (done.exit_code, done.output) == (2, "Nothing was done: course.toml: tier is 3.\n")
