"""The names of everything in one database, drawn from its seed."""

from collections.abc import Mapping

from itbench.kit import Randomness

DATABASE = "records"
AGENT = "oncall"
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "schema": ("billing", "freight", "clinic", "library", "market", "harbour"),
    "party": ("customers", "members", "carriers", "patients", "vendors", "tenants"),
    "doc": ("invoices", "shipments", "receipts", "vouchers", "bookings", "orders"),
    "code": ("doc_no", "serial_no", "entry_no", "slip_no"),
    "ref": ("tracking_no", "barcode", "ticket_no", "delivery_no"),
    "inbox": ("intake", "arrivals", "staging", "feed"),
    "report": ("summary", "overview", "totals", "digest"),
    "job": ("close_day", "end_of_day", "nightly_run", "day_end"),
    "post": ("carry_amount", "post_amount", "track_amount", "add_amount"),
    "owner": ("keeper", "steward", "custodian", "maintainer"),
    "clerk": ("clerk", "desk", "cashier", "teller"),
    "reporter": ("auditor", "controller", "analyst", "reviewer"),
}


def draw_names(random: Randomness) -> dict[str, str]:
    """Return a name for each thing in the database, by what it is."""
    return {what: random.pick(names) for what, names in _CHOICES.items()}


def roles_of(names: Mapping[str, str]) -> tuple[str, str, str]:
    """Return the roles that use the database: owner, clerk and reporter."""
    return names["owner"], names["clerk"], names["reporter"]
