"""`contactor webhooks`: where events are sent, and what could not be delivered."""

from typing import Annotated
from urllib.parse import quote

import typer

from contactor.cli.remote.client import DEFAULT_URL, ApiClient, ApiUrl, AsJson
from contactor.cli.remote.output import print_json, print_one, print_rows

app = typer.Typer(
    help="Webhooks: list, add, change, remove; what was not delivered, and once more.", no_args_is_help=True
)

_COLUMNS = ("webhook_id", "url", "is_active", "done_sequence", "delivered_at", "attempts", "failure")
_LETTERS = ("letter_id", "sequence", "failed_at", "attempts", "is_asked_again", "failure")
_SETTINGS = ("url", "kinds", "stations", "is_active")

WebhookId = Annotated[str, typer.Argument(metavar="WEBHOOK", help="The webhook's id.")]
Kinds = Annotated[list[str] | None, typer.Option("--kind", help="A kind of event; give it again for more.")]
Stations = Annotated[list[str] | None, typer.Option("--station", help="A station; give it again for more.")]
SecretOption = Annotated[
    str | None,
    typer.Option(envvar="CONTACTOR_WEBHOOK_SECRET", help="What signs; without one it is made, and printed once."),
]


@app.command("list")
def list_webhooks(api: ApiUrl = DEFAULT_URL, as_json: AsJson = False) -> None:
    """List webhooks and how far each has come."""
    items = ApiClient(api).get("/webhooks")
    print_json(items) if as_json else print_rows(items, _COLUMNS)


@app.command()
def show(webhook: WebhookId, api: ApiUrl = DEFAULT_URL, as_json: AsJson = False) -> None:
    """Show a webhook."""
    item = ApiClient(api).get(_path(webhook))
    print_json(item) if as_json else print_one(item)


@app.command()
def add(
    webhook: WebhookId,
    url: Annotated[str, typer.Argument(help="Where events are sent.")],
    kind: Kinds = None,
    station: Stations = None,
    secret: SecretOption = None,
    api: ApiUrl = DEFAULT_URL,
) -> None:
    """Add a webhook; without kinds or stations it is sent those of all."""
    body = {"webhook_id": webhook, "url": url, "kinds": kind or [], "stations": station or [], "secret": secret}
    made = ApiClient(api).ask("POST", "/webhooks", body=body).json()["secret"]
    typer.echo(f"{webhook} is added")
    _tell(made)


@app.command()
def change(
    webhook: WebhookId,
    url: Annotated[str | None, typer.Option(help="Where events are sent.")] = None,
    kind: Kinds = None,
    station: Stations = None,
    active: Annotated[bool | None, typer.Option("--active/--paused", help="Whether anything is sent.")] = None,
    api: ApiUrl = DEFAULT_URL,
) -> None:
    """Change a webhook; what is left out stays as it is, and what waited is tried at once."""
    client = ApiClient(api)
    known = client.get(_path(webhook))
    given = {"url": url, "kinds": kind, "stations": station, "is_active": active}
    body = {name: known[name] if given[name] is None else given[name] for name in _SETTINGS}
    client.ask("PUT", _path(webhook), body=body, headers={"If-Match": known["etag"]})
    typer.echo(f"{webhook} is changed")


@app.command()
def remove(webhook: WebhookId, api: ApiUrl = DEFAULT_URL) -> None:
    """Remove a webhook with its dead letters."""
    ApiClient(api).change("DELETE", _path(webhook))
    typer.echo(f"{webhook} is removed")


@app.command("secret")
def set_secret(webhook: WebhookId, secret: SecretOption = None, api: ApiUrl = DEFAULT_URL) -> None:
    """Give a webhook another secret."""
    made = ApiClient(api).ask("POST", f"{_path(webhook)}/secret", body={"secret": secret}).json()["secret"]
    typer.echo(f"{webhook} has another secret")
    _tell(made)


@app.command("dead-letters")
def dead_letters(
    webhook: WebhookId,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 100,
    api: ApiUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """List what was given up, the oldest first."""
    items = ApiClient(api).pages(f"{_path(webhook)}/dead-letters", "after", limit)
    print_json(items) if as_json else print_rows(items, _LETTERS)


@app.command()
def replay(
    webhook: WebhookId,
    letter: Annotated[int | None, typer.Argument(help="A dead letter's id; all without one.")] = None,
    api: ApiUrl = DEFAULT_URL,
) -> None:
    """Try dead letters once more."""
    which = "" if letter is None else f"/{letter}"
    answer = ApiClient(api).ask("POST", f"{_path(webhook)}/dead-letters{which}/replay").json()
    typer.echo(f"{answer['letters']} tried once more")


@app.command()
def discard(
    webhook: WebhookId,
    letter: Annotated[int, typer.Argument(help="The dead letter's id.")],
    api: ApiUrl = DEFAULT_URL,
) -> None:
    """Keep a dead letter no more."""
    ApiClient(api).ask("DELETE", f"{_path(webhook)}/dead-letters/{letter}")
    typer.echo(f"dead letter {letter} is gone")


def _tell(made: str | None) -> None:
    if made is not None:
        typer.echo(f"its secret, shown only now: {made}")


def _path(webhook: str) -> str:
    return f"/webhooks/{quote(webhook, safe='')}"
