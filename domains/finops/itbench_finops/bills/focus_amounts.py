"""The amounts of a row of the FOCUS table: costs, quantities, unit prices, and the commitment that covers it."""

from itbench_finops.bills.bill import CORRECTION, Line
from itbench_finops.bills.catalog import TRANSFER
from itbench_finops.bills.commitments import Term
from itbench_finops.bills.focus_parts import AMOUNTS, part
from itbench_finops.bills.resource import DYNAMIC, HOURS_PER_DAY, Resource
from itbench_finops.money import as_text

_NOTHING, _ONE_DOLLAR = as_text(0), as_text(10_000)


def usage(line: Line, resource: Resource, term: Term | None) -> str:
    """Return the amounts of use, or of the correction of such; `term` is the commitment that covers it.

    What a commitment covers has been billed with it. A price that the provider sets anew each day is the list price of that day.
    """
    charge = line.charge
    hours = charge.instances * HOURS_PER_DAY
    unit = "GB" if resource.service == TRANSFER.name else "Hours"
    unit_price_e4usd = charge.price_e4usd if charge.pricing == DYNAMIC else charge.list_price_e4usd
    return part(
        AMOUNTS,
        _priced(unit_price_e4usd * hours, _quantity(hours), as_text(unit_price_e4usd), unit)
        | {
            "BilledCost": as_text(charge.cost_e4usd) if term is None else _NOTHING,
            "ChargeCategory": "Usage",
            "ChargeClass": "Correction" if line.kind == CORRECTION else "",
            "ChargeDescription": "Data volume" if unit == "GB" else "Instance hours",
            "ChargeFrequency": "Usage-Based",
            "ConsumedQuantity": _quantity(hours),
            "ConsumedUnit": unit,
            "EffectiveCost": as_text(charge.cost_e4usd),
            "PricingCategory": charge.pricing,
        }
        | ({} if term is None else _discount(term, hours, "Used")),
    )


def credit(line: Line) -> str:
    """Return the amounts of a credit, which has no price."""
    cost = as_text(line.cost_e4usd)
    return part(
        AMOUNTS,
        dict.fromkeys(("BilledCost", "ContractedCost", "EffectiveCost", "ListCost"), cost)
        | {"ChargeCategory": "Credit", "ChargeDescription": "Credit", "ChargeFrequency": "One-Time"},
    )


def purchase(term: Term, days: int) -> str:
    """Return the amounts of a commitment that is bought for so many days; its cost takes effect where it is used."""
    hours = term.hours_per_day * days
    cost_e4usd = hours * term.price_e4usd
    return part(
        AMOUNTS,
        _of_commitment(term, hours, "")
        | {
            "BilledCost": as_text(cost_e4usd),
            "ChargeCategory": "Purchase",
            "ChargeDescription": f"{term.kind.type} for 1 year",
            "ChargeFrequency": term.kind.frequency,
            "EffectiveCost": _NOTHING,
            "PricingCategory": "Standard",
        },
    )


def unused(term: Term, hours: int) -> str:
    """Return the amounts of what was paid for and not used."""
    return part(
        AMOUNTS,
        _of_commitment(term, hours, "Unused")
        | {
            "BilledCost": _NOTHING,
            "ChargeCategory": "Usage",
            "ChargeDescription": f"{term.kind.type} left unused",
            "ChargeFrequency": "Usage-Based",
            "EffectiveCost": as_text(hours * term.price_e4usd),
            "PricingCategory": "Committed",
        },
    )


def _of_commitment(term: Term, hours: int, status: str) -> dict[str, str]:
    """Return the price of so many hours of a commitment: by the hour, or by the dollar that was promised."""
    cost_e4usd = hours * term.price_e4usd
    if term.kind.category == "Spend":
        priced = _priced(cost_e4usd, as_text(cost_e4usd), _ONE_DOLLAR, term.kind.unit)
    else:
        priced = _priced(cost_e4usd, _quantity(hours), as_text(term.price_e4usd), term.kind.unit)
    return priced | _discount(term, hours, status)


def _priced(cost_e4usd: int, quantity: str, unit_price: str, unit: str) -> dict[str, str]:
    """Return what something costs by the price list; nobody here has negotiated other prices."""
    return {
        "ContractedCost": as_text(cost_e4usd),
        "ContractedUnitPrice": unit_price,
        "ListCost": as_text(cost_e4usd),
        "ListUnitPrice": unit_price,
        "PricingQuantity": quantity,
        "PricingUnit": unit,
    }


def _discount(term: Term, hours: int, status: str) -> dict[str, str]:
    kind = term.kind
    return {
        "CommitmentDiscountCategory": kind.category,
        "CommitmentDiscountId": term.id,
        "CommitmentDiscountName": term.name,
        "CommitmentDiscountQuantity": (
            as_text(hours * term.price_e4usd) if kind.category == "Spend" else _quantity(hours)
        ),
        "CommitmentDiscountStatus": status,
        "CommitmentDiscountType": kind.type,
        "CommitmentDiscountUnit": kind.unit,
    }


def _quantity(hours: int) -> str:
    return f"{hours}.0"
