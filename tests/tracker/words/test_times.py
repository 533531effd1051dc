"""What the clinic says of an answer can be said in the reader's language."""

from django.utils import translation
from django.utils.translation import trans_real

from clinical import instruments
from clinical.instruments import FROM_TO, Problem
from tracker.words.times import ANSWER_PROBLEMS, said


def test_every_sentence_about_an_answer_is_one_that_translators_find():
    templates = {
        value for name, value in vars(instruments).items() if name.isupper() and isinstance(value, str) and "%(" in value
    }
    assert templates == set(ANSWER_PROBLEMS)


def test_a_problem_reads_as_its_english_sentence_and_is_said_in_another_language(monkeypatch):
    problem = Problem(FROM_TO, label="Pulse", low=30, high=220)
    assert (str(problem), said(problem)) == ("Pulse: enter a number from 30 to 220.",) * 2
    with translation.override("en"):
        catalog = trans_real.translation("en")
        monkeypatch.setattr(catalog, "_catalog", {FROM_TO: "%(label)s: de %(low)s a %(high)s."})
        assert said(problem) == "Pulse: de 30 a 220."
