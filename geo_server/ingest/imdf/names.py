"""What an archive calls things: labels in several languages, and ids."""

from uuid import UUID, uuid5

from geo_server.ingest.imdf.archive import ImdfFeature

NAMESPACE = UUID("c5b8b0b5-6a9e-5f4e-8a60-0f5d0f7d8f21")
"""Of ids that are made of what an archive calls a thing; its own UUIDs are kept."""


def imdf_id(*parts: object) -> UUID:
    """The id of a thing made of an archive's features; a feature's own UUID is kept."""
    if len(parts) == 1:
        try:
            return UUID(str(parts[0]))
        except ValueError:
            pass
    return uuid5(NAMESPACE, "/".join(str(part) for part in parts))


def label(feature: ImdfFeature, language: str, key: str = "name") -> str:
    """A feature's label: in the archive's language, else in English, else in the first that it has."""
    labels = feature.properties.get(key)
    if not isinstance(labels, dict):
        return ""
    texts = {str(tag): text.strip() for tag, text in labels.items() if isinstance(text, str) and text.strip()}
    for tag in (language, language.partition("-")[0], "en"):
        if tag in texts:
            return texts[tag][:200]
    return next(iter(texts.values()), "")[:200]
