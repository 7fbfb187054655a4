"""Signed deliveries, as the Standard Webhooks specification has them (https://www.standardwebhooks.com).

Terminology:
    signed content: the delivery's id, its timestamp and its body, joined by full stops.
    signature: ``v1,`` and the Base64 of HMAC-SHA256 over the signed content; several may stand in a header, with blanks
        between them, while a secret is being replaced.
    secret: ``whsec_`` and the Base64 of the key.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

TOLERANCE_S = 300.0
"""A delivery is of now: its timestamp may be so far from this server's clock, either way."""

SECRET_PREFIX = "whsec_"  # noqa: S105 -- what comes before a secret
LONGEST_HEADER = 1000


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as it arrived.

    Args:
        id: Of the delivery; the same when it is sent again.
        timestamp: Seconds since 1970 as text, as it was signed.
        signature: The header.
        body: As it was signed, byte for byte.
    """

    id: str
    timestamp: str
    signature: str
    body: bytes

    def is_signed_by(self, key: bytes) -> bool:
        """Whether one of its signatures was made with a key. Takes as long for a wrong one as for a right one."""
        expected = sign(key, self.id, self.timestamp, self.body).encode()
        given = self.signature[:LONGEST_HEADER].encode("utf-8", "replace").split(b" ")
        return any([hmac.compare_digest(expected, one) for one in given])  # noqa: C419 -- all are compared

    def age_s(self, now: datetime) -> float | None:
        """Seconds since it was sent, negative when its clock is ahead; None of a timestamp that is no number."""
        if not (self.timestamp.isascii() and self.timestamp.isdigit() and len(self.timestamp) <= 12):
            return None
        return now.timestamp() - int(self.timestamp)


def sign(key: bytes, delivery_id: str, timestamp: str, body: bytes) -> str:
    """The signature of a delivery."""
    content = b".".join((delivery_id.encode("utf-8", "replace"), timestamp.encode("utf-8", "replace"), body))
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def secret_text(key: bytes) -> str:
    """A key as people copy it."""
    return SECRET_PREFIX + base64.b64encode(key).decode()
