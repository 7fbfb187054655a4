"""Settings come from the environment; a broken one is named."""

from pathlib import Path

import pytest

from geo_server.domain.errors import InvalidInput
from geo_server.settings import Settings, find_unknown_settings, load_settings


def test_the_command_line_outranks_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEO_SERVER_PORT", "9000")
    monkeypatch.setenv("GEO_SERVER_DATA_DIR", "/somewhere")
    settings = load_settings(port=9001, host=None)
    assert settings.port == 9001
    assert settings.host == "127.0.0.1"
    assert settings.data_dir == Path("/somewhere")


def test_a_broken_value_is_one_line_that_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEO_SERVER_PORT", "eighty")
    with pytest.raises(InvalidInput) as refusal:
        load_settings()
    assert str(refusal.value).startswith("GEO_SERVER_PORT: ")
    assert "'eighty'" in str(refusal.value)


def test_data_is_never_kept_inside_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GEO_SERVER_DATA_DIR", raising=False)
    package = Path(__file__).parents[1] / "geo_server"
    assert not load_settings().data_dir.is_relative_to(package)


def test_a_persons_data_goes_where_xdg_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GEO_SERVER_DATA_DIR", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", "/home/kim/data")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert load_settings().data_dir == Path("/home/kim/data/geo-server")


def test_a_relative_xdg_folder_is_disregarded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GEO_SERVER_DATA_DIR", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", "data")
    monkeypatch.setenv("HOME", "/home/kim")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert load_settings().data_dir == Path("/home/kim/.local/share/geo-server")


def test_a_user_without_a_home_is_told_to_name_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "XDG_DATA_HOME", "GEO_SERVER_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name in ("getuid", "geteuid"):
        monkeypatch.setattr(f"os.{name}", lambda: 2_000_000_000)
    with pytest.raises(InvalidInput, match=r"GEO_SERVER_DATA_DIR: This user has no home folder.* Set it to a folder\."):
        load_settings()


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATA_DIR", "DATABASE_URL", "PORT"):
        monkeypatch.setenv(f"GEO_SERVER_{name}", "")
    settings = load_settings()
    assert settings.data_dir != Path()
    assert settings.database_url is None
    assert settings.port == 8080


@pytest.mark.parametrize("blank", ["", "  "])
def test_a_folder_without_a_name_is_refused_and_never_taken_for_the_current_one(blank: str) -> None:
    with pytest.raises(InvalidInput, match="GEO_SERVER_DATA_DIR: Give the path of a folder, not '"):
        load_settings(data_dir=blank)
    assert load_settings(data_dir=".").data_dir == Path()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://map.example.org", "https://map.example.org"),
        ("http://map.example.org:8080/", "http://map.example.org:8080"),
        ("HTTPS://Map.Example.org:443", "https://map.example.org"),
        ("http://[2001:db8::1]:81", "http://[2001:db8::1]:81"),
    ],
)
def test_the_public_address_is_kept_as_browsers_write_an_origin(
    monkeypatch: pytest.MonkeyPatch, given: str, kept: str
) -> None:
    monkeypatch.setenv("GEO_SERVER_PUBLIC_URL", given)
    assert load_settings().public_url == kept


@pytest.mark.parametrize(
    "given",
    ["map.example.org", "localhost:8080", "ftp://map.example.org", "https://", "https:// ", "http://map.example.org:99999",
     "https://example.org/map", "https://example.org/?", "https://kim@example.org", "javascript:alert(1)"],
)  # fmt: skip
def test_what_is_no_web_address_of_a_host_is_refused_with_an_example(
    monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv("GEO_SERVER_PUBLIC_URL", given)
    with pytest.raises(InvalidInput, match=r"GEO_SERVER_PUBLIC_URL: Give http:// or https://") as refusal:
        load_settings()
    assert "\n" not in str(refusal.value)


def test_a_misspelt_variable_is_named_with_the_setting_that_was_meant() -> None:
    assert find_unknown_settings({"GEO_SERVER_PROT": "9000"}) == [
        "GEO_SERVER_PROT is not a setting; did you mean GEO_SERVER_PORT?"
    ]
    (about,) = find_unknown_settings({"GEO_SERVER_XYZZY": "1"})
    assert all(name.upper() in about for name in Settings.model_fields)


def test_settings_and_what_belongs_to_others_are_not_named() -> None:
    others = {"HOME": "/root", "GEO_SERVERS": "1", "geo_server_port": "9000"}
    assert find_unknown_settings({f"GEO_SERVER_{name.upper()}": "" for name in Settings.model_fields} | others) == []
