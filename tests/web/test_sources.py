"""What can be read off the page's sources without a browser."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "geo_server" / "web"
SCRIPTS = sorted((WEB / "static" / "js").glob("*.js"))
CATALOGUE = [path for path in SCRIPTS if path.name.startswith("strings_en")]
OWN = "\n".join(path.read_text(encoding="utf-8") for path in SCRIPTS if path not in CATALOGUE)
KEYS = [
    key for path in CATALOGUE for key in re.findall(r'^  "([^"]+)":', path.read_text(encoding="utf-8"), re.MULTILINE)
]


def test_nothing_is_ever_parsed_as_html() -> None:
    assert (
        re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function", OWN) == []
    )


def test_every_text_that_is_asked_for_exists_and_none_is_left_over() -> None:
    counted = {key.removesuffix(".one") for key in KEYS if key.endswith(".one")}
    forms = counted | {key for key in KEYS if key.rpartition(".")[0] not in counted}
    asked = set(re.findall(r'"([a-z_]+\.[a-z_0-9.]+)"', OWN)) & forms | {
        key for key in forms for start in re.findall(r"`([a-z_.]+)\$\{", OWN) if key.startswith(start)
    }
    chips = {key for key in forms if re.fullmatch(r"report\.(when|exact)_\d+", key)}
    assert forms - asked - chips == set()
    assert set(re.findall(r'\bt\("([^"]+)"', OWN)) <= set(KEYS)
    assert len(KEYS) == len(set(KEYS))


def test_the_shell_has_no_script_or_style_of_its_own() -> None:
    shell = (WEB / "index.html").read_text(encoding="utf-8")
    assert re.findall(r"<style|\bstyle=|\bon[a-z]+=|<script(?![^>]*\bsrc=)", shell) == []
    assert re.findall(r"https?://", shell) == []


def test_the_lock_file_names_no_download_address_and_a_hash_for_each_package() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert all("resolved" not in package for package in packages.values())
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
