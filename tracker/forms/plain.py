"""Plain forms: problems are sentences, without asterisks or the browser's own bubbles."""

from django import forms

EMPTY_IS_SEEN = {"placeholder": " "}
"""For a question that only follows from one answer: a style sheet can tell that it is empty, and shows it when it is not."""


class PlainForm(forms.Form):
    """A form whose problems are sentences: no asterisks, no browser bubbles."""

    use_required_attribute = False

    def refuse(self, problems: dict[str, str]) -> None:
        """Show what an action found wrong, at the field it is about."""
        for name, sentence in problems.items():
            place = name if name in self.fields else f"{name.removesuffix('_at')}_clock"
            self.add_error(place if place in self.fields else None, sentence)
