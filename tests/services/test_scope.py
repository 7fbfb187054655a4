"""Work on one site says so to the database."""

import ast
from collections.abc import Iterator
from pathlib import Path

import geo_server

PACKAGE = Path(geo_server.__file__).parent

OF_ALL_SITES = {
    "cli/export.py": {"export"},
    "cli/phone.py": {"phone"},
    "cli/server.py": {"_list_sites"},
    "cli/source.py": {"add", "list_all", "revoke"},
    "cli/token.py": {"token"},
    "services/access.py": {"sign_in", "sign_out", "authenticate", "_look_up", "list_own_sites"},
    "services/audits.py": {"verify_audits"},
    "services/campuses.py": {"_find_or_name_site"},
    "services/plans.py": {"_list_behind"},
    "services/published.py": {"list_sites"},
    "services/reaches.py": {"draw_missing"},
    "services/reading.py": {"_begin"},
    "services/responder_links.py": {"open_responder_link"},
    "services/site_links.py": {"open_site_link"},
    "services/sources.py": {"open_delivery"},
    "services/retention.py": {"forget_old_events", "forget_abandoned_files", "forget_old_concerns"},
}
"""Who may see the rows of all sites: before it is known which site it is about, or because it is about all."""


def _unscoped() -> Iterator[tuple[str, str]]:
    for room in ("api", "cli", "services"):
        for path in (PACKAGE / room).rglob("*.py"):
            for function in ast.walk(ast.parse(path.read_text())):
                if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and _opens_all(function):
                    yield path.relative_to(PACKAGE).as_posix(), function.name


def _opens_all(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"transaction", "snapshot"}
        and not node.args
        for node in ast.walk(function)
    )


def test_only_what_is_of_no_site_or_of_all_opens_a_transaction_that_sees_all_sites() -> None:
    found: dict[str, set[str]] = {}
    for path, name in _unscoped():
        found.setdefault(path, set()).add(name)
    assert found == OF_ALL_SITES
