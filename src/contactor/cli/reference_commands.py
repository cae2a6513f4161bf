"""The reference of the commands and settings, written from the commands and settings themselves."""

from collections.abc import Iterator

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from contactor.central.security_mode import DEMANDS
from contactor.central.setting_words import PREFIX, variable_of
from contactor.central.settings import setting_rows
from contactor.cli.main import app
from contactor.cli.markdown import code, page, table

_INTERNAL = frozenset({"help", "install_completion", "show_completion"})


def commands_page() -> str:
    """Every command with its options, defaults and meaning."""
    blocks = []
    for name, command in commands():
        blocks += [f"## {name}", (command.help or "").replace("\n\n", "\n").strip()]
        options = [
            _option_row(each)
            for each in command.params
            if isinstance(each, TyperOption | TyperArgument) and each.name not in _INTERNAL
        ]
        if options:
            blocks.append(table(("Option", "Default", "Meaning"), options))
    return page(
        "Commands", "Values that cannot be used end a command with exit code 2 and one line that says why.", *blocks
    )


def settings_page() -> str:
    """Every setting of the central system."""
    return page(
        "Settings of the central system",
        "In the `[central]` table of the file given with `--config`; stations, tags and groups of tags stand in "
        "`[[station]]`, `[[tag]]` and `[[tag_group]]` tables of the same file.",
        f"Every setting is also an environment variable, `{PREFIX}` and its name in capitals "
        f"(`{variable_of('listen_port')}`), and an option of `contactor central`, `--set name=value`. An option wins "
        "over a variable, a variable over the file, the file over the default. Lists are written with commas outside "
        "the file. A value that cannot be used is told with the file, variable or option that it came from.",
        table(
            ("Setting", "Default", "Values"),
            ((code(row.name), code(row.default), row.expected) for row in setting_rows()),
        ),
        "## Security modes",
        "What a station must show at least; TLS-terminating proxies in front make every station one without TLS.",
        table(
            ("Mode", "TLS", "AuthorizationKey", "Client certificate"),
            (
                (code(mode.value), _yes_or_no(demand.tls), demand.key.value, _yes_or_no(demand.certificate))
                for mode, demand in DEMANDS.items()
            ),
        ),
        *_settings_of_rows(),
    )


def _settings_of_rows() -> tuple[str, ...]:
    """The tables of the file that are lists: what a station, a tag and a group of tags can be given."""
    return (
        "## [[station]]",
        table(
            ("Field", "Meaning"),
            (
                (code("id"), "the identity in the URL (BoxIdentifier); needed"),
                (
                    code("key"),
                    "AuthorizationKey, 32 to 40 hexadecimal digits; without it the station needs no password",
                ),
                (code("security"), "what it must show, one of the modes above; else what `least_security` says"),
                (code("registration"), "accepted (the default), pending or rejected: the answer to BootNotification"),
            ),
        ),
        "## [[tag]]",
        table(
            ("Field", "Meaning"),
            (
                (code("id"), "the idTag, at most 20 characters; needed"),
                (code("parent"), "the group the tag belongs to; badges of one group stop each other's charges"),
                (code("expires"), "a date, or an instant with an offset; afterwards the tag is Expired"),
                (code("blocked"), "true refuses the tag as Blocked"),
                (code("concurrent"), "true lets the tag charge in several places at a time"),
                (code("concurrent_max"), "how many transactions the tag may have at a time"),
                (code("stations"), "where the tag may charge: a list of ids, or beginnings of ids and a `*`"),
            ),
        ),
        "## [[tag_group]]",
        table(
            ("Field", "Meaning"),
            (
                (code("name"), "the name that tags give as their `parent`, at most 20 characters; needed"),
                (code("expires"), "a date, or an instant with an offset; afterwards all its tags are Expired"),
                (code("blocked"), "true refuses all its tags as Blocked"),
                (code("concurrent_max"), "how many transactions its tags may have together at a time"),
                (code("stations"), "where its tags may charge: a list of ids, or beginnings of ids and a `*`"),
            ),
        ),
    )


def commands() -> list[tuple[str, TyperCommand | TyperGroup]]:
    """Every command with its full name, in order."""
    return list(_walk(typer.main.get_command(app), "contactor"))


def _walk(command: object, path: str) -> Iterator[tuple[str, TyperCommand | TyperGroup]]:
    if isinstance(command, TyperGroup):
        if command.invoke_without_command and command.params:  # a command of its own, with others below it
            yield path, command
        context = command.make_context(path, [], resilient_parsing=True)
        for name in sorted(command.list_commands(context)):
            yield from _walk(command.get_command(context, name), f"{path} {name}")
    elif isinstance(command, TyperCommand):
        yield path, command


def _option_row(parameter: TyperOption | TyperArgument) -> tuple[str, str, str]:
    names = ", ".join(code(name) for name in parameter.opts)
    default = parameter.default
    shown = "" if default in (None, False, "") or callable(default) else code(str(default))
    return names, shown, parameter.help or ""


def _yes_or_no(answer: bool) -> str:
    return "yes" if answer else "no"
