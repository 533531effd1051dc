"""How templates are read."""

import re

from django.template import Origin
from django.template.loaders import filesystem


class Loader(filesystem.Loader):
    """The loader of our own templates: it leaves out their indentation, which is for whoever reads them and not for a phone.

    A line break stays a line break, so a page looks as it would with the indentation. What it would change is text whose
    leading blanks count, in <pre> or <textarea>: no template has any.
    """

    def get_contents(self, origin: Origin) -> str:
        """Source of a template without the blanks at the start of its lines. Raises TemplateDoesNotExist."""
        return re.sub(r"^[ \t]+", "", super().get_contents(origin), flags=re.MULTILINE)
