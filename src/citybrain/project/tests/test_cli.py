"""The command line: a slip of the keyboard starts nothing."""

import pytest

from citybrain.project import cli


@pytest.fixture
def nothing_starts(monkeypatch):
    """Commands that would take minutes fail loudly instead."""

    def started(*arguments):
        raise AssertionError("a command was started")

    monkeypatch.setattr(cli, "COMMANDS", dict.fromkeys(cli.COMMANDS, started))


@pytest.mark.parametrize("command", sorted(cli.PLAIN))
def test_asking_for_help_shows_it_and_starts_nothing(command, nothing_starts, capsys):
    assert cli.main([command, "--help"]) == 0
    assert "./citybrain up" in capsys.readouterr().out


@pytest.mark.parametrize("command", sorted(cli.PLAIN))
def test_a_word_that_a_command_does_not_know_starts_nothing(command, nothing_starts):
    assert cli.main([command, "--prot=8001"]) == 2


def test_an_unknown_command_shows_the_help(nothing_starts, capsys):
    assert cli.main(["upp"]) == 2
    assert "./citybrain up" in capsys.readouterr().out
