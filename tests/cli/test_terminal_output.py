"""Plain tables are laid out without rich, and as rich lays them out."""

from hypothesis import given
from hypothesis import strategies as st

from fencekit.cli.terminal_output import align_columns, draw_plain
from fencekit.reporting.replay_text import Table

CELLS = st.text("ab 1,.-", max_size=6) | st.text(max_size=4)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Draw a table of up to four columns, with a header or without."""
    columns = draw(st.integers(1, 4))
    row = st.tuples(*[CELLS] * columns)
    rows = draw(st.lists(row, max_size=4))
    header = draw(row | st.just(("",) * columns))
    return Table(header=header, rows=tuple(rows), styles=("",) * len(rows))


@given(tables())
def test_a_plain_table_is_laid_out_as_rich_does_it(table: Table) -> None:
    lines = align_columns(table)
    assert lines is None or lines == draw_plain(table)


def test_what_is_not_plain_is_left_to_rich() -> None:
    wide = Table(header=("", ""), rows=(("漢字", "1"),), styles=("",))
    assert align_columns(wide) is None
    plain = Table(header=("", "n"), rows=(("a", "1"), ("bcd", "12")), styles=("", ""))
    assert align_columns(plain) == ["      n", "a     1", "bcd  12"] == draw_plain(plain)
