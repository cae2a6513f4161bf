"""The business beside the stations' messages: charges, screens, what to look after, what to tell others."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import Engine

from contactor.base.clock import Clock
from contactor.central.alarms.drift_watch import DriftSurroundings, DriftWatch
from contactor.central.alarms.watch import AlarmWatch
from contactor.central.campaigns.foreman import Foreman, ForemanSurroundings
from contactor.central.commands.port import Desk
from contactor.central.events.feed import Asking
from contactor.central.files.exchange import Exchange
from contactor.central.queries import Queries
from contactor.central.sessions import Sessions
from contactor.central.settings import CentralSettings
from contactor.central.store.port import Writer
from contactor.central.tariffs.clerk import ClerkSurroundings, CostClerk
from contactor.central.tariffs.screens import CostScreens, ScreenSurroundings, screen_settings
from contactor.central.webhooks.courier import Courier, CourierSurroundings
from contactor.central.webhooks.destination import networks_of
from contactor.central.webhooks.post import Post

COST_PERIOD_S = 2.0
"""How soon after a transaction has ended its cost is computed."""
BELATED_PERIOD_S = 60.0
"""How often readings are looked for that came after their transactions had ended."""
SCREENS_PERIOD_S = 5.0
"""How soon a change that matters to a driver is on the screen."""
WATCH_PERIOD_S = 10.0
"""How often silent stations and lost closings are looked for."""
DELIVERY_PERIOD_S = 2.0
"""How soon an event is sent to the webhooks that want it."""

DRIFT_PERIOD_S = 60.0
"""How often configurations are compared with what is wanted of them."""
CAMPAIGN_PERIOD_S = 5.0
"""How often firmware campaigns are looked at."""
LOOK_ANYWAY_S = 60.0
"""How long rounds rest at most that look for what was committed: other processes may write too, and people by hand."""

Every = Callable[[str, float, Callable[[], None]], None]
"""Goes a round of that name again and again, every so many seconds."""


@dataclass(frozen=True, slots=True)
class Premises:
    """The parts of the central system that the business works with."""

    sessions: Sessions
    desk: Desk
    writer: Writer
    engine: Engine
    asking: Asking
    clock: Clock
    queries: Queries
    exchange: Exchange


def begin_business(
    settings: CentralSettings,
    premises: Premises,
    ring: Callable[[], None],
    every: Every,
    log: structlog.typing.FilteringBoundLogger,
) -> tuple[Callable[[], None], ...]:
    """Begin the rounds; what is returned ends what is under way. `ring` is called when events were committed."""
    sessions, desk, clock, writer = premises.sessions, premises.desk, premises.clock, premises.writer
    clerk = CostClerk(ClerkSurroundings(writer, premises.engine, premises.asking, clock, ring, log))
    screens = CostScreens(
        screen_settings(settings),
        ScreenSurroundings(desk, sessions.may_order, premises.engine, premises.asking, clock, writer.news, log),
    )
    drift = DriftWatch(
        DriftSurroundings(writer, premises.engine, premises.asking, clock, premises.queries.catalogue, ring, log)
    )
    watch = AlarmWatch(writer, clock, sessions.online, ring, log)
    post = Post(networks_of(settings.webhook_networks))
    courier = Courier(CourierSurroundings(writer, premises.engine, premises.asking, clock, post.send, log))
    foreman = Foreman(
        ForemanSurroundings(
            sessions, desk, writer, premises.engine, premises.asking, clock, premises.exchange, ring, log
        )
    )
    every("news", LOOK_ANYWAY_S, writer.news.come)
    every("costs", COST_PERIOD_S, clerk.tick)
    every("belated readings", BELATED_PERIOD_S, clerk.look_for_belated)
    every("screens", SCREENS_PERIOD_S, screens.tick)
    every("alarms", WATCH_PERIOD_S, watch.go_round)
    every("drift", DRIFT_PERIOD_S, drift.go_round)
    every("webhooks", DELIVERY_PERIOD_S, courier.begin)
    every("campaigns", CAMPAIGN_PERIOD_S, foreman.begin)
    return clerk.stop, screens.stop, courier.stop, drift.stop, foreman.stop
