"""Ebb takes no files: one that is sent ends the request at its first byte, before anything of it is read or kept."""

from typing import Any

from django.core.exceptions import BadRequest
from django.core.files.uploadhandler import FileUploadHandler
from django.utils.translation import gettext as _


class FileSent(BadRequest):
    """A file was sent. The message says what to do instead."""


class NoFiles(FileUploadHandler):
    """Refuses every file with 400 and a sentence."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Raise FileSent."""
        raise FileSent(_("No page here takes files. Nothing was saved. Go back and send the form without one."))

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Never reached."""

    def file_complete(self, file_size: int) -> None:
        """Never reached."""
