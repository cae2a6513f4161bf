"""What a person sees of a campaign that is on: a bar for each wave, and a line for each station that moved."""

import json
from collections.abc import Iterator

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from contactor.cli.remote.client import ApiClient, Json
from contactor.cli.remote.output import plain

CAMPAIGN_CHANGED, JOB_CHANGED = "campaign_changed", "campaign_job_changed"


def follow(client: ApiClient, number: int) -> str:
    """Show a campaign until it does not run any more; returns how it stands then."""
    after = client.get("/events", limit=1)["latest"]
    columns = (TextColumn("wave {task.description}"), BarColumn(bar_width=30), MofNCompleteColumn())
    with Progress(*columns, TextColumn("{task.fields[told]}"), console=Console(stderr=True)) as bars:
        tasks: dict[int, TaskID] = {}
        campaign = _shown(client, number, bars, tasks)
        if campaign["state"] == "running":
            for event in _events(client, number, after):
                if event["kind"] == JOB_CHANGED:
                    _print_line(event)
                _shown(client, number, bars, tasks)
                # As the event says, not as it stands by now: what happened in between is still to be told.
                if event["kind"] == CAMPAIGN_CHANGED and event["facts"]["state"] != "running":
                    campaign = event["facts"]
                    break
    said = f"campaign {number} is {campaign['state']}"
    typer.echo(f"{said}: {campaign['detail']}" if campaign["detail"] else said)
    return str(campaign["state"])


def _shown(client: ApiClient, number: int, bars: Progress, tasks: dict[int, TaskID]) -> Json:
    campaign = client.get(f"/campaigns/{number}")
    for wave in campaign["waves"]:
        task = tasks.get(wave["wave"])
        if task is None:
            task = tasks[wave["wave"]] = bars.add_task(str(wave["wave"]), total=wave["stations"], told="")
        told = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in sorted(wave["counts"].items()))
        bars.update(task, completed=wave["over"], told=told)
    return campaign


def _events(client: ApiClient, number: int, after: int) -> Iterator[Json]:
    for kind, data in client.events(f"/events/stream?after={after}"):
        event = json.loads(data)
        if kind in (CAMPAIGN_CHANGED, JOB_CHANGED) and event["facts"]["campaign_id"] == number:
            yield event


def _print_line(event: Json) -> None:
    facts = event["facts"]
    detail = f": {facts['detail']}" if facts["detail"] else ""
    typer.echo(plain(f"{event['at']} {event['station_id']} {facts['state'].replace('_', ' ')}{detail}"))
