"""The parts of a row of the FOCUS table, each as text that many rows share.

Columns and their rules: FinOps Open Cost and Usage Specification 1.4, https://focus.finops.org/focus-specification/v1-4/.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from itbench_finops.bills.catalog import REGION_NAMES, SERVICE_BY_NAME, TRANSFER
from itbench_finops.bills.commitments import KINDS, Term
from itbench_finops.bills.resource import DYNAMIC, Resource

PERIOD = ("BillingPeriodEnd", "BillingPeriodStart")
CHARGE_PERIOD = ("ChargePeriodEnd", "ChargePeriodStart")
INVOICE = ("InvoiceDetailId", "InvoiceId")
PLACE = (
    "AvailabilityZone",
    "BillingAccountId",
    "BillingAccountName",
    "BillingCurrency",
    "HostProviderName",
    "InvoiceIssuerName",
    "RegionId",
    "RegionName",
    "ServiceCategory",
    "ServiceName",
    "ServiceProviderName",
    "ServiceSubcategory",
    "SubAccountId",
    "SubAccountName",
)
SUBJECT = (
    "CommitmentProgramEligibilityDetails",
    "ResourceId",
    "ResourceName",
    "ResourceType",
    "SkuId",
    "SkuMeter",
    "SkuPriceDetails",
    "SkuPriceId",
    "Tags",
)
AMOUNTS = (
    "BilledCost",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "CommitmentDiscountCategory",
    "CommitmentDiscountId",
    "CommitmentDiscountName",
    "CommitmentDiscountQuantity",
    "CommitmentDiscountStatus",
    "CommitmentDiscountType",
    "CommitmentDiscountUnit",
    "ConsumedQuantity",
    "ConsumedUnit",
    "ContractedCost",
    "ContractedUnitPrice",
    "EffectiveCost",
    "ListCost",
    "ListUnitPrice",
    "PricingCategory",
    "PricingQuantity",
    "PricingUnit",
)
CUSTOM = ("x_Application", "x_InstanceFamily")
_MIDNIGHT = "T00:00:00Z"
_QUOTED_FOR = re.compile(r'[,"\r\n]')
_ELIGIBLE = {"CommitmentPrograms": [{"ProgramType": kind.type} for kind in KINDS]}


def part(columns: Sequence[str], values: Mapping[str, str], *, end: str = ",") -> str:
    """Return the text of some columns; what has no value is null.

    Raises:
        ValueError: a value is for none of these columns, or would have to be quoted.
    """
    wrong = {name: value for name, value in values.items() if name not in columns or _needs_quotes(value)}
    if wrong:
        raise ValueError(f"no values of this part of a row: {wrong}")
    return ",".join(values.get(name, "") for name in columns) + end


def _needs_quotes(value: str) -> bool:
    return _QUOTED_FOR.search(value) is not None and not value.startswith('"')


def json_cell(value: Mapping[str, object]) -> str:
    """Return JSON as a quoted cell."""
    return '"' + json.dumps(value).replace('"', '""') + '"'


def billing_period(month: date) -> str:
    """Return the columns of a month, given by its first day."""
    return part(PERIOD, dict(zip(PERIOD, (_moment(following_month(month)), _moment(month)), strict=True)))


def charge_period(first: date, days: int = 1) -> str:
    """Return the columns of so many days."""
    ends = (_moment(first + timedelta(days=days)), _moment(first))
    return part(CHARGE_PERIOD, dict(zip(CHARGE_PERIOD, ends, strict=True)))


def following_month(month: date) -> date:
    """Return the first day of the month after."""
    return (month + timedelta(days=31)).replace(day=1)


def invoice(resource: Resource, month: date) -> str:
    """Return the columns of the invoice of a month, which has its number before it is issued, and of its line."""
    number = f"{resource.provider}-{month:%Y%m}"
    service = resource.service.replace(" ", "")
    return part(INVOICE, {"InvoiceDetailId": f"{number}-{resource.account}-{service}", "InvoiceId": number})


def place(resource: Resource) -> str:
    """Return who bills it, where it is, and which service and account it belongs to."""
    service = SERVICE_BY_NAME[resource.service]
    return part(
        PLACE,
        {
            "BillingAccountId": f"billing-{resource.provider.lower()}",
            "BillingAccountName": f"{resource.provider} billing account",
            "BillingCurrency": "USD",
            "HostProviderName": resource.provider,
            "InvoiceIssuerName": resource.provider,
            "RegionId": resource.region,
            "RegionName": REGION_NAMES[resource.region],
            "ServiceCategory": service.category,
            "ServiceName": service.name,
            "ServiceProviderName": resource.provider,
            "ServiceSubcategory": service.subcategory,
            "SubAccountId": resource.account,
            "SubAccountName": f"Account {resource.account}",
        },
    )


def used_resource(resource: Resource, pricing: str) -> str:
    """Return what was used: the resource, and the SKU at the price for this way of paying."""
    is_transfer = resource.service == TRANSFER.name
    terms = "spot" if pricing == DYNAMIC else "ondemand"
    # What can be interrupted, and the transfer of data, is not sold by commitment.
    is_eligible = not is_transfer and pricing != DYNAMIC
    return part(
        SUBJECT,
        _resource_cells(resource)
        | {
            "CommitmentProgramEligibilityDetails": json_cell(_ELIGIBLE) if is_eligible else "",
            "SkuId": sku_id(resource),
            "SkuMeter": "Data Transfer" if is_transfer else "Instance Usage",
            "SkuPriceDetails": json_cell({"InstanceSeries": resource.family}),
            "SkuPriceId": f"{sku_id(resource)}.{terms}",
        },
    )


def credited_resource(resource: Resource) -> str:
    """Return what a credit is for: a resource, but no SKU."""
    return part(SUBJECT, _resource_cells(resource))


def bought_commitment(resource: Resource, term: Term) -> str:
    """Return what was bought or left unused: the commitment itself, and its SKU."""
    sku = f"{sku_id(resource)}-{term.kind.type.replace(' ', '')}"
    return part(
        SUBJECT,
        {
            "ResourceId": term.id,
            "ResourceName": term.name,
            "ResourceType": term.kind.type,
            "SkuId": sku,
            "SkuMeter": term.kind.type,
            "SkuPriceDetails": json_cell({"InstanceSeries": resource.family}),
            "SkuPriceId": f"{sku}.1year",
        },
    )


def custom(resource: Resource | None) -> str:
    """Return the columns that FOCUS does not know, and the end of the row."""
    if resource is None:
        return part(CUSTOM, {}, end="\n")
    return part(
        CUSTOM, {"x_Application": resource.application, "x_InstanceFamily": resource.family}, end="\n"
    )


def sku_id(resource: Resource) -> str:
    """Return what the provider calls this family in its price list, for all customers and ways of paying."""
    return f"{resource.provider}.{resource.family}"


def _resource_cells(resource: Resource) -> dict[str, str]:
    return {
        "ResourceId": f"/{resource.provider}/{resource.account}/{resource.region}/{resource.family}",
        "ResourceName": resource.family,
        "ResourceType": "Instance Family",
        "Tags": json_cell({"application": resource.application}),
    }


def _moment(day: date) -> str:
    return f"{day.isoformat()}{_MIDNIGHT}"
