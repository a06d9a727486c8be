"""The table of brands in a narrow terminal."""

from io import StringIO

import pytest
from rich.console import Console

from relayd.terminal_networks import networks


@pytest.mark.parametrize("width", [80, 100, 200])
def test_the_name_that_goes_into_the_file_is_whole_however_narrow_the_terminal(width: int) -> None:
    """Two rows both named "tesco-m…" help nobody."""
    said = StringIO()
    assert networks("tesco", console=Console(width=width, file=said)) == 0
    for word in ("tesco-mobile-uk", "tesco-mobile-ie", "o2-uk", "three-ie"):
        assert word in said.getvalue()
