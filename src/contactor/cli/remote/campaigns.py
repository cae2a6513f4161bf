"""`contactor campaigns`: firmware brought to many stations in waves, watched, held, and reported on."""

from typing import Annotated, Any

import typer

from contactor.base.errors import BadSetting
from contactor.cli.remote.campaign_screen import follow
from contactor.cli.remote.client import DEFAULT_URL, ApiClient, ApiUrl, AsJson
from contactor.cli.remote.output import print_json, print_one, print_rows

app = typer.Typer(
    help="Firmware campaigns: plan, begin, watch, pause, resume, cancel; the report on each station.",
    no_args_is_help=True,
)

_COLUMNS = ("campaign_id", "name", "version", "state", "stations", "installed", "failed", "skipped", "detail")
_STATES = ("queued", "waiting_for_idle", "sent", "downloading", "downloaded", "installing")
_ENDS = ("installed", "failed", "skipped")
_JOBS = ("station_id", "wave", "state", "tries", "failures", "version_before", "told_at", "changed_at", "detail")

Number = Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="The campaign's number.")]
Limit = Annotated[int, typer.Option(min=1, help="How many at most.")]
Json = Any  # Any: whatever JSON the API answers


@app.command("list")
def list_campaigns(
    state: Annotated[str | None, typer.Option(help="Only those that are so, such as running.")] = None,
    limit: Limit = 100,
    api: ApiUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """List campaigns, the newest first."""
    items = ApiClient(api).pages("/campaigns", "before", limit, state=state)
    print_json(items) if as_json else print_rows([{**each, **each["counts"]} for each in items], _COLUMNS)


@app.command()
def show(number: Number, api: ApiUrl = DEFAULT_URL, as_json: AsJson = False) -> None:
    """Show a campaign, its rules, and how far each wave has come."""
    item = ApiClient(api).get(f"/campaigns/{number}")
    if as_json:
        print_json(item)
        return
    waves, rules = item.pop("waves"), item.pop("rules")
    item.pop("counts")
    print_one({**item, **{name: value for name, value in rules.items() if value not in (None, [])}})
    print_rows([{**wave, **wave["counts"]} for wave in waves], ("wave", "stations", *_STATES, *_ENDS))


@app.command()
def stations(
    number: Number,
    state: Annotated[str | None, typer.Option(help="Only those that are so, such as failed.")] = None,
    limit: Limit = 10_000,
    api: ApiUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Report on each station of a campaign."""
    items = ApiClient(api).pages(f"/campaigns/{number}/stations", "after", limit, state=state)
    print_json(items) if as_json else print_rows(items, _JOBS)


@app.command()
def begin(
    image: Annotated[int, typer.Argument(metavar="IMAGE", min=1, help="The firmware image's number.")],
    name: Annotated[str, typer.Option(help="What people call it.")],
    station: Annotated[list[str] | None, typer.Option(help="A station's id; give it again for more.")] = None,
    model: Annotated[list[str] | None, typer.Option(help="A model; give it again for more.")] = None,
    site: Annotated[list[str] | None, typer.Option(help="A site; give it again for more.")] = None,
    running: Annotated[list[str] | None, typer.Option(help="A version that stations run now.")] = None,
    every_station: Annotated[bool, typer.Option("--all", help="All stations.")] = False,
    wave: Annotated[list[str] | None, typer.Option(help="Its size, such as 5 or 10%; again for the next.")] = None,
    via: Annotated[str, typer.Option(help="http, or ftp where that is served.")] = "http",
    signed: Annotated[str, typer.Option(help="SignedUpdateFirmware: never, preferred or required.")] = "never",
    while_charging: Annotated[bool, typer.Option(help="Tell stations though a car charges.")] = False,
    hours: Annotated[str | None, typer.Option(help="When stations are told, such as 02:00-05:00.")] = None,
    time_zone: Annotated[str, typer.Option(help="By whose clock.")] = "UTC",
    tries: Annotated[int, typer.Option(min=1, help="How often a station is tried.")] = 3,
    retry_after_s: Annotated[int, typer.Option(min=0, help="Between two tries.")] = 300,
    install_limit_s: Annotated[int, typer.Option(min=60, help="Not through by then is a failure.")] = 6 * 3600,
    wait_limit_s: Annotated[int, typer.Option(min=0, help="Not told by then is skipped; 0 for never.")] = 72 * 3600,
    failures: Annotated[int | None, typer.Option(min=0, help="More in a wave stop it.")] = None,
    failure_share: Annotated[int | None, typer.Option(min=0, max=100, help="More percent of a wave stop it.")] = None,
    dry_run: Annotated[bool, typer.Option(help="Only show which stations, in which waves.")] = False,
    api: ApiUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Begin a campaign; a failed station stops it unless more are allowed."""
    chosen = {"stations": station or [], "models": model or [], "sites": site or [], "versions": running or []}
    rules = {
        "waves": wave or [],
        "via": via,
        "needs_idle": not while_charging,
        "hours": _hours(hours, time_zone),
        "tries_max": tries,
        "retry_after_s": retry_after_s,
        "install_limit_s": install_limit_s,
        "wait_limit_s": wait_limit_s,
        "failures_max": failures,
        "failure_share_max": failure_share,
        "signed": signed,
    }
    selection = {**chosen, "is_every_station": every_station}
    body = {"name": name, "image_id": image, "selection": selection, "rules": rules}
    answer = ApiClient(api).ask("POST", "/campaigns/plan" if dry_run else "/campaigns", body=body).json()
    if as_json:
        print_json(answer)
    elif dry_run:
        print_rows(answer["waves"], ("wave", "stations"))
        typer.echo(f"{len(answer['skipped'])} run {answer['version']} already")
    else:
        typer.echo(f"campaign {answer['campaign_id']} is {answer['state']}, with {answer['stations']} stations")


@app.command()
def watch(number: Number, api: ApiUrl = DEFAULT_URL) -> None:
    """Follow a campaign until it ends, is paused or is stopped; the exit code is 1 unless it is done."""
    state = follow(ApiClient(api), number)
    if state != "done":
        raise typer.Exit(1)


@app.command()
def pause(number: Number, api: ApiUrl = DEFAULT_URL) -> None:
    """Tell no more stations for now."""
    _move(api, number, "pause")


@app.command()
def resume(
    number: Number,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Try the failed stations once more.")] = False,
    api: ApiUrl = DEFAULT_URL,
) -> None:
    """Go on with a campaign that was paused or stopped."""
    _move(api, number, "resume", {"is_retry": retry_failed})


@app.command()
def cancel(number: Number, api: ApiUrl = DEFAULT_URL) -> None:
    """End a campaign; stations that were told cannot be called back."""
    _move(api, number, "cancel")


@app.command()
def remove(number: Number, api: ApiUrl = DEFAULT_URL) -> None:
    """Forget a campaign that has ended, with its report."""
    ApiClient(api).ask("DELETE", f"/campaigns/{number}")
    typer.echo(f"campaign {number} is removed")


def _move(api: str, number: int, deed: str, body: Json = None) -> None:
    moved = ApiClient(api).ask("POST", f"/campaigns/{number}/{deed}", body=body).json()
    typer.echo(f"campaign {number} is {moved['state']}")


def _hours(text: str | None, time_zone: str) -> Json:
    if text is None:
        return None
    begin_at, dash, end_at = text.partition("-")
    minutes = [_minute(each) for each in (begin_at, end_at)]
    if not dash or None in minutes:
        raise BadSetting("--hours", text, "write it as 02:00-05:00")
    return {"from_minute": minutes[0], "until_minute": minutes[1], "time_zone": time_zone}


def _minute(text: str) -> int | None:
    hour, _, minute = text.partition(":")
    is_time = hour.isdecimal() and minute.isdecimal() and len(minute) == 2 and int(minute) < 60
    return int(hour) * 60 + int(minute) if is_time and int(hour) <= 24 else None
