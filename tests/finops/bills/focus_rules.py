"""The rules of FOCUS 1.4 for a Cost and Usage table, as far as a single row shows them; written from the specification.

https://focus.finops.org/focus-specification/v1-4/
"""

import json
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

Row = dict[str, str]

MANDATORY = {
    "BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart",
    "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargePeriodEnd", "ChargePeriodStart", "ContractedCost",
    "EffectiveCost", "HostProviderName", "InvoiceIssuerName", "ListCost", "PricingQuantity", "PricingUnit",
    "ServiceCategory", "ServiceName", "ServiceProviderName",
}  # fmt: skip
# What such a company has makes these mandatory too: commitments, regions, resources, sub accounts, tags, invoices, a price list.
CONDITIONAL = {
    "CommitmentDiscountCategory", "CommitmentDiscountId", "CommitmentDiscountName", "CommitmentDiscountQuantity",
    "CommitmentDiscountStatus", "CommitmentDiscountType", "CommitmentDiscountUnit", "CommitmentProgramEligibilityDetails",
    "ConsumedQuantity", "ConsumedUnit", "ContractedUnitPrice", "InvoiceDetailId", "InvoiceId", "ListUnitPrice",
    "PricingCategory", "RegionId", "RegionName", "ResourceId", "ResourceName", "ResourceType", "SkuId", "SkuMeter",
    "SkuPriceDetails", "SkuPriceId", "SubAccountId", "SubAccountName", "Tags",
}  # fmt: skip
RECOMMENDED = {"AvailabilityZone", "ChargeFrequency", "ServiceSubcategory"}
REMOVED = {"ProviderName", "PublisherName"}

NEVER_NULL = (MANDATORY | {"ChargeFrequency", "ServiceSubcategory"}) - {
    "ChargeClass",
    "PricingQuantity",
    "PricingUnit",
}
COSTS = ("BilledCost", "ContractedCost", "EffectiveCost", "ListCost")
NUMBERS = (
    *COSTS,
    "CommitmentDiscountQuantity",
    "ConsumedQuantity",
    "ContractedUnitPrice",
    "ListUnitPrice",
    "PricingQuantity",
)
MOMENTS = ("BillingPeriodEnd", "BillingPeriodStart", "ChargePeriodEnd", "ChargePeriodStart")
OF_A_PRICE = (
    "ContractedUnitPrice",
    "ListUnitPrice",
    "PricingCategory",
    "PricingQuantity",
    "PricingUnit",
    "SkuId",
    "SkuPriceId",
)
OF_A_COMMITMENT = ("Category", "Name", "Quantity", "Type", "Unit")
ALLOWED = {
    "ChargeCategory": {"Usage", "Purchase", "Tax", "Credit", "Adjustment"},
    "ChargeClass": {"", "Correction"},
    "ChargeFrequency": {"One-Time", "Recurring", "Usage-Based"},
    "CommitmentDiscountCategory": {"", "Spend", "Usage"},
    "CommitmentDiscountStatus": {"", "Used", "Unused"},
    "PricingCategory": {"", "Standard", "Dynamic", "Committed", "Other"},
}
SUBCATEGORIES = {
    "AI and Machine Learning": {
        "AI Platforms", "Bots", "Generative AI", "Machine Learning", "Natural Language Processing",
        "Other (AI and Machine Learning)",
    },
    "Compute": {
        "Containers", "End User Computing", "Quantum Compute", "Serverless Compute", "Virtual Machines", "Other (Compute)",
    },
    "Databases": {
        "Caching", "Data Warehouses", "Ledger Databases", "NoSQL Databases", "Relational Databases",
        "Time Series Databases", "Other (Databases)",
    },
    "Networking": {
        "Application Networking", "Content Delivery", "Network Connectivity", "Network Infrastructure", "Network Routing",
        "Network Security", "Other (Networking)",
    },
}  # fmt: skip
SKU_PROPERTIES = {
    "CoreCount", "DiskMaxIops", "DiskSpace", "DiskType", "GpuCount", "InstanceSeries", "InstanceType", "MemorySize",
    "NetworkMaxIops", "NetworkMaxThroughput", "OperatingSystem", "Redundancy", "StorageClass",
}  # fmt: skip
_NUMBER, _MOMENT = re.compile(r"-?\d+(\.\d+)?"), re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


