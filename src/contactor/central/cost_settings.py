"""The settings of the running cost on stations' screens: how often, and in which spelling."""

import re
from collections.abc import Mapping

from contactor.central.setting_checks import DAYS_MAX, Check, whole
from contactor.guide.load import all_products

HOURS_MAX_S = 24 * 3600
_MEMBER = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,49}")


def _is_transaction_field(value: object) -> bool:
    messages = (product.cost_message for product in all_products())
    return any(value in message.transaction_fields for message in messages if message is not None)


COST_CHECKS: Mapping[str, Check] = {
    "keep_cost_orders_days": (
        whole(0, DAYS_MAX),
        f"give 1 to {DAYS_MAX} days, or 0 for ever; orders that put a running cost on a screen say nothing new later",
    ),
    "cost_update_interval_s": (
        lambda value: (value == 0 and type(value) is int) or whole(10, HOURS_MAX_S)(value),
        f"give 10 to {HOURS_MAX_S} seconds between two costs for one screen, or 0 to send none",
    ),
    "cost_total_field": (
        lambda value: isinstance(value, str) and _MEMBER.fullmatch(value) is not None,
        "give the name under which stations look for the total, such as totalCost; the guide also prints total-Cost",
    ),
    "cost_transaction_field": (_is_transaction_field, "give transactionId or TransactionId; the guide prints both"),
}
