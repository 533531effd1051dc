"""What changed between two texts, said line by line."""

from hypothesis import given
from hypothesis import strategies as st

from clinical.changes import changes


def said(before: str, now: str, around: int = 1) -> list[tuple[str, str]]:
    return [(one.kind, one.text) for one in changes(before, now, around)]


def test_nothing_changed_says_nothing():
    assert said("a\nb\n", "a\nb\n") == []
    assert said("a\n\n\nb", "a\nb\n") == [], "empty lines are not read"


def test_a_changed_line_is_shown_as_it_was_and_as_it_is_with_its_neighbors():
    assert said("a\nb\nc\nd\n", "a\nB\nc\nd\n") == [("same", "a"), ("removed", "b"), ("added", "B"), ("same", "c")]


def test_what_is_far_apart_is_parted_by_a_gap():
    before, now = "\n".join("abcdefgh"), "\n".join("Abcdefgh") + "\ni"
    assert [kind for kind, _ in said(before, now)].count("gap") == 1


@given(st.lists(st.sampled_from("abcd"), max_size=8), st.lists(st.sampled_from("abcd"), max_size=8))
def test_with_all_lines_around_the_new_text_can_be_read_off(before: list[str], now: list[str]):
    found = changes("\n".join(before), "\n".join(now), around=99)
    if before != now:
        assert [one.text for one in found if one.kind in ("same", "added")] == now
        assert [one.text for one in found if one.kind in ("same", "removed")] == before
