"""`contactor users`: who may use the central system."""

import os
from typing import Annotated

import typer

from contactor.central.api.role import Role
from contactor.cli.remote.client import DEFAULT_URL, ApiClient, ApiUrl, AsJson
from contactor.cli.remote.output import print_json, print_rows

app = typer.Typer(help="Users: list, add, change, remove.", no_args_is_help=True)

PASSWORD_VARIABLE = "CONTACTOR_PASSWORD"  # noqa: S105 - the name of a variable, not what is in it
Name = Annotated[str, typer.Argument(help="The user's name.")]
NewRole = Annotated[Role, typer.Argument(help="What the user may do.")]


@app.command("list")
def list_users(api: ApiUrl = DEFAULT_URL, as_json: AsJson = False) -> None:
    """List everybody."""
    items = ApiClient(api).get("/users")
    print_json(items) if as_json else print_rows(items, ("name", "role", "created_at"))


@app.command()
def add(name: Name, role: NewRole = Role.VIEWER, api: ApiUrl = DEFAULT_URL) -> None:
    """Add a user; the password is asked for, or taken from CONTACTOR_PASSWORD."""
    client = ApiClient(api)
    client.ask("POST", "/users", body={"name": name, "role": role.value, "password": ask_password(confirm=True)})
    typer.echo(f"{name} is added as {role}")


@app.command("set-role")
def set_role(name: Name, role: NewRole, api: ApiUrl = DEFAULT_URL) -> None:
    """Change what a user may do."""
    ApiClient(api).ask("PATCH", f"/users/{name}", body={"role": role.value})
    typer.echo(f"{name} is {role}")


@app.command("set-password")
def set_password(name: Name, api: ApiUrl = DEFAULT_URL) -> None:
    """Change a user's password; their logins end."""
    client = ApiClient(api)
    client.ask("PATCH", f"/users/{name}", body={"password": ask_password(confirm=True)})
    typer.echo(f"{name} has a new password")


@app.command()
def remove(name: Name, api: ApiUrl = DEFAULT_URL) -> None:
    """Remove a user, with their tokens."""
    ApiClient(api).ask("DELETE", f"/users/{name}")
    typer.echo(f"{name} is removed")


def ask_password(*, confirm: bool) -> str:
    """A password from the environment or the keyboard; never from the command line, where others could read it."""
    given = os.environ.get(PASSWORD_VARIABLE)
    return given if given else str(typer.prompt("Password", hide_input=True, confirmation_prompt=confirm, err=True))
