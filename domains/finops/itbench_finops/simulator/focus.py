"""Writes a bill as a table of the FinOps Open Cost and Usage Specification (FOCUS) 1.2.

Columns, their types and their allowed values: https://focus.finops.org/focus-specification/v1-2/. The name of a
column that FOCUS does not know begins with `x_`, as it demands.
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from itbench_finops.money import as_text
from itbench_finops.simulator.bill import CORRECTION, CREDIT, USAGE, Bill, Line
from itbench_finops.simulator.catalog import SERVICE_BY_NAME, TRANSFER
from itbench_finops.simulator.resource import COMMITTED, HOURS_PER_DAY, Charge, Resource

_OF_DAY = (
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "InvoiceId",
)
_OF_RESOURCE = (
    "AvailabilityZone",
    "BillingAccountId",
    "BillingAccountName",
    "BillingAccountType",
    "BillingCurrency",
    "InvoiceIssuerName",
    "ProviderName",
    "PublisherName",
    "RegionId",
    "RegionName",
    "ResourceId",
    "ResourceName",
    "ResourceType",
    "ServiceCategory",
    "ServiceName",
    "ServiceSubcategory",
    "SkuId",
    "SkuMeter",
    "SubAccountId",
    "SubAccountName",
    "SubAccountType",
    "Tags",
    "x_Application",
    "x_InstanceFamily",
)
_OF_LINE = (
    "SkuPriceId",
    "BilledCost",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "CommitmentDiscountCategory",
    "CommitmentDiscountId",
    "CommitmentDiscountName",
    "CommitmentDiscountStatus",
    "CommitmentDiscountType",
    "CommitmentDiscountUnit",
    "CommitmentDiscountQuantity",
    "ConsumedUnit",
    "PricingUnit",
    "SkuPriceDetails",
    "ConsumedQuantity",
    "ContractedCost",
    "ContractedUnitPrice",
    "EffectiveCost",
    "ListCost",
    "ListUnitPrice",
    "PricingCategory",
    "PricingQuantity",
)
HEADER = ",".join((*_OF_DAY, *_OF_RESOURCE, *_OF_LINE)) + "\n"
_MIDNIGHT = "T00:00:00Z"


class FocusWriter:
    """Turns lines into text."""

    def __init__(self, bill: Bill) -> None:
        self._days = [_of_day(day) for day in bill.calendar.dates]
        self._resources = [_of_resource(resource) for resource in bill.resources]
        self._commitments = [_commitment_columns(resource) for resource in bill.resources]
        self._units = [_units(resource) for resource in bill.resources]
        self._families = [resource.family for resource in bill.resources]
        self._known: dict[Charge, tuple[str, str]] = {}

    def text(self, lines: Iterable[Line]) -> str:
        """Return the text of some lines."""
        days, resources = self._days, self._resources
        return "".join(
            [days[line.day] + resources[line.resource] + _KINDS[line.kind](self, line) for line in lines]
        )

    def _usage(self, line: Line) -> str:
        return self._metered(line, "")

    def _correction(self, line: Line) -> str:
        """Return a negative line; FOCUS calls it a correction as it is about a period that was invoiced."""
        return self._metered(line, "Correction")

    def _metered(self, line: Line, charge_class: str) -> str:
        head, tail = self._amounts(line.charge)
        if line.charge.pricing == COMMITTED:
            commitment = f"{self._commitments[line.resource]},{line.charge.instances * HOURS_PER_DAY}.0"
        else:
            commitment = ",,,,,,"
        units = self._units[line.resource]
        sku = f"{self._families[line.resource]}-{line.charge.pricing.lower()}"
        return f"{sku},{head},Usage,{charge_class},Use by the hour,Usage-Based,{commitment},{units},{tail}\n"

    def _credit(self, line: Line) -> str:
        cost = as_text(line.cost_e4usd)
        return f",{cost},Credit,,Credit,One-Time,,,,,,,,,,,,{cost},,{cost},{cost},,,\n"

    def _amounts(self, charge: Charge) -> tuple[str, str]:
        known = self._known.get(charge)
        if known is None:
            hours = charge.instances * HOURS_PER_DAY
            cost, unit = as_text(charge.cost_e4usd), as_text(charge.list_price_e4usd)
            at_list = as_text(charge.list_price_e4usd * hours)
            tail = f"{hours}.0,{at_list},{unit},{cost},{at_list},{unit},{charge.pricing},{hours}.0"
            known = self._known[charge] = (cost, tail)
        return known


_KINDS: dict[str, Callable[[FocusWriter, Line], str]] = {
    USAGE: FocusWriter._usage,  # noqa: SLF001 - a table of the class's own methods
    CREDIT: FocusWriter._credit,  # noqa: SLF001
    CORRECTION: FocusWriter._correction,  # noqa: SLF001
}


def _of_day(day: date) -> str:
    month = day.replace(day=1)
    following = (month + timedelta(days=31)).replace(day=1)
    moments = (following, month, day + timedelta(days=1), day)
    return "".join(f"{moment.isoformat()}{_MIDNIGHT}," for moment in moments) + f"{month:%Y%m}-1,"


def _of_resource(resource: Resource) -> str:
    service = SERVICE_BY_NAME[resource.service]
    values = (
        "",
        f"billing-{resource.provider.lower()}",
        f"{resource.provider} billing account",
        "Payer",
        "USD",
        resource.provider,
        resource.provider,
        resource.provider,
        resource.region,
        resource.region,
        resource.family,
        resource.family,
        "Instance Family",
        service.category,
        service.name,
        service.subcategory,
        resource.family,
        "Data volume" if service == TRANSFER else "Instance hours",
        resource.account,
        resource.account,
        "Account",
        f'"{{""application"": ""{resource.application}""}}"',
        resource.application,
        resource.family,
    )
    return ",".join(values) + ","


def _units(resource: Resource) -> str:
    unit = "GB" if resource.service == TRANSFER.name else "Hours"
    return f'{unit},{unit},"{{""InstanceFamily"": ""{resource.family}""}}"'


def _commitment_columns(resource: Resource) -> str:
    if resource.commitment is None:
        return ""
    name = resource.commitment.id
    return f"Usage,{name},{name},Used,Savings Plan,Hours"
