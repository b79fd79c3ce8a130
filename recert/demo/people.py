"""The people of the demo estate; they are as synthetic as it is."""

from dataclasses import dataclass

PERSONA = "maria.sanchez"
"""Who the user of the demo acts as unless they say who they are: the owner of the HR assistant."""

OWNER = "agnes.lindholm"
"""Who owns the demo's campaigns."""


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A synthetic person; `id` is written as in the owner tags of the estate."""

    id: str
    name: str
    roles: tuple[str, ...]


PEOPLE = (
    DemoPerson("maria.sanchez", "Maria Sanchez (synthetic)", ("reviewer", "applier")),
    DemoPerson(
        "agnes.lindholm", "Agnes Lindholm (synthetic)", ("campaign_owner", "approver", "applier")
    ),
    DemoPerson("dana.whitfield", "Dana Whitfield (synthetic)", ("reviewer",)),
    DemoPerson("jonas.keller", "Jonas Keller (synthetic)", ("reviewer", "applier")),
    DemoPerson("omar.reyes", "Omar Reyes (synthetic)", ("reviewer",)),
    DemoPerson("priya.nair", "Priya Nair (synthetic)", ("reviewer", "approver")),
    DemoPerson("tom.becker", "Tom Becker (synthetic)", ("reviewer",)),
    DemoPerson("ulrike.brandt", "Ulrike Brandt (synthetic)", ("auditor",)),
)
