"""`contactor alarms`: what somebody should look after."""

from typing import Annotated
from urllib.parse import quote

import typer

from contactor.cli.remote.client import DEFAULT_URL, ApiClient, ApiUrl, AsJson
from contactor.cli.remote.output import print_json, print_one, print_rows

app = typer.Typer(help="Alarms: list, show, acknowledge, count, change their rules.", no_args_is_help=True)

_COLUMNS = (
    "alarm_id severity station_id connector_id subject title opened_at closed_at acknowledged_by times details"
).split()
_RULE_COLUMNS = "name severity is_on after_s ending part title".split()
Number = Annotated[int, typer.Argument(min=1, help="The alarm's number.")]
RuleName = Annotated[str, typer.Argument(help="A rule's name, such as evlink_pro_dc.0x100202.")]
StationOption = Annotated[str | None, typer.Option(help="Only those of a station.")]
SiteOption = Annotated[str | None, typer.Option(help="Only those of a site.")]
RuleOption = Annotated[str | None, typer.Option(help="Only those of a rule.")]


@app.command("list")
def list_alarms(
    station: StationOption = None,
    site: SiteOption = None,
    rule: RuleOption = None,
    subject: Annotated[str | None, typer.Option(help="Only those of a trouble code, such as 0x100202.")] = None,
    severity: Annotated[str | None, typer.Option(help="critical, warning or info.")] = None,
    is_open: Annotated[bool | None, typer.Option("--open/--closed", help="Only those that are, or are not.")] = None,
    acknowledged: Annotated[
        bool | None, typer.Option("--acknowledged/--unseen", help="Only those that are, or are not.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 100,
    api: ApiUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """List alarms, the newest first."""
    wanted = {
        "station_id": station,
        "site_id": site,
        "rule": rule,
        "subject": subject,
        "severity": severity,
        "open": is_open,
        "acknowledged": acknowledged,
    }
    items = ApiClient(api).pages("/alarms", "before", limit, **wanted)
    print_json(items) if as_json else print_rows(items, _COLUMNS)


@app.command()
def show(number: Number, api: ApiUrl = DEFAULT_URL, as_json: AsJson = False) -> None:
    """Show an alarm, and what to do about it."""
    item = ApiClient(api).get(f"/alarms/{number}")
    print_json(item) if as_json else print_one(item)


@app.command()
def acknowledge(
    number: Number,
    note: Annotated[str, typer.Option(help="What is being done about it.")] = "",
    api: ApiUrl = DEFAULT_URL,
) -> None:
    """Say that somebody knows."""
    item = ApiClient(api).ask("POST", f"/alarms/{number}/acknowledgement", body={"note": note}).json()
    typer.echo(f"alarm {number} is acknowledged by {item['acknowledged_by']}")


@app.command()
def counts(
    by: Annotated[str, typer.Option(help="station_id, site_id, model, rule or severity.")] = "model",
    station: StationOption = None,
    site: SiteOption = None,
    rule: RuleOption = None,
    api: ApiUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Count alarms, with the mean time to repair in seconds."""
    items = ApiClient(api).get("/alarms/counts", by=by, station_id=station, site_id=site, rule=rule)
    print_json(items) if as_json else print_rows(items, ("of", "total", "open", "mean_repair_s"))


@app.command()
def rules(api: ApiUrl = DEFAULT_URL, as_json: AsJson = False) -> None:
    """List the rules as they are in force."""
    items = ApiClient(api).get("/alarm-rules")
    print_json(items) if as_json else print_rows(items, _RULE_COLUMNS)


@app.command("set-rule")
def set_rule(
    name: RuleName,
    severity: Annotated[str | None, typer.Option(help="critical, warning or info.")] = None,
    after: Annotated[int | None, typer.Option(min=0, help="Seconds it may last before it is an alarm.")] = None,
    on: Annotated[bool | None, typer.Option("--on/--off", help="Whether it raises alarms.")] = None,
    api: ApiUrl = DEFAULT_URL,
) -> None:
    """Change a rule; what is left out is as it comes."""
    body = {"severity": severity, "after_s": after, "is_on": on}
    item = ApiClient(api).ask("PUT", _path(name), body=body).json()
    typer.echo(f"{item['name']} is {item['severity']}, {'on' if item['is_on'] else 'off'}, after {item['after_s']} s")


@app.command("restore-rule")
def restore_rule(name: RuleName, api: ApiUrl = DEFAULT_URL) -> None:
    """Let a rule be again as it comes."""
    ApiClient(api).ask("DELETE", _path(name))
    typer.echo(f"{name} is as it comes")


def _path(name: str) -> str:
    return f"/alarm-rules/{quote(name, safe='')}"
