"""`leadgen icp`: shows and sets a tenant's ideal customer profile, through the gateway."""

import json
from typing import Annotated, Any

import httpx
import typer

from common.errors import Unavailable
from leadgen.chat_client import ChatRefused, base_of, no_answer, refusal
from leadgen.command_line.exit_codes import run_or_exit
from leadgen.command_line.options import AsJson, Gateway, GatewayToken

icp_app = typer.Typer(no_args_is_help=True, help="The tenant's ideal customer profile (ICP): show it, or set it.")


@icp_app.command("show")
def show_command(gateway: Gateway, access: GatewayToken, as_json: AsJson = False) -> None:
    """Show the ICP of the token's tenant."""
    _print(run_or_exit(_ask(gateway, access, "GET")), as_json=as_json)


@icp_app.command("set")
def set_command(
    gateway: Gateway,
    access: GatewayToken,
    industries: Annotated[
        list[str] | None,
        typer.Argument(help="Words or codes, such as 'precision engineering' 2020:25. None: any industry."),
    ] = None,
    employees_from: Annotated[int | None, typer.Option(min=0, help="Employees at least.")] = None,
    employees_to: Annotated[int | None, typer.Option(min=0, help="Employees at most.")] = None,
    age_from: Annotated[int | None, typer.Option(min=0, help="Full years since incorporation, at least.")] = None,
    age_to: Annotated[int | None, typer.Option(min=0, help="Full years since incorporation, at most.")] = None,
    district: Annotated[list[str] | None, typer.Option(help="Postal district, 01 to 28; may be repeated.")] = None,
    technology: Annotated[list[str] | None, typer.Option(help="Such as Shopify; may be repeated.")] = None,
    as_json: AsJson = False,
) -> None:
    """Replace the whole ICP of the token's tenant. Its leads are scored again, in the background."""
    wanted = {
        "industries": industries or [],
        "employees_from": employees_from,
        "employees_to": employees_to,
        "age_from": age_from,
        "age_to": age_to,
        "districts": district or [],
        "technologies": technology or [],
    }
    _print(run_or_exit(_ask(gateway, access, "PUT", wanted)), as_json=as_json)


async def _ask(gateway: str, access: str, method: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Sends a request to the gateway. Raises ChatRefused, Unavailable."""
    gateway = base_of(gateway)
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
            headers = {"Authorization": f"Bearer {access}"}
            answer = await http.request(method, f"{gateway}/icp", headers=headers, json=body)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unavailable(no_answer(gateway, error)) from error
    if answer.is_error:
        raise ChatRefused(refusal(gateway, answer.status_code, answer.content))
    found: dict[str, Any] = answer.json()
    return found


def _print(icp: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(icp, ensure_ascii=False))
        return
    titles = icp["titles"]
    lines = {
        "industries": ", ".join(f"{titles.get(code, code)} ({code})" for code in icp["industries"]) or "any",
        "employees": _range(icp["employees_from"], icp["employees_to"]),
        "age": _range(icp["age_from"], icp["age_to"]),
        "districts": ", ".join(icp["districts"]) or "any",
        "technologies": ", ".join(icp["technologies"]) or "any",
    }
    for name, value in lines.items():
        typer.echo(f"{name:<12} {value}")


def _range(least: int | None, most: int | None) -> str:
    if least is None and most is None:
        return "any"
    if most is None:
        return f"{least} and more"
    return f"up to {most}" if least is None else f"{least} to {most}"
