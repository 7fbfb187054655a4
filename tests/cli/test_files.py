"""Files are read within a limit and written whole or not at all."""

import os
from pathlib import Path

import pytest

from geo_server.cli.files import check_target, read_whole, shown, write_whole
from geo_server.domain.errors import GeoServerError, InvalidInput, NotFound, TooLarge, Unavailable

MIB = 2**20


def test_a_file_up_to_the_limit_is_read_and_one_byte_more_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(bytes(MIB))
    assert len(read_whole(file, 1, "Split it.")) == MIB
    file.write_bytes(bytes(MIB + 1))
    with pytest.raises(TooLarge, match=r"larger than 1 MiB\. Split it\."):
        read_whole(file, 1, "Split it.")


def test_neither_a_sparse_file_nor_a_stream_without_end_is_read_into_memory(tmp_path: Path) -> None:
    huge = tmp_path / "huge"
    with huge.open("wb") as file:
        file.truncate(2**40)
    for source in (huge, Path("/dev/zero")):
        with pytest.raises(TooLarge):
            read_whole(source, 1, "Split it.")


def test_what_is_no_file_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    for name, kind in (("missing", NotFound), (".", InvalidInput), ("loop", InvalidInput), ("x" * 300, InvalidInput)):
        with pytest.raises(kind) as refusal:
            read_whole(tmp_path / name, 1, "")
        assert refusal.value.where == str(tmp_path / name)
        assert refusal.value.advice


def test_a_file_is_replaced_whole_and_keeps_its_rights(tmp_path: Path) -> None:
    to = tmp_path / "a.geojson"
    to.write_text("old and longer")
    to.chmod(0o604)
    write_whole(to, b"new")
    assert to.read_bytes() == b"new"
    assert to.stat().st_mode & 0o777 == 0o604
    assert list(tmp_path.iterdir()) == [to]


def test_a_new_file_has_the_rights_that_the_umask_leaves(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "a", b"new")
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


def test_what_cannot_be_written_whole_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    to = tmp_path / "a"
    to.write_text("old")
    with pytest.raises(TypeError):
        write_whole(to, "no bytes")  # type: ignore[arg-type]
    assert to.read_text() == "old"
    assert list(tmp_path.iterdir()) == [to]


def test_a_link_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("target")
    write_whole(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_bytes() == b"new"


def test_a_device_is_written_to_and_not_replaced() -> None:
    write_whole(Path("/dev/null"), b"new")
    assert Path("/dev/null").is_char_device()


def test_a_full_disk_is_said_to_be_one() -> None:
    with pytest.raises(Unavailable, match="No space left"):
        write_whole(Path("/dev/full"), b"new")


@pytest.mark.parametrize("name", [".", "missing/a", "loop", "file/a"])
def test_a_target_that_cannot_be_is_refused_before_the_work(tmp_path: Path, name: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").touch()
    with pytest.raises(GeoServerError) as refusal:
        check_target(tmp_path / name)
    assert refusal.value.where == "--to"


def test_a_name_that_is_no_text_can_be_shown() -> None:
    assert shown(Path(os.fsdecode(b"plan-\xff.dxf"))) == "plan-\ufffd.dxf"
