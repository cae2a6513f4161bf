"""Sub-commands that are imported when they are called: a tag is listed without loading both ends of a wire."""

from collections.abc import Mapping
from importlib import import_module
from typing import ClassVar

import typer
from typer._click.core import Command, Context  # typer hands out no public names of what its own methods take
from typer.core import TyperGroup
from typer.main import get_command, get_group

from contactor.base.sweeping import unswept


class LateGroup(TyperGroup):
    """A group whose commands stand elsewhere; `places` has "module:attribute" by name, in the order of the help."""

    places: ClassVar[Mapping[str, str]] = {}

    def list_commands(self, ctx: Context) -> list[str]:  # noqa: ARG002 - typer's own signature
        """Tell their names."""
        return list(self.places)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:  # noqa: ARG002 - as above
        """Import one; None if there is none of that name."""
        place = self.places.get(cmd_name)
        if place is None:
            return None
        module, _, attribute = place.partition(":")
        with unswept():
            found = getattr(import_module(module), attribute)
        if isinstance(found, typer.Typer):
            command: Command = get_group(found)  # without the options for completion, which the whole command has
        else:
            alone = typer.Typer(pretty_exceptions_enable=False, rich_markup_mode=None, add_completion=False)
            alone.command(name=cmd_name)(found)
            command = get_command(alone)
        command.name = cmd_name
        return command
