"""The numbers to call stand in articles by what they are for."""

from clinical.contacts import linked, spelled_out, unknown

SAID = {"emergency": "112", "crisis": "116 123", "call_crisis": "call 116 123", "place": "Here & there"}
DIAL = {"emergency": "112", "crisis": "116123", "call_crisis": "116123"}


def test_a_name_nobody_knows_is_named():
    assert unknown("Call {emergency} or {nurse} in {place}.") == ["nurse"]
    assert unknown("No braces, { not a name }.") == []


def test_an_article_says_the_numbers_of_its_place():
    assert spelled_out("In {place}, call {emergency}.", SAID) == "In Here & there, call 112."


def test_a_number_can_be_tapped_and_a_place_cannot():
    assert linked("<p>In {place}, {call_crisis}.</p>", SAID, DIAL) == (
        '<p>In Here &amp; there, call <a href="tel:116123">116 123</a>.</p>'
    )
    assert linked("{emergency}", SAID, DIAL) == '<a href="tel:112">112</a>'


def test_what_somebody_typed_as_a_number_cannot_bring_markup():
    said = SAID | {"emergency": '<img src=x onerror="a()">'}
    assert "<img" not in linked("{emergency}", said, DIAL)


def test_a_name_without_a_value_stays_as_it_stands():
    assert (spelled_out("{poison}", SAID), linked("{poison}", SAID, DIAL)) == ("{poison}", "{poison}")