def amount(row: Row, name: str) -> Decimal:
    return Decimal(row[name])


def day(row: Row, name: str) -> date:
    return date.fromisoformat(row[name][:10])


def is_commitment_itself(row: Row) -> bool:
    """Tell whether a row is about a commitment and not about what it covers."""
    return bool(row["CommitmentDiscountId"]) and row["CommitmentDiscountStatus"] != "Used"


def _whole_month(row: Row) -> bool:
    first, end = day(row, "BillingPeriodStart"), day(row, "BillingPeriodEnd")
    return first.day == end.day == 1 and (end.year * 12 + end.month) - (first.year * 12 + first.month) == 1


def _charged_when_billed(row: Row) -> bool:
    first, end = day(row, "ChargePeriodStart"), day(row, "ChargePeriodEnd")
    if row["ChargeClass"] == "Correction":
        return first < end <= day(row, "BillingPeriodStart")
    is_in_advance = row["ChargeCategory"] == "Purchase" and row["ChargeFrequency"] == "One-Time"
    return first < end and (
        day(row, "BillingPeriodStart") <= first < day(row, "BillingPeriodEnd")
        and (is_in_advance or end <= day(row, "BillingPeriodEnd"))
    )


def _product(cost: str, price: str) -> Callable[[Row], bool]:
    return lambda row: (
        not row[price] or amount(row, cost) == amount(row, price) * amount(row, "PricingQuantity")
    )


def _eligible(row: Row) -> bool:
    text = row["CommitmentProgramEligibilityDetails"]
    types = [each["ProgramType"] for each in json.loads(text)["CommitmentPrograms"]] if text else []
    if text and not types:
        return False
    return row["CommitmentDiscountStatus"] != "Used" or row["CommitmentDiscountType"] in types


def _flat(name: str) -> Callable[[Row], bool]:
    def is_flat(row: Row) -> bool:
        value = json.loads(row[name]) if row[name] else {}
        return isinstance(value, dict) and not any(isinstance(each, dict | list) for each in value.values())

    return is_flat


def _is(row: Row, name: str, *values: str) -> bool:
    return row[name] in values


