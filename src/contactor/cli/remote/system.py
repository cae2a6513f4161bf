"""`contactor system`: the central system that runs."""

import typer

from contactor.cli.remote.client import DEFAULT_URL, ApiClient, ApiUrl, AsJson
from contactor.cli.remote.output import print_json, print_one

app = typer.Typer(help="The central system that runs: show it, renew its certificates.", no_args_is_help=True)


@app.command()
def show(api: ApiUrl = DEFAULT_URL, as_json: AsJson = False) -> None:
    """Show what runs, and who is connected."""
    item = ApiClient(api).get("/system")
    print_json(item) if as_json else print_one(item)


@app.command()
def renew_certificates(api: ApiUrl = DEFAULT_URL) -> None:
    """Have all certificate files read again; connections stay."""
    for file in ApiClient(api).ask("POST", "/system/certificates").json()["files"]:
        typer.echo(file)
