"""How the command speaks: tables and lines for people, one JSON object for programs, faults on the error stream."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from rasr import __version__
from rasr.cli.parser import Exit
from rasr.core.basis.findings import Refused
from rasr.core.reference import loader

WIDTH = 118
"""Width of tables where the output is no terminal."""


_UNSEEN = (*range(0x20), *range(0x7F, 0xA0), *range(0x2028, 0x202F), *range(0x2066, 0x206A))
_SHOWN = {code: f"\\u{code:04x}" for code in _UNSEEN}
"""Characters that steer a terminal or turn text round, and how they are shown: names in records come from anybody."""


def _plain(text: str) -> str:
    return text.translate(_SHOWN)


class Say:
    """Speaks for one command, either to people or to a program."""

    def __init__(self, command: str, *, as_json: bool) -> None:
        self.command, self.as_json = command, as_json
        if isinstance(sys.stdout, TextIOWrapper):  # a name that the terminal cannot write must not end the work
            sys.stdout.reconfigure(errors="backslashreplace")
        wide = None if sys.stdout.isatty() else WIDTH
        self._out = Console(width=wide, highlight=False, emoji=False, markup=False)
        self._err = Console(stderr=True, highlight=False, emoji=False, markup=False)

    def line(self, text: str = "") -> None:
        """One line for people."""
        if not self.as_json:
            self._out.print(_plain(text), soft_wrap=True)

    def class_mark(self, word: str) -> None:
        """How far what follows may go; nothing without a mark."""
        if word:
            self.line(f"Class mark: {word}")

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> None:
        """A table for people; the first ``left`` columns are text, the others numbers."""
        if self.as_json:
            return
        table = Table(
            title=title, title_justify="left", title_style="bold", header_style="bold", box=None, pad_edge=False
        )
        for number, column in enumerate(columns):
            table.add_column(column, justify="left" if number < left else "right", overflow="fold")
        for row in rows:
            table.add_row(*map(_plain, row))
        self._out.print(table)
        self._out.print()

    def result(self, **found: Any) -> None:
        """The result for a program."""
        if self.as_json:
            head = {"command": self.command, "version": __version__}
            print(_plain(json.dumps({**head, **found}, ensure_ascii=False, default=str)))

    def refused(self, refused: Refused) -> int:
        """One clear line on what cannot be done; the exit code."""
        message = loader.say(refused.code, refused.numbers)
        self.result(error={"code": refused.code, "message": message})
        if not self.as_json:
            self._err.print(f"rasr {self.command}: {_plain(message)}", soft_wrap=True)
        return Exit.NOT_DONE

    @contextmanager
    def progress(self, text: str) -> Iterator[Callable[[str, float], None]]:
        """A progress bar on the error stream while people watch; what it gives takes a step's name and share done."""
        if self.as_json or not sys.stderr.isatty():
            yield lambda _step, _share: None
            return
        columns = TextColumn(f"{text}: {{task.description}}"), BarColumn(), TimeElapsedColumn()
        with Progress(*columns, console=self._err, transient=True) as bar:
            task = bar.add_task("", total=1.0)
            yield lambda step, share: bar.update(task, description=step, completed=share)
