"""What a person may do, as the API has it."""

from enum import StrEnum


class Role(StrEnum):
    """Each may do what those before it may."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"

    def allows(self, needed: "Role") -> bool:
        """Whether this one may do what needs that one."""
        order = list(Role)
        return order.index(self) >= order.index(needed)
