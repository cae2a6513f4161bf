"""The table of the routes: which role each needs. A route that is missing here is refused to everybody."""

from collections.abc import Mapping

from contactor.central.api.role import Role

PUBLIC = None
"""Anybody may ask; nothing secret is told, and nothing changed but by a password."""

API = "/api/v1"

NEEDED: Mapping[tuple[str, str], Role | None] = {
    ("GET", "/livez"): PUBLIC,
    ("GET", "/readyz"): PUBLIC,
    ("GET", "/metrics"): PUBLIC,
    ("GET", f"{API}/openapi.json"): PUBLIC,
    ("POST", f"{API}/login"): PUBLIC,
    ("GET", f"{API}/login"): Role.VIEWER,
    ("DELETE", f"{API}/login"): Role.VIEWER,
    ("PUT", f"{API}/login/password"): Role.VIEWER,
    ("GET", f"{API}/stations"): Role.VIEWER,
    ("POST", f"{API}/stations"): Role.OPERATOR,
    ("GET", f"{API}/stations/{{station_id}}"): Role.VIEWER,
    ("PATCH", f"{API}/stations/{{station_id}}"): Role.OPERATOR,
    ("DELETE", f"{API}/stations/{{station_id}}"): Role.ADMIN,
    ("POST", f"{API}/stations/{{station_id}}/key"): Role.ADMIN,
    ("DELETE", f"{API}/stations/{{station_id}}/key"): Role.ADMIN,
    ("POST", f"{API}/stations/{{station_id}}/key-rotation"): Role.OPERATOR,
    ("GET", f"{API}/stations/{{station_id}}/connectors"): Role.VIEWER,
    ("GET", f"{API}/stations/{{station_id}}/quirks"): Role.VIEWER,
    ("GET", f"{API}/stations/{{station_id}}/presence"): Role.VIEWER,
    ("GET", f"{API}/stations/{{station_id}}/presence/periods"): Role.VIEWER,
    ("GET", f"{API}/presence"): Role.VIEWER,
    ("GET", f"{API}/stations/{{station_id}}/charging-profiles"): Role.VIEWER,
    ("GET", f"{API}/stations/{{station_id}}/composite-schedule"): Role.VIEWER,
    ("GET", f"{API}/reservations"): Role.VIEWER,
    ("POST", f"{API}/reservations"): Role.OPERATOR,
    ("POST", f"{API}/reservations/{{station_id}}/{{reservation_id}}/cancel"): Role.OPERATOR,
    ("GET", f"{API}/tags"): Role.VIEWER,
    ("POST", f"{API}/tags"): Role.OPERATOR,
    ("POST", f"{API}/tags/import"): Role.OPERATOR,
    ("GET", f"{API}/tags/{{id_tag}}"): Role.VIEWER,
    ("PUT", f"{API}/tags/{{id_tag}}"): Role.OPERATOR,
    ("DELETE", f"{API}/tags/{{id_tag}}"): Role.OPERATOR,
    ("GET", f"{API}/transactions"): Role.VIEWER,
    ("GET", f"{API}/transactions/export"): Role.VIEWER,
    ("GET", f"{API}/transactions/{{transaction_id}}"): Role.VIEWER,
    ("GET", f"{API}/transactions/{{transaction_id}}/readings"): Role.VIEWER,
    ("GET", f"{API}/transactions/{{transaction_id}}/timeline"): Role.VIEWER,
    ("POST", f"{API}/transactions/{{transaction_id}}/close"): Role.OPERATOR,
    ("GET", f"{API}/commands"): Role.VIEWER,
    ("POST", f"{API}/commands"): Role.OPERATOR,
    ("GET", f"{API}/commands/actions"): Role.VIEWER,
    ("GET", f"{API}/commands/{{command_id}}"): Role.VIEWER,
    ("POST", f"{API}/commands/{{command_id}}/cancel"): Role.OPERATOR,
    ("GET", f"{API}/events"): Role.VIEWER,
    ("GET", f"{API}/events/stream"): Role.VIEWER,
    ("WEBSOCKET", f"{API}/events/socket"): Role.VIEWER,
    ("GET", f"{API}/users"): Role.ADMIN,
    ("POST", f"{API}/users"): Role.ADMIN,
    ("GET", f"{API}/users/{{name}}"): Role.ADMIN,
    ("PATCH", f"{API}/users/{{name}}"): Role.ADMIN,
    ("DELETE", f"{API}/users/{{name}}"): Role.ADMIN,
    ("GET", f"{API}/tokens"): Role.VIEWER,
    ("POST", f"{API}/tokens"): Role.VIEWER,
    ("DELETE", f"{API}/tokens/{{token_id}}"): Role.VIEWER,
    ("GET", f"{API}/audit"): Role.ADMIN,
    ("GET", f"{API}/system"): Role.VIEWER,
}
