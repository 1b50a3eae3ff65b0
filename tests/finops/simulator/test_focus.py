"""The FOCUS table: its columns, types and values as the public specification has them, and the same dollars."""

import csv
import json
import os
import re
import shutil
import subprocess
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from itbench_finops.simulator.anomaly import make_anomaly
from itbench_finops.simulator.specs import AnomalySpec
from itbench_finops.tables.costs import read_costs

# Columns that FOCUS 1.2 demands of every table, or of one about commitments, regions, sub accounts and tags:
# https://focus.finops.org/focus-specification/v1-2/
REQUIRED = [
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingAccountType",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "CommitmentDiscountCategory",
    "CommitmentDiscountId",
    "CommitmentDiscountQuantity",
    "CommitmentDiscountStatus",
    "CommitmentDiscountType",
    "CommitmentDiscountUnit",
    "ConsumedQuantity",
    "ConsumedUnit",
    "ContractedCost",
    "ContractedUnitPrice",
    "EffectiveCost",
    "InvoiceIssuerName",
    "ListCost",
    "ListUnitPrice",
    "PricingCategory",
    "PricingQuantity",
    "PricingUnit",
    "ProviderName",
    "PublisherName",
    "RegionId",
    "RegionName",
    "ResourceId",
    "ResourceName",
    "ResourceType",
    "ServiceCategory",
    "ServiceName",
    "SkuId",
    "SkuMeter",
    "SkuPriceDetails",
    "SkuPriceId",
    "SubAccountId",
    "SubAccountName",
    "SubAccountType",
    "Tags",
]
NUMBERS = ["BilledCost", "ContractedCost", "EffectiveCost", "ListCost"]
NUMBERS_OF_USAGE = ["ConsumedQuantity", "ContractedUnitPrice", "ListUnitPrice", "PricingQuantity"]
MOMENTS = ["BillingPeriodEnd", "BillingPeriodStart", "ChargePeriodEnd", "ChargePeriodStart"]
# Rules of the program that this table cannot keep: it asks for columns of prices in a virtual currency, which nobody uses
# here, and refuses an invoice id and an empty commitment status in any row, where the text of the specification does not.
NOT_MEANT = re.compile(
    r"PricingCurrency.*|CostAndUsage-D-0(4[678]|5[0-6])-C|CommitmentDiscountStatus-C-00[024]-C|InvoiceId-C-004-C"
)
CRITERIA = ",".join(
    f"{name}_SUPPORTED"
    for name in (
        "ACCOUNT_NAMING",
        "COMMITMENT_DISCOUNT",
        "MULTIPLE_PRICING_CATEGORIES",
        "MULTIPLE_SUB_ACCOUNT_TYPES",
        "MULTIPLE_BILLING_ACCOUNT_TYPES",
        "PUBLIC_PRICE_LIST",
        "USAGE_MEASUREMENT",
        "UNIT_PRICING",
        "SUB_ACCOUNT",
        "RESOURCE_TYPE_ASSIGNMENT",
        "REGION",
        "TAGGING",
    )
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("focus")
    spec = AnomalySpec(id="x", seed=21, causes=("commitment", "transfer"), difficulty=1)
    make_anomaly(spec, folder)
    return folder


@pytest.fixture(scope="module")
def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "focus.csv").open(newline="") as file:
        return list(csv.DictReader(file, strict=True))


def test_every_column_that_the_specification_demands_is_there(rows) -> None:
    assert set(REQUIRED) <= set(rows[0])
    more = set(rows[0]) - set(REQUIRED)
    assert more == {
        "AvailabilityZone",
        "ChargeFrequency",
        "CommitmentDiscountName",
        "InvoiceId",
        "ServiceSubcategory",
        "x_Application",
        "x_InstanceFamily",
    }


