"""No page takes files, but the one that says so: what is sent elsewhere is not kept anywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponseBase


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


View = TypeVar("View", bound=Callable[..., HttpResponseBase])
TAKES = "takes_files"


def takes_files(view: View) -> View:
    """Marks a view that reads files of its own size; every other is answered without reading what is too large."""
    setattr(view, TAKES, True)
    return view


class SmallBodies:
    """Refuses what announces more than a form can hold, unread, before anything looks into it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Hand on."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], *_: Any) -> None:
        """Raises RequestDataTooBig beyond ``DATA_UPLOAD_MAX_MEMORY_SIZE`` where the view takes no files."""
        said = request.META.get("CONTENT_LENGTH") or "0"
        announced_bytes = int(said) if said.isdecimal() else 0
        if announced_bytes > settings.DATA_UPLOAD_MAX_MEMORY_SIZE and not getattr(view, TAKES, False):
            raise RequestDataTooBig
