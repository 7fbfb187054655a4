"""Whether a client takes gzip, by what its header says."""

import pytest

from geo_server.api.encodings import accepts_gzip


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        ("", False),
        ("identity", False),
        ("br", False),
        ("gzip", True),
        ("GZIP", True),
        ("br, gzip;q=0.5", True),
        ("gzip ; Q = 0.001", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("gzip;q=0;x=1", False),
        ("gzip;x=1;q=0", False),
        ("gzip;q=lots", False),
        ("*", True),
        ("*;q=0", False),
        ("*;q=0, gzip", True),
        ("gzip;q=0, *", False),
        ("*, gzip;q=0", False),
    ],
)
def test_gzip_is_taken_where_its_name_has_a_weight_and_without_its_name_where_any_has(header: str, taken: bool) -> None:
    assert accepts_gzip(header) is taken
