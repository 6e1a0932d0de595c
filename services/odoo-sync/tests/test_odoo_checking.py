"""Problems that `find_problems` reports, in words that say what to do."""

from typing import Any

import pytest

from odoo_sync.model import LeadSettings
from odoo_sync.protocols.odoo import OdooUnavailable
from odoo_sync.protocols.servers import OdooServer
from odoo_sync.sync.checks import find_hints, find_problems


async def test_an_odoo_in_order_has_no_findings_and_nothing_is_written(odoo: OdooServer, server: Any) -> None:
    """Rights, modules and credentials are asked for, not tried out."""
    assert await find_problems(odoo) == []
    assert not {call.split(".")[-1] for call in server.calls} & {"load", "create", "write"}


async def test_missing_modules_are_named(odoo: OdooServer, server: Any) -> None:
    """With where to install them."""
    server.modules = {"contacts"}

    [finding] = await find_problems(odoo)

    assert "crm" in finding
    assert "Apps" in finding


async def test_missing_rights_are_named_per_model(odoo: OdooServer, server: Any) -> None:
    """With the right that would do."""
    server.rights = {"read"}

    partner, lead = await find_problems(odoo)

    assert "create or write res.partner" in partner
    assert "Contact Creation" in partner
    assert "crm.lead" in lead


async def test_wrong_credentials_are_one_finding_and_mended_ones_none(odoo: OdooServer, server: Any) -> None:
    """The check asks anew each time, and never tells the key."""
    key, server.api_key = server.api_key, "another"
    [finding] = await find_problems(odoo)
    server.api_key = key

    assert key not in finding
    assert await find_problems(odoo) == []


async def test_an_odoo_that_is_down_cannot_be_judged(odoo: OdooServer, server: Any) -> None:
    """An Odoo that does not answer is unavailable, which is no problem of its settings."""
    server.faults = ["503"]

    with pytest.raises(OdooUnavailable):
        await find_problems(odoo)


async def test_leads_that_stand_in_no_menu_are_reported_with_both_ways_out(odoo: OdooServer, server: Any) -> None:
    """Only where leads are made and Odoo's setting is off."""
    assert await find_hints(odoo, LeadSettings()) == []
    server.has_leads_setting = False

    [hint] = await find_hints(odoo, LeadSettings())

    assert "Configuration, Settings, Leads" in hint
    assert "--lead-type opportunity" in hint
    assert await find_hints(odoo, LeadSettings("opportunity")) == []


async def test_a_team_or_salesperson_that_odoo_does_not_know_is_a_problem(odoo: OdooServer) -> None:
    """Each new lead would be refused."""
    assert await find_problems(odoo, LeadSettings(team="Sales", salesperson="Ann")) == []

    team, person = await find_problems(odoo, LeadSettings(team="Direct", salesperson="Bob"))

    assert "no sales team 'Direct'" in team
    assert "no user 'Bob'" in person


async def test_required_fields_that_we_do_not_fill_are_foreseen(odoo: OdooServer, server: Any) -> None:
    """Not those that we fill or that Odoo fills by default."""
    server.required = {"name", "city", "comment"}
    server.defaults = {"comment": "none"}

    [hint] = await find_hints(odoo, LeadSettings("opportunity"))

    assert "res.partner requires City (city)," in hint
