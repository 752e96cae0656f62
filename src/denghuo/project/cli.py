"""The command line, ``denghuo …``: exit code 0 done, 1 failed, 2 bad input."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer

import denghuo
from denghuo.project.quote import quote

app = typer.Typer(
    name="denghuo",
    help="Denghuo (灯火): electricity marketing and customer service.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
bill = typer.Typer(help="Billing runs.", no_args_is_help=True)
staff = typer.Typer(help="People who work here.", no_args_is_help=True)
app.add_typer(bill, name="bill")
prices = typer.Typer(help="Price books.", no_args_is_help=True)
app.add_typer(staff, name="staff")
app.add_typer(prices, name="prices")
app.command()(quote)


EMULATOR_OFFSET = 10
"""The gateway emulator of the demonstration listens so many ports above the server."""


def boot() -> None:
    """Make Django ready; commands that need the database call this first."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "denghuo.project.settings")
    django.setup()


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(denghuo.__version__)
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options of every command."""


@app.command()
def setup() -> None:
    """Create or upgrade the database; safe to repeat."""
    boot()
    from denghuo.project import installation

    installation.prepare()


@app.command()
def demo(
    customers: Annotated[int, typer.Option(min=20, max=2_000_000, help="Size of the town.")] = 2_000,
    months: Annotated[int, typer.Option(min=1, max=12, help="Months of readings and bills.")] = 12,
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    serve: Annotated[bool, typer.Option(help="Serve the town once it stands.")] = True,
) -> None:
    """Build the demonstration town, print the accounts to sign in with, and serve it with the gateway emulator."""
    _emulated(host, port)
    boot()
    from denghuo.project import server
    from denghuo.project.demo import build

    try:
        build.town(customers=customers, months=months)
    except build.DatabaseInUse as refusal:
        typer.echo(str(refusal), err=True)
        raise typer.Exit(1) from refusal
    if serve:
        emulator = _start_emulator(host, port + EMULATOR_OFFSET)
        try:
            server.run(host=host, port=port, workers=2, with_worker=True)
        finally:
            if emulator is not None:
                emulator.close()


def _emulated(host: str, port: int) -> None:
    """The town pays through the emulator beside it, unless the environment says otherwise."""
    if os.environ.setdefault("DENGHUO_PAY", "emulator") == "emulator":
        os.environ.setdefault("DENGHUO_EMULATOR", f"http://{host}:{port + EMULATOR_OFFSET}")
        os.environ.setdefault("DENGHUO_PUBLIC_URL", f"http://{host}:{port}")


def _start_emulator(host: str, port: int) -> Any:
    """The running emulator; None where the town pays otherwise, or one runs there already."""
    from django.conf import settings

    from denghuo.project.emulator import server as emulator

    if settings.PAY != "emulator":
        return None
    try:
        started = emulator.start(settings.HOME, port, host=host)
    except OSError as error:
        typer.echo(f"The gateway emulator cannot listen on port {port}: {error}", err=True)
        return None
    typer.echo(f"The customer's phone: {started.address}/phone/")
    return started


@app.command("emulate-gateways")
def emulate_gateways(
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8010,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    speed: Annotated[
        float, typer.Option(min=1, help="How much faster than the real channels callbacks are repeated.")
    ] = 60,
) -> None:
    """Run the emulator of WeChat Pay and Alipay on its own; set DENGHUO_PAY=emulator for the server."""
    from pathlib import Path

    from denghuo.project.emulator import server as emulator

    home = Path(os.environ.get("DENGHUO_HOME", "var")).resolve()
    try:
        started = emulator.start(home, port, host=host, speed=speed)
    except OSError as error:
        typer.echo(f"The gateway emulator cannot listen on port {port}: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"DENGHUO_EMULATOR={started.address}\nThe customer's phone: {started.address}/phone/")
    started.wait()


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    workers: Annotated[int, typer.Option(min=1, max=64, help="Web server processes.")] = 2,
    with_worker: Annotated[bool, typer.Option(help="Start a background worker beside it.")] = False,
) -> None:
    """Serve the console and the API."""
    boot()
    from denghuo.project import server

    server.run(host=host, port=port, workers=workers, with_worker=with_worker)


@app.command()
def worker(
    once: Annotated[bool, typer.Option(help="Do what is waiting, then stop.")] = False,
) -> None:
    """Run background jobs, long runs, schedules and event delivery; as many as you like may run."""
    boot()
    from denghuo.project import worker as background

    background.run(once=once)


@bill.command("run")
def bill_run(
    cycle: Annotated[str, typer.Option(help="Billing month, YYYY-MM.")],
    scope: Annotated[
        list[str] | None, typer.Option(help="unit:4501, route:CODE or account:NUMBER; repeat to add.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Compute and compare; write no bill.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable result.")] = False,
) -> None:
    """Bill a cycle; resumable, and a second run changes nothing."""
    boot()
    from denghuo.project import bill_command

    raise typer.Exit(bill_command.run(cycle=cycle, scope=scope or [], dry_run=dry_run, as_json=as_json))


@staff.command("create")
def staff_create(
    username: Annotated[str, typer.Option(help="Name to sign in with.")],
    name: Annotated[str, typer.Option(help="The person's name.")],
    role: Annotated[str, typer.Option(help="Role code, for example security_admin.")],
    unit: Annotated[
        str, typer.Option(help="Organisation unit code; created as the bureau where none exists.")
    ],
    password: Annotated[
        str,
        typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, envvar="DENGHUO_NEW_PASSWORD"),
    ],
) -> None:
    """Open the first account of an installation; everybody else is added in the console."""
    boot()
    from denghuo.project import installation

    raise typer.Exit(installation.create_first_staff(username, name, role, unit, password))


@prices.command("draft")
def prices_draft(
    book: Annotated[str, typer.Option(help="Code of a shipped book, for example cn-gx.")],
    staff_name: Annotated[str, typer.Option("--staff", help="User name of the tariff clerk who drafts it.")],
) -> None:
    """Draft a shipped price book; a second person approves it in the console."""
    boot()
    from denghuo.project import installation

    raise typer.Exit(installation.draft_prices(book, staff_name))


@app.command("import")
def import_file(
    kind: Annotated[str, typer.Argument(help="What the file holds: readings, customers, grid.")],
    file: Annotated[str, typer.Argument(help="A .csv or .xlsx file.")],
    staff_name: Annotated[str, typer.Option("--staff", help="User name of who brings the file.")] = "",
    unit: Annotated[str, typer.Option(help="Organisation unit the rows belong to.")] = "",
    setting: Annotated[
        list[str] | None, typer.Option("--set", help="name=value, for example cycle=2026-08.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check every row; write nothing.")] = False,
    refused: Annotated[str, typer.Option(help="Where to write the refused rows with the reason.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable result.")] = False,
) -> None:
    """Bring a file in, with the same checks as the wizard."""
    boot()
    from denghuo.project import import_command

    code = import_command.run(
        kind=kind, file=file, as_json=as_json, staff=staff_name, unit=unit,
        settings=setting or [], dry_run=dry_run, refused=refused,
    )  # fmt: skip
    raise typer.Exit(code)


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable result.")] = False,
) -> None:
    """Check every invariant of the books and the settings; exit code 1 where one is broken."""
    boot()
    from denghuo.project import doctor as examination

    raise typer.Exit(examination.run(as_json=as_json))


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
)
def manage(context: typer.Context) -> None:
    """Django's own commands, for administrators: denghuo manage migrate, shell, createcachetable …"""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "denghuo.project.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["denghuo manage", *context.args])


def main() -> None:
    """The ``denghuo`` script."""
    try:
        app()
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)


if __name__ == "__main__":
    main()
