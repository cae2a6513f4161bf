"""`contactor tokens`: what programs show instead of a password."""

from typing import Annotated

import typer

from contactor.central.api.role import Role
from contactor.cli.remote.client import DEFAULT_URL, ApiClient, ApiUrl, AsJson
from contactor.cli.remote.output import print_json, print_rows
from contactor.cli.remote.users import ask_password

app = typer.Typer(help="Tokens: list, make, revoke.", no_args_is_help=True)

_COLUMNS = ("token_id", "user_name", "label", "role", "scopes", "created_at", "expires_at", "last_used_at")


@app.command("list")
def list_tokens(
    everybody: Annotated[bool, typer.Option("--everybody", help="Everybody's, for an admin.")] = False,
    api: ApiUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """List your tokens."""
    items = ApiClient(api).get("/tokens", everybody=everybody or None)
    print_json(items) if as_json else print_rows(items, _COLUMNS)


@app.command()
def make(
    label: Annotated[str, typer.Argument(help="What it is for.")] = "command line",
    user: Annotated[str, typer.Option(help="Whose it is to be.")] = "admin",
    role: Annotated[Role, typer.Option(help="What it allows, at most what the user may do.")] = Role.OPERATOR,
    scope: Annotated[
        list[str] | None,
        typer.Option(help="A noun it may ask for, such as tags or transactions:read; give it again for more."),
    ] = None,
    expires: Annotated[str | None, typer.Option(help="Such as 2027-01-01T00:00:00Z.")] = None,
    api: ApiUrl = DEFAULT_URL,
) -> None:
    """Make a token and print it, once; the user's password is asked for, or taken from CONTACTOR_PASSWORD."""
    client = ApiClient(api, token="")
    login = client.ask("POST", "/login", body={"name": user, "password": ask_password(confirm=False)}).json()
    headers = {"X-CSRF-Token": login["csrf_token"]}
    try:
        body = {"label": label, "role": role.value, "scopes": scope or [], "expires_at": expires}
        typer.echo(client.ask("POST", "/tokens", body=body, headers=headers).json()["token"])
    finally:
        client.ask("DELETE", "/login", headers=headers)


@app.command()
def revoke(
    token_id: Annotated[str, typer.Argument(help="The token's id, as `list` shows it.")], api: ApiUrl = DEFAULT_URL
) -> None:
    """Revoke a token."""
    ApiClient(api).ask("DELETE", f"/tokens/{token_id}")
    typer.echo(f"{token_id} is revoked")
