"""Lines and tables of text for a terminal of any width, encoding and palette."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from sim.report import format as form

SIGNS = "✓✗≤≥█·–−…×—"
WIDTH_MIN = 40
WIDTH_MAX = 120
NAME_CELLS_MIN = 14


@dataclass(frozen=True, slots=True)
class Screen:
    """What is known of the place where the text will stand."""

    width: int = 100
    encoding: str = "utf-8"
    color: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; the first is on the left, numbers on the right."""

    title: str
    cells: list[str]
    left: bool = False
    rank: int = 0
    """Where the screen is narrow the column with the highest rank goes first; 0 stays."""


class Page:
    """Lines of text in the making."""

    def __init__(self, screen: Screen) -> None:
        self.width = max(WIDTH_MIN, min(screen.width, WIDTH_MAX))
        self._screen = screen
        self.signs_fit = form.plain(SIGNS, screen.encoding) == SIGNS
        self._lines: list[Text] = []

    def words(self, text: str) -> str:
        """Return a text in signs that the screen can show."""
        fit = text if self.signs_fit else text.translate(form.ASCII)
        return form.plain(fit, self._screen.encoding)

    def line(self, *parts: str | tuple[str, str]) -> None:
        """Add a line of texts, or (text, style) pairs; too long a line is cut."""
        text = Text(no_wrap=True)
        for part in parts:
            words, style = part if isinstance(part, tuple) else (part, "")
            text.append(self.words(words), style=style)
        text.truncate(self.width, overflow="ellipsis" if self.signs_fit else "crop")
        self._lines.append(text)

    def paragraph(self, text: str, style: str = "", indent: int = 0) -> None:
        """Add words that flow over as many lines as they need."""
        self.item(" " * indent, text, style)

    def item(self, lead: str, text: str, style: str = "") -> None:
        """Add words that flow beside a lead, which stands on their first line alone."""
        pad, line = self.words(lead), ""
        for word in self.words(text).split():
            if line and cell_len(f"{pad}{line} {word}") > self.width:
                self.line((pad + line, style))
                pad, line = " " * cell_len(pad), word
            else:
                line = f"{line} {word}".strip()
        self.line((pad + line, style))

    def table(self, columns: Sequence[Column], styles: Sequence[str] = ()) -> set[str]:
        """Add a table; return the titles of the columns that had no room."""
        kept, dropped = _fitting([self._known(c) for c in columns], self.width)
        widths = [max(cell_len(text) for text in (c.title, *c.cells)) for c in kept]
        self.line(*_row([c.title for c in kept], kept, widths, "dim"))
        for index in range(len(kept[0].cells)):
            style = styles[index] if index < len(styles) else ""
            self.line(*_row([c.cells[index] for c in kept], kept, widths, style))
        return dropped

    def room(self, columns: Sequence[Column]) -> int:
        """Return how many cells are left beside a table."""
        return self.width - _table_width([self._known(c) for c in columns]) - 2

    def text(self) -> str:
        """Return the page, with colour only where the screen has it."""
        out = io.StringIO()
        console = Console(
            file=out,
            width=self.width + 1,
            force_terminal=self._screen.color,
            color_system="standard" if self._screen.color else None,
            no_color=not self._screen.color,
            legacy_windows=False,
            highlight=False,
            markup=False,
            emoji=False,
        )
        for line in self._lines:
            line.rstrip()
            console.print(line, no_wrap=True, crop=False, overflow="ignore")
        return out.getvalue()

    def _known(self, column: Column) -> Column:
        cells = [self.words(cell) for cell in column.cells]
        return Column(self.words(column.title), cells, column.left, column.rank)


def _fitting(columns: list[Column], width: int) -> tuple[list[Column], set[str]]:
    """Drop columns, then shorten the names, until a table fits."""
    kept, dropped = list(columns), set()
    while ranked := [column for column in kept if column.rank]:
        last = max(ranked, key=lambda column: column.rank)
        # The column that goes last is worth more than the ends of long names.
        spare = _name_spare(kept) if last.rank == 1 else 0
        if _table_width(kept) - spare <= width:
            break
        kept.remove(last)
        dropped.add(last.title)
    over = _table_width(kept) - width
    if over > 0:
        name = max(range(len(kept)), key=lambda i: _column_width(kept[i]) if kept[i].left else 0)
        room = max(NAME_CELLS_MIN, _column_width(kept[name]) - over)
        cells = [form.label(cell, room) for cell in kept[name].cells]
        kept[name] = Column(form.label(kept[name].title, room), cells, left=True)
    return kept, dropped


def _table_width(columns: Sequence[Column]) -> int:
    return sum(_column_width(c) for c in columns) + 2 * (len(columns) - 1)


def _column_width(column: Column) -> int:
    return max(cell_len(text) for text in (column.title, *column.cells))


def _name_spare(columns: Sequence[Column]) -> int:
    """How much the widest column of names could give up before it says nothing."""
    return max((_column_width(c) - 24 for c in columns if c.left and not c.rank), default=0)


def _row(
    cells: Sequence[str], columns: Sequence[Column], widths: Sequence[int], style: str
) -> list[str | tuple[str, str]]:
    parts: list[str | tuple[str, str]] = []
    for index, (cell, column, width) in enumerate(zip(cells, columns, widths, strict=True)):
        pad = " " * (width - cell_len(cell))
        text = cell + pad if column.left else pad + cell
        lead = "  " if index else ""
        parts.append((lead + text, style if index == 0 or style == "dim" else ""))
    return parts
