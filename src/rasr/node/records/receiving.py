"""The way in for files: reading stops where the limit is reached, whatever the sender said it would send."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest

from rasr.node.records.uploading import MB

DRAINED_MB = 1024
"""Up to this much the rest is read and dropped, so that the browser gets to the answer; of more the line is cut."""


class Limit(FileUploadHandler):
    """Stops at so many bytes of all files of a request together; ``exceeded`` then says so."""

    def __init__(self, request: HttpRequest, most_bytes: int) -> None:
        super().__init__(request)
        self.most_bytes = most_bytes
        self.received_bytes = self.announced_bytes = 0
        self.exceeded = False

    def handle_raw_input(self, *given: Any, **_: Any) -> None:
        """Note how much was announced: the third of what is given."""
        self.announced_bytes = given[2]

    def receive_data_chunk(self, raw_data: bytes, _start: int) -> bytes:
        """Count, and hand on to whoever keeps it."""
        self.received_bytes += len(raw_data)
        if self.received_bytes > self.most_bytes:
            self.exceeded = True
            if self.announced_bytes > DRAINED_MB * MB:
                raise StopUpload(connection_reset=True)
            raise SkipFile  # not StopUpload: what is left would be read line by line, and a line has no limit
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The file itself comes from the next handler."""


def limit_mb() -> int:
    """The largest workbook this node takes."""
    return settings.NODE.upload_limit_mb


def limited(request: HttpRequest, most_mb: int | None = None) -> Limit:
    """Put the limit before the files of a request, which go straight to disk. To be called before POST is looked at.

    most_mb: None is that of a workbook.
    """
    limit = Limit(request, (limit_mb() if most_mb is None else most_mb) * MB)
    request.upload_handlers = [limit, TemporaryFileUploadHandler(request)]
    return limit
