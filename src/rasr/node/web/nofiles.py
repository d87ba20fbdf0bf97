"""No page takes files, but the one that says so: what is sent elsewhere is not kept anywhere."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile


class NoFiles(FileUploadHandler):
    """Skips every file of a request while it is read."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Raises SkipFile."""
        super().new_file(*args, **kwargs)
        raise SkipFile

    def receive_data_chunk(self, _raw_data: bytes, _start: int) -> None:
        """Nothing comes here."""

    def file_complete(self, _file_size: int) -> None:
        """No file."""
