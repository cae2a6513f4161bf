"""What came of a command on a twin, for people: the answer, what followed, the limits before and after, the unknown."""

import typer

from contactor.cli.remote.client import Json
from contactor.cli.remote.output import plain, print_one, print_rows


def print_rehearsal(item: Json) -> None:
    """Print a rehearsal, the answer first."""
    head = {"twin": f"{item['product']} {item['model']}", "answer": item["answer"]["fields"] or item["answer"]["kind"]}
    objection = item["objection"]
    if objection is not None:
        forced = "; it goes out only with force" if objection["can_be_forced"] else ""
        head["would not be sent"] = f"{objection['field']}: {objection['reason']}{forced}"
    print_one(head)
    typer.echo("\nwhat it would send")
    print_rows(item["told"], ("after_s", "action", "payload"))
    typer.echo("\nconnectors")
    print_rows(_connectors(item), ("connector", "status_before", "status_after", "limits_before", "limits_after"))
    typer.echo("\nunknown")
    for line in item["unknown"]:
        typer.echo(f"* {plain(line)}")


def _connectors(item: Json) -> list[Json]:
    before, after = item["before"], item["after"]
    later = {each["connector_id"]: each for each in after["schedules"]}
    return [
        {
            "connector": each["connector_id"],
            "status_before": before["statuses"].get(str(each["connector_id"])),
            "status_after": after["statuses"].get(str(each["connector_id"])),
            "limits_before": _limits(each),
            "limits_after": _limits(later[each["connector_id"]]),
        }
        for each in before["schedules"]
    ]


def _limits(schedule: Json) -> str:
    """A schedule in a line: "180000 W, from 600 s 50000 W"."""
    if not schedule["periods"]:
        return str(schedule["status"])
    unit = schedule["unit"]
    first, *others = schedule["periods"]
    return ", ".join(
        [f"{first['limit']:g} {unit}", *(f"from {each['start_s']} s {each['limit']:g} {unit}" for each in others)]
    )
