"""The rows of campaigns: kept, found, and moved on, each with an event for what changed."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from contactor.central.campaigns.campaign import Campaign, CampaignState, Rules
from contactor.central.events.event import EventKind
from contactor.central.events.outbox import record_event
from contactor.central.files.image_rows import Image
from contactor.central.milliseconds import to_ms
from contactor.central.store.campaign_tables import campaigns

_Row = Row[*tuple[Any, ...]]  # Any: SQLAlchemy types a row's columns only if they are spelled out one by one

_campaigns = campaigns.c


def add_campaign(connection: Connection, name: str, image: Image, rules: Rules, *, by: str, now: datetime) -> Campaign:
    """Keep a new campaign; its stations are kept by whoever chose them."""
    values = {
        "name": name,
        "image_id": image.image_id,
        "file_name": image.file_name,
        "version": image.version,
        "rules": msgspec.json.encode(asdict(rules)).decode(),
        "state": CampaignState.RUNNING.value,
        "detail": "",
        "created_by": by,
        "created_at_ms": to_ms(now),
    }
    row = connection.execute(insert(campaigns).values(**values).returning(campaigns)).one()
    campaign = _read(row)
    _tell(connection, campaign, now)
    return campaign


def find_campaign(connection: Connection, campaign_id: int) -> Campaign | None:
    """A campaign."""
    row = connection.execute(select(campaigns).where(_campaigns.id == campaign_id)).one_or_none()
    return None if row is None else _read(row)


def find_campaigns(
    connection: Connection, states: Sequence[CampaignState], before_id: int | None, limit: int
) -> list[Campaign]:
    """Campaigns, the newest first; no states means all."""
    wanted: list[ColumnElement[bool]] = []
    if states:
        wanted.append(_campaigns.state.in_([state.value for state in states]))
    if before_id is not None:
        wanted.append(_campaigns.id < before_id)
    query = select(campaigns).where(*wanted).order_by(_campaigns.id.desc()).limit(limit)
    return [_read(row) for row in connection.execute(query)]


def find_unended(connection: Connection) -> list[Campaign]:
    """Campaigns in which anything may still happen, the oldest first."""
    query = select(campaigns).where(_campaigns.ended_at_ms.is_(None)).order_by(_campaigns.id)
    return [_read(row) for row in connection.execute(query)]


def uses_image(connection: Connection, image_id: int) -> str | None:
    """The name of a campaign that may still need an image; None if none does."""
    wanted = (_campaigns.image_id == image_id, _campaigns.ended_at_ms.is_(None))
    name: str | None = connection.execute(select(_campaigns.name).where(*wanted).limit(1)).scalar()
    return name


def move_campaign(connection: Connection, campaign: Campaign, state: CampaignState, detail: str, now: datetime) -> bool:
    """Change how a campaign stands; False if it does not stand any more as it was given."""
    as_known = (_campaigns.id == campaign.campaign_id, _campaigns.state == campaign.state.value)
    values: dict[str, object] = {"state": state.value, "detail": detail}
    if state is CampaignState.DONE:
        values["ended_at_ms"] = to_ms(now)
    row = connection.execute(update(campaigns).where(*as_known).values(**values).returning(campaigns)).one_or_none()
    if row is not None:
        _tell(connection, _read(row), now)
    return row is not None


def end_campaign(connection: Connection, campaign_id: int, now_ms: int) -> None:
    """Nothing can happen in it any more."""
    connection.execute(update(campaigns).where(_campaigns.id == campaign_id).values(ended_at_ms=now_ms))


def delete_campaign(connection: Connection, campaign_id: int) -> None:
    """Forget a campaign and its report."""
    connection.execute(delete(campaigns).where(_campaigns.id == campaign_id))


def _tell(connection: Connection, campaign: Campaign, now: datetime) -> None:
    facts = {
        "campaign_id": campaign.campaign_id,
        "name": campaign.name,
        "state": campaign.state.value,
        "detail": campaign.detail,
    }
    record_event(connection, EventKind.CAMPAIGN_CHANGED, None, now, facts)


def _read(row: _Row) -> Campaign:
    return Campaign(
        campaign_id=row.id,
        name=row.name,
        image_id=row.image_id,
        file_name=row.file_name,
        version=row.version,
        rules=msgspec.json.decode(row.rules, type=Rules),
        state=CampaignState(row.state),
        detail=row.detail,
        created_by=row.created_by,
        created_at_ms=row.created_at_ms,
        ended_at_ms=row.ended_at_ms,
    )
