"""Every code that an intake of drawings can report, in one table. ``docs/reference/findings.md`` is generated from it."""

from dataclasses import dataclass

from geo_server.domain.findings import Finding, Severity


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of finding.

    Args:
        meaning: What it means, one sentence.
        advice: What to do, one sentence; empty when there is nothing to do.
    """

    severity: Severity
    meaning: str
    advice: str = ""


_ERROR, _FIXED, _NOTE = Severity.ERROR, Severity.FIXED, Severity.NOTE

CODES: dict[str, Code] = {
    "file-repaired": Code(
        _FIXED, "The file breaks the DXF rules and was repaired while reading.", "Run AUDIT and save it again."
    ),
    "dwg-beta": Code(
        _NOTE,
        "DWG is read without a CAD program, which is new; compare the result with the drawing.",
        "Save it as DXF R2013 if something is missing.",
    ),
    "dwg-unchecked": Code(
        _FIXED, "Only one of two readers can read this DWG file.", "Save it as DXF R2013 and bring that in."
    ),
    "dwg-readers-differ": Code(
        _ERROR,
        "Two readers find different numbers of objects in this DWG file, so that some may be lost.",
        "Save it as DXF R2013 and bring that in.",
    ),
    "xref-unresolved": Code(
        _ERROR, "The drawing refers to another file, which is not part of it.", "Bind the references and export again."
    ),
    "proxy-object": Code(
        _ERROR,
        "Objects of another program came without the lines that they are drawn as.",
        "Explode them or use EXPORTTOAUTOCAD (AECTOACAD), or set PROXYGRAPHICS to 1 and save again.",
    ),
    "not-finite": Code(_FIXED, "An object with coordinates that are no numbers, or far too large, was left out."),
    "unsupported-object": Code(_NOTE, "Objects of a type that says nothing about rooms were left out."),
    "curve-unreadable": Code(_FIXED, "A curve that cannot be drawn was left out.", "Redraw it with lines or arcs."),
    "solid-unread": Code(
        _ERROR,
        "A solid, a region or a surface, whose shape only a CAD program can work out, was left out.",
        "Explode it to lines, or draw what it shows from above as lines (FLATSHOT), and save again.",
    ),
    "text-shortened": Code(_FIXED, "A very long text was cut off."),
    "clipped-block": Code(_NOTE, "A block is clipped in the drawing; what its boundary hides was left out."),
    "picture-not-read": Code(
        _NOTE,
        "A picture, PDF or table of another program is shown in the drawing; it was not read.",
        "Trace it with lines.",
    ),
    "hidden-layer": Code(_NOTE, "A layer is switched off or frozen and was left out.", "Switch it on if it matters."),
    "hidden-names": Code(
        _FIXED, "Room names stand on layers that are switched off; they were read.", "Check that they are up to date."
    ),
    "all-layers-hidden": Code(_FIXED, "Every layer is switched off, so the switches were disregarded."),
    "layer-guessed": Code(
        _FIXED, "What a layer holds was guessed from its content, not from its name.", "Name wall layers A-WALL."
    ),
    "lines-sorted": Code(
        _FIXED,
        "A layer that was taken for walls holds other things too; they were told from the walls by how they are drawn.",
        "Put walls, doors, stairs and furniture on layers of their own.",
    ),
    "dashed-left-out": Code(
        _FIXED,
        "Dashed lines among walls that are not dashed were taken for what is above.",
        "Draw walls with the line type of their layer.",
    ),
    "frame-left-out": Code(
        _FIXED,
        "A small outline that stands by itself around a text was taken for the text's frame.",
        "Check that it is no closet; put frames on the layer of their texts.",
    ),
    "scale-from-header": Code(
        _FIXED, "Only the header says what a unit is.", "Give the unit, or check one known length."
    ),
    "scale-contradicts-header": Code(
        _FIXED, "The header names another unit than the drawing's content.", "Check one known length."
    ),
    "scale-unsure": Code(_ERROR, "The length of a unit is not sure.", "Give metres per unit."),
    "georeferenced": Code(
        _NOTE, "The file says where on the ground the drawing is.", "Check one spot that you know, such as a corner."
    ),
    "georeference-unusable": Code(
        _NOTE, "The file says where on the ground the drawing is, in a way that cannot be used.", "Give control points."
    ),
    "level-guessed": Code(_FIXED, "The order of a level was guessed.", "Give the ordinal of the level."),
    "level-kept": Code(_NOTE, "The drawing does not show this level; it is kept from an earlier revision."),
    "properties-mapped": Code(
        _NOTE,
        "Which property says what was found out by their names.",
        "Overrule it with --map, such as --map name=ROOM_NO.",
    ),
    "level-unknown": Code(_ERROR, "An object lies on a level that the file does not give, and was left out."),
    "transition-lost": Code(
        _ERROR,
        "Stairs, a ramp or an elevator that was known between two levels no longer fits what the drawing shows.",
        "Add it again if it is still there.",
    ),
    "correction-lost": Code(_ERROR, "A correction no longer fits what the drawing shows.", "Make it again if needed."),
    "levels-aligned": Code(_FIXED, "Levels drawn side by side were laid over each other."),
    "levels-not-aligned": Code(_ERROR, "A level could not be laid over the others.", "Place it by control points."),
    "level-repeated": Code(
        _ERROR,
        "A level is drawn more than once in the file; one drawing of it was read.",
        "Check that it is the one in force; delete the others.",
    ),
    "levels-alike": Code(
        _ERROR,
        "Two levels are drawn alike, and nothing written tells one from the other.",
        "Delete one if they are the same level drawn twice; else write a title beside each.",
    ),
    "building-apart": Code(
        _FIXED, "A small building that stands apart was taken for a part of the level.", "Check that it stands there."
    ),
    "buildings-beside": Code(
        _FIXED,
        "Buildings that are named beside each other were taken for parts of one level.",
        "Bring in each by itself if they are levels of one building.",
    ),
    "building-left-out": Code(
        _ERROR,
        "Walls with a door stand apart from every level and were left out.",
        "If they are a building, write names in its rooms, or bring it in as a drawing of its own.",
    ),
    "view-ignored": Code(_NOTE, "Linework that is no floor plan, or stands apart, was left out."),
    "detail-left-out": Code(
        _FIXED,
        "A drawing beside a plan was taken for a detail of it, and left out.",
        "If it is a level of its own, write its title beside it, such as 2ND FLOOR.",
    ),
    "no-walls": Code(_ERROR, "The drawing holds no walls.", "Check that the wall layers are on and in model space."),
    "no-plan": Code(
        _ERROR,
        "Nothing in the drawing is a floor plan: it shows sections, elevations or details.",
        "Bring in the drawing that shows the level from above; write its title below it.",
    ),
    "no-rooms": Code(
        _ERROR, "No wall encloses a space.", "Check for gaps in the walls, or draw a closed polyline per room."
    ),
    "gap-healed": Code(_FIXED, "A small gap between wall ends was closed."),
    "opening-assumed": Code(
        _FIXED, "A gap in a wall without a door symbol is taken for a way through.", "Check that people can pass."
    ),
    "gap-outside": Code(
        _NOTE,
        "A gap in an outside wall holds neither a door nor a window, and was taken for a window.",
        "Add a door if it is a way out.",
    ),
    "door-unplaced": Code(_NOTE, "A door symbol stands at no wall and was left out."),
    "door-doubtful": Code(
        _ERROR,
        "A symbol like a door stands at a wall that runs on behind it, unlike the others, and was taken for furniture.",
        "If it is a door, add it, or put it on a layer of doors.",
    ),
    "door-one-zone": Code(
        _ERROR, "A door has the same zone on both sides, or none.", "Check the walls around it for gaps."
    ),
    "niche-absorbed": Code(_FIXED, "A small space without a door or a name was added to its neighbour."),
    "cubicle-absorbed": Code(
        _FIXED,
        "Small places without doors behind partitions that are thinner than the walls were taken for parts of their room.",
        "If they are rooms of their own, write what they are for in them, or draw an outline around each.",
    ),
    "island-absorbed": Code(
        _FIXED,
        "Thin lines in the middle of a room, with no door into them, were taken for a marking on its floor.",
        "Check that they are no shaft, and no opening in the floor.",
    ),
    "shaft-dropped": Code(
        _NOTE, "A closed space without a door or a name that is too small or too narrow for people was left out."
    ),
    "ground-left-out": Code(
        _ERROR,
        "A nameless space that goes round the whole building, and that no door leads out of, was taken for the ground "
        "outside; doors into it count as exits.",
        "Check that it is outdoors; if not, write a name in it or draw its way out.",
    ),
    "areas-overlap": Code(_FIXED, "Drawn room outlines overlap; the later one was cut."),
    "outline-open": Code(_ERROR, "The outline of a space is not closed, so it was left out.", "Close it."),
    "shape-missing": Code(
        _ERROR, "A space of the model has no shape, or stands on no storey.", "Repair it in the program it comes from."
    ),
    "area-repaired": Code(_FIXED, "A drawn room outline crosses itself and was repaired."),
    "several-names": Code(
        _NOTE, "Several names stand in one zone.", "Draw room outlines if they should be zones of their own."
    ),
    "tag-not-name": Code(
        _FIXED,
        "Codes that recur under the names of different rooms were taken for finishes or the like, and name no room.",
        "Check that they are no numbers of rooms; put finishes on a layer of their own.",
    ),
    "label-outside": Code(_NOTE, "A room name lies in no zone."),
    "name-made-up": Code(_NOTE, "A zone has no name in the drawing and was numbered.", "Name it before publishing."),
    "area-differs": Code(
        _ERROR, "The written area of a room differs from its outline by more than 10 %.", "Check its walls for gaps."
    ),
    "zone-unsure": Code(
        _ERROR,
        "A zone is more likely wrong than right: what is known of its outline speaks against it.",
        "Compare it with the drawing, and merge, divide or remove it where it is wrong.",
    ),
    "zone-disputed": Code(
        _NOTE,
        "A second reading of the walls, by morphology, does not find a zone as it is.",
        "Compare its edge with the drawing.",
    ),
    "restriction-dropped": Code(
        _NOTE, "The file says who may enter some spaces; that is not kept.", "Close what people cannot pass."
    ),
    "zone-without-door": Code(
        _ERROR, "No opening leads into a zone.", "Check for a missing door symbol, or add an opening."
    ),
    "doors-unknown": Code(
        _ERROR, "The file knows no doors of most spaces of a level.", "Add the doors, or bring in the drawing instead."
    ),
    "zone-cut-off": Code(
        _ERROR, "No exit can be reached from a zone.", "Add the missing door or stairs before publishing."
    ),
    "no-exit": Code(_ERROR, "No door leads out of the level.", "Mark the exits."),
    "stairs-entry-assumed": Code(
        _ERROR,
        "A stairwell has no way in; one was assumed where a tread lies in the plane of its wall.",
        "Check on the spot that there is a door.",
    ),
    "stairs-unjoined": Code(_NOTE, "Stairs have no counterpart on the next level."),
}
"""Code to its meaning. Codes are stable: scripts and translations rely on them."""


def make_finding(
    code: str,
    message: str | None = None,
    *,
    at: tuple[float, float] | None = None,
    ordinal: int | None = None,
    layer: str | None = None,
    handle: str | None = None,
    count: int = 1,
) -> Finding:
    """A finding with the severity and advice of its code.

    Args:
        code: One of :data:`CODES`.
        message: One sentence; the code's meaning when None.
        at: Place in drawing metres.
        ordinal: Level, or None.
        layer: Layer in the drawing, or None.
        handle: Handle of the object, or None.
        count: How many objects it stands for.
    """
    entry = CODES[code]
    x, y = at if at is not None else (None, None)
    return Finding(
        code, entry.severity, message or entry.meaning, entry.advice, x, y, ordinal, layer, handle or None, count
    )
