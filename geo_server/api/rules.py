"""Every address of the application with the rule that it declares: for the check at start, the tests and OpenAPI."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.routing import Mount, Route

from geo_server.api.deps import Declared, Public, Requires, Rule, SignedIn


@dataclass(frozen=True, slots=True)
class Address:
    """One address.

    Args:
        methods: In order.
        path: With its parameters in braces; of a mounted app its prefix.
        rule: None is a bug.
    """

    methods: tuple[str, ...]
    path: str
    rule: Rule | None


def list_addresses(app: FastAPI) -> list[Address]:
    """All addresses of an application, mounted raw ASGI apps too."""
    return [_address(context) for context in iter_route_contexts(app.routes)]


def describe(app: FastAPI) -> None:
    """Make the OpenAPI document say of each operation who may call it."""
    rules = {
        (method.lower(), address.path): address.rule for address in list_addresses(app) for method in address.methods
    }
    make = app.openapi

    def openapi() -> dict[str, Any]:
        document = make()
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                operation["x-access"] = str(rules[method, path])
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI documents it


def _address(context: RouteContext) -> Address:
    route = context.original_route
    if isinstance(route, APIRoute):
        return Address(tuple(sorted(context.methods or ())), context.path or "", _rule_of(context.dependant))
    app = route.app if isinstance(route, Route | Mount) else None
    path = route.path if isinstance(route, Route | Mount) else repr(route)
    if isinstance(app, Declared):
        return Address(app.methods, path, app.rule)
    return Address((), path, None)


def _rule_of(dependant: Dependant) -> Rule | None:
    return next(_rules(dependant.dependencies), None)


def _rules(dependants: Sequence[Dependant]) -> Iterator[Rule]:
    for dependant in dependants:
        if isinstance(dependant.call, Requires | SignedIn | Public):
            yield dependant.call
