"""A workbook in the making: its looks, and cells that keep a planner's words apart from formulas."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from sim.report.format import Number, decimal, label

LETTERS_MAX = 500
LINE_POINTS = 15
FORMATS: dict[str, dict[str, object]] = {
    "title": {"bold": True, "font_size": 14},
    "head": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"},
    "head_right": {
        "bold": True,
        "bottom": 1,
        "text_wrap": True,
        "valign": "bottom",
        "align": "right",
    },
    "note": {"italic": True, "font_color": "#595959"},
    "bold": {"bold": True},
    "text": {},
    "money": {"num_format": "{money}"},
    "money_or_words": {"num_format": "{money}", "align": "right"},
    "money_total": {"num_format": "{money}", "bold": True, "top": 1},
    "money_input": {"num_format": "{money}", "font_color": "#0000FF", "bg_color": "#FFFBE6"},
    "price": {"num_format": "{price}"},
    "variance": {"num_format": "{variance}"},
    "count": {"num_format": "#,##0.000000"},
    "unit": {"indent": 1},
    "right": {"align": "right", "valign": "top"},
    "number": {"num_format": "#,##0"},
    "number_or_words": {"num_format": "#,##0", "align": "right"},
    "share": {"num_format": "0.0%"},
    "share_fine": {"num_format": "0.00%"},
    "share_input": {"num_format": "0.0%", "font_color": "#0000FF", "bg_color": "#FFFBE6"},
    "seconds": {"num_format": '#,##0.00" s"'},
}
"""Blue on yellow may be changed; black is computed."""
COLORS = ("#1F4E79", "#2E8B8B", "#C98B2B", "#7A5195", "#8C8C8C", "#B0413E", "#5B8C3A", "#44546A")


class Book:
    """The workbook and its sheets by name."""

    def __init__(self, raw: Any, currency: str, scenario_hash: str) -> None:
        self.raw = raw
        self.currency = currency
        self._footer = f"&L&9scenario {scenario_hash}&C&9forecast by simulation&R&9page &P of &N"
        self._sheets: dict[str, Any] = {}
        symbol = "[$$-409]" if currency == "USD" else f"[${currency}] "
        self.axis_money = f"{symbol}#,##0"
        written = {
            "{money}": f"{symbol}#,##0.00;[Red]-{symbol}#,##0.00",
            "{variance}": f"+{symbol}#,##0.00;-{symbol}#,##0.00;{symbol}0.00",
            "{price}": f"{symbol}#,##0.00########",
        }
        self.formats = {
            name: raw.add_format({k: written.get(str(v), v) for k, v in look.items()})
            for name, look in FORMATS.items()
        }

    def add(self, name: str) -> None:
        """Add a sheet that prints on one page's width."""
        sheet = self.raw.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(self._footer)
        self._sheets[name] = sheet

    def sheet(self, name: str) -> Any:
        """Return a sheet of XlsxWriter's."""
        return self._sheets[name]

    def chart(self, kind: str, title: str, description: str, **more: str) -> Any:
        """Return a chart with a title and words for those who cannot see it."""
        chart = self.raw.add_chart({"type": kind, **more})
        chart.set_title({"name": title, "name_font": {"size": 12}, "overlay": False})
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": 620, "height": 320})
        chart.set_y_axis(self.axis(self.axis_money))
        chart.described = {"description": description, "object_position": 2}
        return chart

    def axis(self, num_format: str, **more: Any) -> dict[str, Any]:
        """Return the looks of an upright axis."""
        lines = {"visible": True, "line": {"color": "#D9D9D9", "width": 0.75}}
        return {"num_format": num_format, "major_gridlines": lines, "line": {"none": True}, **more}


class Cells:
    """Rows of one sheet, written from the top."""

    def __init__(self, book: Book, name: str) -> None:
        self.book, self.sheet, self.row = book, book.sheet(name), 0

    def text(self, column: int, words: object, look: str = "text") -> None:
        """Write a planner's words: never a formula, never a link."""
        clean = label(words, LETTERS_MAX).encode("utf-8", "replace").decode()
        self.sheet.write_string(self.row, column, clean, self.book.formats[look])

    def number(self, column: int, value: Number | None, look: str) -> None:
        """Write a number; one that does not exist leaves an empty cell with the same look."""
        known = decimal(value)
        if known is None:
            self.sheet.write_blank(self.row, column, None, self.book.formats[look])
        else:
            self.sheet.write_number(self.row, column, float(known), self.book.formats[look])

    def formula(self, column: int, formula: str, value: Decimal | str | int, look: str) -> None:
        """Write a formula with the value that it has."""
        shown = float(value) if isinstance(value, Decimal) else value
        self.sheet.write_formula(self.row, column, formula, self.book.formats[look], shown)

    def heads(self, words: Sequence[str], left: int = 1, *, lines: int = 1) -> None:
        """Write the titles of columns, those of numbers at the right, and step on; each page repeats them.

        Args:
            words: the titles.
            left: so many columns are text.
            lines: on how many lines the longest title stands.
        """
        for column, word in enumerate(words):
            self.text(column, word, "head" if column < left else "head_right")
        self.sheet.set_row(self.row, LINE_POINTS * lines)
        self.sheet.repeat_rows(self.row)
        self.row += 1

    def line(self, words: object, look: str = "text") -> None:
        """Write one text and step on."""
        self.text(0, words, look)
        self.row += 1


def cell(row: int, column: int, *, fixed: bool = False) -> str:
    """Return a cell's name, such as `C7`, or `$C$7`."""
    return str(xl_rowcol_to_cell(row, column, row_abs=fixed, col_abs=fixed))


def span(first: tuple[int, int], last: tuple[int, int], *, fixed_columns: bool = False) -> str:
    """Return a range, such as `C7:C12`."""
    names = [xl_rowcol_to_cell(row, column, col_abs=fixed_columns) for row, column in (first, last)]
    return ":".join(names)
