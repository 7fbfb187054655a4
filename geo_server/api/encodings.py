"""What a client takes (RFC 9110, 12.5.3)."""


def accepts_gzip(accepted: str) -> bool:
    """Whether an ``Accept-Encoding`` header takes gzip."""
    for part in accepted.lower().split(","):
        coding, _, quality = part.partition(";")
        if coding.strip() in {"gzip", "*"}:
            return quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False
