"""Whose telephone number is whose, so that a text message can be a report.

Terminology:
    number: as ITU-T E.164 writes it: a plus, the country and the rest, 8 to 15 digits.
    hash of a number: scrypt (RFC 7914) with the site's id as salt. Numbers are few enough to be tried one by one, so that
        a fast hash would hide nothing; this one takes a few hundredths of a second a number.
"""

import hashlib
import re
from uuid import UUID

from geo_server.domain.errors import InvalidInput, NotFound
from geo_server.domain.places import Site
from geo_server.store.access import find_member
from geo_server.store.audit import record_audit
from geo_server.store.database import Database
from geo_server.store.texts import remove_phone, set_phone

_WORK = {"n": 2**14, "r": 8, "p": 1, "maxmem": 64 * 2**20}


def set_number(database: Database, site: Site, name: str, number: str | None) -> None:
    """Say which number a person of a site sends text messages from; None forgets it.

    Raises:
        InvalidInput: That is no number.
        NotFound: Nobody of that name is on the site, or there is no number to forget.
    """
    hashed = None if number is None else hash_number(site.id, number)
    with database.transaction(site.id) as c:
        person_id = find_member(c, site.id, name)
        if person_id is None:
            raise NotFound(
                f"Nobody called {name!r} is on this site.",
                where="--name",
                advice="Let them in first: geo-server token SITE --role ROLE --name NAME.",
            )
        if hashed is not None:
            set_phone(c, site.id, person_id, hashed)
        elif not remove_phone(c, site.id, person_id):
            raise NotFound(f"No number of {name!r} is known.", where="--name")
        action = "phone_removed" if hashed is None else "phone_set"
        record_audit(c, site_id=site.id, person_id=None, action=action, subject=str(person_id), detail={})


def hash_number(site_id: UUID, number: str) -> bytes:
    """What the database keeps of a number: 32 bytes.

    Raises:
        InvalidInput: That is no number.
    """
    plain = re.sub(r"[\s().\-/]", "", number)
    plain = re.sub(r"^00", "+", plain)
    if re.fullmatch(r"\+[1-9][0-9]{7,14}", plain) is None:
        raise InvalidInput(
            f"{number[:40]!r} is no telephone number.",
            where="number",
            advice="Write it with its country, such as +1 555 010 0199.",
        )
    return hashlib.scrypt(plain.encode("ascii"), salt=site_id.bytes, dklen=32, **_WORK)


def hash_sender(site_id: UUID, sender: str) -> bytes:
    """The hash of whoever a message is from; also of a name or a short code, which is nobody's number."""
    try:
        return hash_number(site_id, sender)
    except InvalidInput:
        return hashlib.sha256(site_id.bytes + b"no number " + sender.encode("utf-8", "replace")).digest()
