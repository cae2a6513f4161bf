"""Which stations something is meant for, as forms ask for it and tables say it."""

from contactor.console.api_client import Json
from contactor.console.fields import Field, FieldKind

_NAME = Field("names", FieldKind.TEXT, True, length_max=255, title="Model or station")
STATIONS = Field(
    "stations",
    FieldKind.OBJECT,
    True,
    fields=(
        Field("kind", FieldKind.CHOICE, True, choices=("all", "models", "stations"), title="Which"),
        Field("names", FieldKind.LIST, False, item=_NAME, title="Their names; none for all"),
    ),
    title="Stations",
)


def scope_words(scope: Json) -> str:
    """A choice of stations or tags in a few words."""
    names = scope["names"]
    if not names:
        return "all"
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{scope['kind']}: {', '.join(names[:3])}{more}"