RULES: dict[str, Callable[[Row], bool]] = {
    "columns that must not be null": lambda row: all(row[name] for name in NEVER_NULL),
    "numbers are plain": lambda row: all(not row[name] or _NUMBER.fullmatch(row[name]) for name in NUMBERS),
    "moments are in UTC": lambda row: all(_MOMENT.fullmatch(row[name]) for name in MOMENTS),
    "allowed values": lambda row: all(row[name] in values for name, values in ALLOWED.items()),
    "subcategory of its category": lambda row: row["ServiceSubcategory"] in SUBCATEGORIES[row["ServiceCategory"]],
    "billing currency": lambda row: row["BillingCurrency"] == "USD",
    "billing period is a month": _whole_month,
    "charge period in billing period, a correction before it": _charged_when_billed,
    "what is used or bought has a SKU and a price": lambda row: (
        not _is(row, "ChargeCategory", "Usage", "Purchase") or all(row[name] for name in OF_A_PRICE)
    ),
    "without a SKU price, nothing is priced": lambda row: (
        bool(row["SkuPriceId"])
        or not any(row[name] for name in (*OF_A_PRICE, "SkuMeter", "SkuPriceDetails", "ConsumedQuantity"))
    ),
    "unit prices are not negative": lambda row: not row["ListUnitPrice"] or amount(row, "ListUnitPrice") >= 0,
    "list cost is price by quantity": _product("ListCost", "ListUnitPrice"),
    "contracted cost is price by quantity": _product("ContractedCost", "ContractedUnitPrice"),
    "nobody negotiated": lambda row: (
        row["ContractedUnitPrice"] == row["ListUnitPrice"] and row["ContractedCost"] == row["ListCost"]
    ),
    "a credit has one cost": lambda row: (
        row["ChargeCategory"] != "Credit" or (len({row[name] for name in COSTS}) == 1 and amount(row, "BilledCost") < 0)
    ),
    "consumed is what is used and not left": lambda row: (
        bool(row["ConsumedQuantity"]) == (row["ChargeCategory"] == "Usage" and row["CommitmentDiscountStatus"] != "Unused")
        and bool(row["ConsumedUnit"]) == bool(row["ConsumedQuantity"])
    ),
    "commitment columns are null together": lambda row: (
        len({bool(row[f"CommitmentDiscount{name}"]) for name in (*OF_A_COMMITMENT, "Id")}) == 1
    ),
    "status of commitments in use": lambda row: (
        bool(row["CommitmentDiscountStatus"]) == (bool(row["CommitmentDiscountId"]) and row["ChargeCategory"] == "Usage")
    ),
    "to promise spend is counted in the currency, to promise use in hours": lambda row: (
        row["CommitmentDiscountUnit"] == {"Spend": row["BillingCurrency"], "Usage": "Hours", "": ""}[row["CommitmentDiscountCategory"]]
    ),
    "spend that was used is its effective cost": lambda row: (
        not (row["CommitmentDiscountCategory"] == "Spend" and row["CommitmentDiscountStatus"])
        or amount(row, "CommitmentDiscountQuantity") == amount(row, "EffectiveCost")
    ),
    "use that was covered is its consumption": lambda row: (
        not (row["CommitmentDiscountCategory"] == "Usage" and row["CommitmentDiscountStatus"] == "Used")
        or row["CommitmentDiscountQuantity"] == row["ConsumedQuantity"]
    ),
    "a purchase is billed now and takes effect later": lambda row: (
        row["ChargeCategory"] != "Purchase"
        or (amount(row, "BilledCost") > 0 == amount(row, "EffectiveCost")
        and row["PricingCategory"] == "Standard"
        and _is(row, "ChargeFrequency", "One-Time", "Recurring"))
    ),
    "what a commitment covers is not billed": lambda row: (
        not row["CommitmentDiscountStatus"] or amount(row, "BilledCost") == 0
    ),
    "all else is billed as it takes effect": lambda row: (
        bool(row["CommitmentDiscountId"]) or row["BilledCost"] == row["EffectiveCost"]
    ),
    "committed is what a commitment covers": lambda row: (
        (row["PricingCategory"] == "Committed") == bool(row["CommitmentDiscountStatus"])
    ),
    "a discount lowers the cost": lambda row: (
        row["CommitmentDiscountStatus"] != "Used" or abs(amount(row, "EffectiveCost")) < abs(amount(row, "ListCost"))
    ),
    "a commitment is its own resource": lambda row: (
        (row["ResourceId"] == row["CommitmentDiscountId"]) == is_commitment_itself(row)
    ),
    "a resource has an id, a name and a type, and no id of a SKU": lambda row: (
        all(row[name] for name in ("ResourceId", "ResourceName", "ResourceType"))
        and row["ResourceId"] not in {row["SkuId"], row["SkuPriceId"], row["ResourceName"]}
    ),
    "a SKU has a meter": lambda row: bool(row["SkuMeter"]) == bool(row["SkuId"]),
    "known properties of SKUs": lambda row: (
        not row["SkuPriceDetails"]
        or all(key in SKU_PROPERTIES or key.startswith("x_") for key in json.loads(row["SkuPriceDetails"]))
    ),
    "properties are flat": _flat("SkuPriceDetails"),
    "tags are flat": _flat("Tags"),
    "programs that could cover it": _eligible,
    "an invoice and its line": lambda row: bool(row["InvoiceId"]) == bool(row["InvoiceDetailId"]),
    "a region": lambda row: bool(row["RegionId"]) and bool(row["RegionName"]),
    "a sub account": lambda row: bool(row["SubAccountId"]) and bool(row["SubAccountName"]),
}  # fmt: skip