def test_every_value_has_the_type_and_is_one_of_those_that_the_specification_allows(rows) -> None:
    for row in rows:
        assert None not in row
        assert None not in row.values()
        for name in NUMBERS:
            assert re.fullmatch(r"-?\d+\.\d{4}", row[name]), name
        for name in MOMENTS:
            assert re.fullmatch(r"\d{4}-\d{2}-\d{2}T00:00:00Z", row[name]), name
        assert (
            row["BillingPeriodStart"]
            <= row["ChargePeriodStart"]
            < row["ChargePeriodEnd"]
            <= row["BillingPeriodEnd"]
        )
        assert row["ChargeCategory"] in {"Usage", "Credit"}
        assert row["ChargeClass"] in {"", "Correction"}
        assert row["PricingCategory"] in {"Standard", "Committed", "Dynamic", ""}
        assert row["ServiceCategory"] in {"Compute", "Databases", "Networking", "AI and Machine Learning"}
        assert row["BillingCurrency"] == "USD"
        assert json.loads(row["Tags"]) == {"application": row["x_Application"]}
        if row["ChargeCategory"] == "Usage":
            for name in NUMBERS_OF_USAGE:
                assert re.fullmatch(r"-?\d+\.\d+", row[name]), name


def test_costs_follow_from_quantities_and_prices(rows) -> None:
    for row in rows:
        if row["ChargeCategory"] == "Usage":
            at_list = Decimal(row["ListUnitPrice"]) * Decimal(row["PricingQuantity"])
            assert Decimal(row["ListCost"]) == at_list == Decimal(row["ContractedCost"])
            if row["PricingCategory"] == "Standard":
                assert Decimal(row["BilledCost"]) == at_list
            else:
                assert abs(Decimal(row["BilledCost"])) < abs(at_list)
        else:
            assert Decimal(row["BilledCost"]) < 0


def test_commitments_are_named_where_they_were_used_and_nowhere_else(rows) -> None:
    columns = [name for name in rows[0] if name.startswith("CommitmentDiscount")]
    committed = [row for row in rows if row["PricingCategory"] == "Committed"]
    assert committed
    assert all(all(row[name] for name in columns) for row in committed)
    assert not any(row[name] for row in rows if row not in committed for name in columns)


def test_both_tables_tell_of_the_same_dollars(rows, folder: Path) -> None:
    table = read_costs((folder / "data.csv").read_bytes(), source="data.csv")
    plain: dict[tuple[str, ...], int] = defaultdict(int)
    for line in table.lines:
        plain[
            line.day.isoformat(), line.account, line.provider, line.service, line.application, line.family
        ] += line.cost_e4usd
    standard: dict[tuple[str, ...], int] = defaultdict(int)
    for row in rows:
        names = ("SubAccountId", "ProviderName", "ServiceName", "x_Application", "x_InstanceFamily")
        standard[row["ChargePeriodStart"][:10], *(row[name] for name in names)] += int(
            Decimal(row["BilledCost"]) * 10_000
        )
    assert plain == standard


@pytest.mark.slow
def test_the_validator_of_the_specification_finds_nothing(folder: Path, tmp_path: Path) -> None:
    """Slow: a program of its own. It needs focus-validator 2.2 or later, which brings the rules of FOCUS 1.2."""
    program = os.environ.get("FOCUS_VALIDATOR") or shutil.which("focus-validator")
    if program is None:
        pytest.skip("no focus-validator on PATH, and FOCUS_VALIDATOR does not say where it is")
    python = Path(program).with_name("python")
    home = subprocess.run(
        [python, "-c", "import importlib.util as u; print(u.find_spec('focus_validator').origin)"],
        capture_output=True,
        text=True,
        check=True,
    )
    # It reads a list of currencies relative to where it is started, and writes a log there.
    site = tmp_path / "site"
    site.mkdir()
    (site / "focus_validator").symlink_to(Path(home.stdout.strip()).parent)
    if not list((site / "focus_validator" / "rules").glob("model-1.2*.json")):
        pytest.skip("this focus-validator does not bring the rules of FOCUS 1.2")
    words = ["--data-file", folder / "focus.csv", "--validate-version", "1.2", "--block-download"]
    done = subprocess.run(
        [program, *words, "--applicability-criteria", CRITERIA],
        cwd=site,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    total = re.search(r"Total: (\d+) \| Pass: (\d+)", done.stdout)
    assert total is not None, done.stdout[-2000:] + done.stderr[-2000:]
    assert int(total[2]) > 250
    failed = set(re.findall(r"^❌ (\S+): FAIL", done.stdout, re.MULTILINE))
    assert sorted(rule for rule in failed if not NOT_MEANT.fullmatch(rule)) == []
