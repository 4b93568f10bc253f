from __future__ import annotations

from components.reference.docstrings import parse

FULL = """A vault: locked.

    More of it, and
    a second line.

    Attributes:
        name: of the
            vault.
        arn: its ARN; None: there is
            none.

    Raises:
        ValueError: never.
    """


def test_a_docstring_falls_into_its_parts() -> None:
    said = parse(FULL)
    assert said.purpose == "A vault: locked."
    assert said.prose == "More of it, and\na second line."
    assert said.attributes == {"name": "of the vault.", "arn": "its ARN; None: there is none."}


def test_a_purpose_may_take_two_lines_and_stand_alone() -> None:
    said = parse("One\n    two.\n    ")
    assert (said.purpose, said.prose, said.attributes) == ("One two.", "", {})


def test_without_a_docstring_everything_is_empty() -> None:
    said = parse(None)
    assert (said.purpose, said.prose, said.attributes) == ("", "", {})
