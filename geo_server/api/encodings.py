"""What a client takes (RFC 9110, 12.5.3)."""


def accepts_gzip(accepted: str) -> bool:
    """Whether an ``Accept-Encoding`` header takes gzip: by its name, whatever is said of all others with ``*``.

    A weight that is no number takes nothing: plain is never wrong.
    """
    weights = dict(_weighed(part) for part in accepted.lower().split(","))
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def _weighed(part: str) -> tuple[str, float]:
    """A coding and its weight, 1 where none is said."""
    coding, *parameters = (word.strip() for word in part.split(";"))
    named = (parameter.partition("=") for parameter in parameters)
    weight = next((value for name, _, value in named if name.strip() == "q"), "1")
    try:
        return coding, float(weight)
    except ValueError:
        return coding, 0.0
