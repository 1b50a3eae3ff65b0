"""The FOCUS table: the rules of the specification, dollars that reconcile, and nothing that gives a task away."""

import csv
import os
import re
import shutil
import subprocess
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from itbench.kit.generated.randomness import Randomness
from itbench_finops.bills import anomaly
from itbench_finops.bills.bill import CORRECTION, CREDIT, Bill
from itbench_finops.bills.calendar import make_calendar
from itbench_finops.bills.causes import Setting, apply
from itbench_finops.bills.commitments import terms_of
from itbench_finops.bills.company import make_company
from itbench_finops.bills.decoys import add_decoys
from itbench_finops.bills.resource import COMMITTED
from itbench_finops.bills.specs import CAUSES, LEVELS, AnomalySpec
from itbench_finops.tables.costs import read_costs

from .focus_rules import (
    CONDITIONAL,
    MANDATORY,
    RECOMMENDED,
    REMOVED,
    RULES,
    Row,
    amount,
    day,
    is_commitment_itself,
)

# Between them they have every kind of row: both kinds of commitment, bought in the time of the bill and left unused.
SPECS = tuple(
    AnomalySpec(id="x", seed=seed, causes=causes, difficulty=1)
    for seed, causes in (
        (21, ("commitment", "transfer")),
        (5, ("price", "application")),
        (8, ("runaway", "test-fleet")),
    )
)
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
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    found = []
    for spec in SPECS:
        folder = tmp_path_factory.mktemp("focus")
        anomaly.make_anomaly(spec, folder)
        found.append(folder)
    return found


@pytest.fixture(scope="module", params=range(len(SPECS)))
def folder(request: pytest.FixtureRequest, folders: list[Path]) -> Path:
    return folders[request.param]


@pytest.fixture(scope="module")
def rows(folder: Path) -> list[Row]:
    return read_rows(folder)


def read_rows(folder: Path) -> list[Row]:
    with (folder / "focus.csv").open(newline="") as file:
        return list(csv.DictReader(file, strict=True))


@pytest.mark.slow
def test_every_column_that_the_specification_demands_is_there_and_custom_ones_come_last(
    rows: list[Row],
) -> None:
    names = list(rows[0])
    assert set(names[:-2]) == MANDATORY | CONDITIONAL | RECOMMENDED
    assert names[-2:] == ["x_Application", "x_InstanceFamily"]
    assert not REMOVED & set(names)
    assert not any(None in row or None in row.values() for row in rows)


@pytest.mark.slow
@pytest.mark.parametrize("rule", RULES)
def test_every_row_keeps_the_rule(rule: str, rows: list[Row]) -> None:
    broken = [row for row in rows if not RULES[rule](row)]
    assert broken == []


BREAKING: dict[str, tuple[Callable[[Row], bool], dict[str, str]]] = {
    "what a commitment covers is not billed": (lambda row: row["CommitmentDiscountStatus"] == "Used", {"BilledCost": "1.0"}),
    "to promise spend is counted in the currency, to promise use in hours": (
        lambda row: row["CommitmentDiscountCategory"] == "Spend",
        {"CommitmentDiscountUnit": "Hours"},
    ),
    "a purchase is billed now and takes effect later": (
        lambda row: row["ChargeCategory"] == "Purchase",
        {"EffectiveCost": "1.0"},
    ),
    "a resource has an id, a name and a type, and no id of a SKU": (lambda row: bool(row["SkuId"]), {"SkuId": "", "SkuPriceId": "s", "ResourceId": "s"}),
    "charge period in billing period, a correction before it": (
        lambda row: row["ChargeClass"] == "Correction",
        {"ChargeClass": ""},
    ),
    "status of commitments in use": (lambda row: row["CommitmentDiscountStatus"] == "Unused", {"CommitmentDiscountStatus": ""}),
    "programs that could cover it": (lambda row: row["CommitmentDiscountStatus"] == "Used", {"CommitmentProgramEligibilityDetails": ""}),
    "list cost is price by quantity": (lambda row: row["PricingCategory"] == "Dynamic", {"ListUnitPrice": "9.9"}),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("rule", BREAKING)
def test_a_rule_finds_a_row_that_breaks_it(rule: str, folders: list[Path]) -> None:
    fits, change = BREAKING[rule]
    row = next(row for folder in folders for row in read_rows(folder) if fits(row))
    assert RULES[rule](row)
    assert not RULES[rule](row | change)


@pytest.mark.slow
def test_the_tables_have_every_kind_of_row(folders: list[Path]) -> None:
    kinds = Counter(
        (row["ChargeCategory"], row["ChargeClass"], row["PricingCategory"], row["CommitmentDiscountCategory"], row["CommitmentDiscountStatus"])
        for folder in folders
        for row in read_rows(folder)
    )  # fmt: skip
    assert set(kinds) >= {
        ("Usage", "", "Standard", "", ""),
        ("Usage", "", "Dynamic", "", ""),
        ("Usage", "", "Committed", "Spend", "Used"),
        ("Usage", "", "Committed", "Usage", "Used"),
        ("Usage", "", "Committed", "Spend", "Unused"),
        ("Usage", "", "Committed", "Usage", "Unused"),
        ("Purchase", "", "Standard", "Spend", ""),
        ("Purchase", "", "Standard", "Usage", ""),
        ("Credit", "", "", "", ""),
        ("Usage", "Correction", "Standard", "", ""),
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("child", "parent"),
    [
        ("SkuPriceId", "SkuId"),
        ("SkuPriceId", "SkuPriceDetails"),
        ("SkuId", "SkuMeter"),
        ("SkuId", "ServiceName"),
        ("CommitmentDiscountId", "CommitmentDiscountCategory"),
        ("CommitmentDiscountId", "CommitmentDiscountUnit"),
        ("CommitmentDiscountId", "SubAccountId"),
        ("ResourceId", "SubAccountId"),
        ("ResourceId", "RegionId"),
        ("ResourceId", "ResourceType"),
        ("InvoiceDetailId", "InvoiceId"),
        ("InvoiceId", "InvoiceIssuerName"),
        ("InvoiceId", "BillingPeriodStart"),
        ("InvoiceId", "BillingAccountId"),
        ("RegionId", "RegionName"),
        ("RegionId", "ServiceProviderName"),
        ("ServiceName", "ServiceSubcategory"),
    ],
)
def test_an_id_always_belongs_to_the_same(child: str, parent: str, rows: list[Row]) -> None:
    found = {(row[child], row[parent]) for row in rows if row[child]}
    assert len({one for one, _ in found}) == len(found)


@pytest.mark.slow
def test_a_correction_is_on_a_later_invoice_than_what_it_corrects(rows: list[Row]) -> None:
    corrections = [row for row in rows if row["ChargeClass"]]
    assert corrections
    for row in corrections:
        same = [
            other
            for other in rows
            if (other["ResourceId"], other["ChargePeriodStart"])
            == (row["ResourceId"], row["ChargePeriodStart"])
            and not other["ChargeClass"]
        ]
        wrong = [other for other in same if amount(other, "EffectiveCost") == -amount(row, "EffectiveCost")]
        assert len(wrong) == 1
        assert wrong[0]["InvoiceId"] < row["InvoiceId"]


@pytest.mark.slow
def test_effective_costs_are_those_of_the_daily_table(rows: list[Row], folder: Path) -> None:
    plain: dict[tuple[str, ...], int] = defaultdict(int)
    for line in read_costs((folder / "data.csv").read_bytes(), source="data.csv").lines:
        place = (line.account, line.provider, line.service, line.application, line.family)
        plain[line.day.isoformat(), *place] += line.cost_e4usd
    standard: dict[tuple[str, ...], int] = defaultdict(int)
    names = ("SubAccountId", "ServiceProviderName", "ServiceName", "x_Application", "x_InstanceFamily")
    for row in rows:
        if row["x_InstanceFamily"]:
            standard[row["ChargePeriodStart"][:10], *(row[name] for name in names)] += int(
                amount(row, "EffectiveCost") * 10_000
            )
        else:
            assert is_commitment_itself(row)
    assert standard == plain


@pytest.mark.slow
def test_the_billed_costs_of_each_invoice_are_what_the_company_was_charged(tmp_path: Path) -> None:
    """The sum is formed from the simulated bill: what is paid when it is used, credits, and commitments when they are bought."""
    bill = simulated(SPECS[0], is_caused=True)
    anomaly._write_tables(tmp_path, bill)
    payable_e4usd: Counter[str] = Counter()
    for line in (line for lines in bill.lines() for line in lines):
        month = bill.calendar.dates[line.day].replace(day=1)
        if line.kind == CORRECTION:
            month = (month + timedelta(days=31)).replace(day=1)
        if line.kind == CREDIT or line.charge.pricing != COMMITTED:
            provider = bill.resources[line.resource].provider
            payable_e4usd[f"{provider}-{month:%Y%m}"] += line.cost_e4usd
    for resource in bill.resources:
        for term in terms_of(resource, bill.calendar.days):
            a_day_e4usd = term.instances * 24 * term.price_e4usd
            for day_of_bill, when in enumerate(bill.calendar.dates):
                is_paid_daily = term.kind.category == "Spend" and term.first <= day_of_bill < term.end
                is_paid_at_once = term.kind.category == "Usage" and term.first == day_of_bill
                times = 365 if is_paid_at_once else int(is_paid_daily)
                payable_e4usd[f"{resource.provider}-{when:%Y%m}"] += times * a_day_e4usd
    billed_e4usd: Counter[str] = Counter()
    for row in read_rows(tmp_path):
        billed_e4usd[row["InvoiceId"]] += int(amount(row, "BilledCost") * 10_000)
    assert len(billed_e4usd) > 8
    assert billed_e4usd == +payable_e4usd


def test_a_commitment_that_is_paid_day_by_day_takes_effect_in_full_each_day(rows: list[Row]) -> None:
    billed: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    effective: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        if row["CommitmentDiscountCategory"] == "Spend":
            key = row["CommitmentDiscountId"], row["ChargePeriodStart"]
            billed[key] += amount(row, "BilledCost")
            effective[key] += amount(row, "EffectiveCost")
    assert billed
    assert billed == effective
    amounts = {(identifier, cost) for (identifier, _), cost in billed.items()}
    assert len(amounts) == len({identifier for identifier, _ in billed})


@pytest.mark.slow
def test_a_commitment_that_is_paid_in_advance_takes_effect_evenly_over_its_term(folders: list[Path]) -> None:
    bought = 0
    for rows in map(read_rows, folders):
        effective: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        quantity: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for row in rows:
            if row["CommitmentDiscountCategory"] == "Usage" and row["ChargeCategory"] == "Usage":
                effective[row["CommitmentDiscountId"]][row["ChargePeriodStart"]] += amount(
                    row, "EffectiveCost"
                )
                quantity[row["CommitmentDiscountId"]][row["ChargePeriodStart"]] += amount(
                    row, "CommitmentDiscountQuantity"
                )
        assert all(len(set(days.values())) == 1 for found in (effective, quantity) for days in found.values())
        for row in rows:
            if (row["ChargeCategory"], row["ChargeFrequency"]) == ("Purchase", "One-Time"):
                bought += 1
                (daily,) = set(effective[row["CommitmentDiscountId"]].values())
                (hours,) = set(quantity[row["CommitmentDiscountId"]].values())
                assert day(row, "ChargePeriodEnd") - day(row, "ChargePeriodStart") == timedelta(days=365)
                assert min(effective[row["CommitmentDiscountId"]]) == row["ChargePeriodStart"]
                assert (amount(row, "BilledCost"), amount(row, "CommitmentDiscountQuantity")) == (
                    365 * daily,
                    365 * hours,
                )
    assert bought


@pytest.mark.slow
def test_a_commitment_is_renewed_without_a_gap_unless_it_ends(folders: list[Path]) -> None:
    for rows in map(read_rows, folders):
        days: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            if row["CommitmentDiscountStatus"] == "Used":
                days[row["x_InstanceFamily"], row["CommitmentDiscountName"]].add(row["ChargePeriodStart"])
        assert days
        last = max(row["ChargePeriodStart"] for row in rows)
        ended = {name for (_, name), found in days.items() if max(found) < last}
        assert len(ended) <= 1


def simulated(spec: AnomalySpec, *, is_caused: bool) -> Bill:
    """Return the bill of a task with or without what went wrong; all else is the same."""
    random = Randomness(spec.seed)
    calendar = make_calendar(random.fork("calendar"), spec.days)
    company = make_company(random.fork("company"), spec.resources)
    decoys = add_decoys(company, calendar, random.fork("decoys"))
    setting = Setting(company, calendar, random.fork("causes"), LEVELS - 1 - spec.difficulty)
    changes = [change for cause in spec.causes for change in apply(cause, setting)]
    after = [change.after if is_caused else change.before for change in changes]
    company.resources += [each for each in after if each is not None]
    return anomaly._bill(company, decoys, [], calendar, random.fork("bill"))


def tables(
    spec: AnomalySpec, folder: Path, *, is_caused: bool
) -> tuple[dict[str, Counter[str]], dict[str, list[Row]]]:
    """Return the lines of both tables by family and day, with or without what went wrong."""
    folder.mkdir()
    anomaly._write_tables(folder, simulated(spec, is_caused=is_caused))
    plain: dict[str, Counter[str]] = defaultdict(Counter)
    for line in (folder / "data.csv").read_text().splitlines()[1:]:
        cells = line.split(",")
        plain[f"{cells[5]} {cells[0]}"][line] += 1
    standard: dict[str, list[Row]] = defaultdict(list)
    for row in read_rows(folder):
        standard[f"{family_of(row)} {row['ChargePeriodStart'][:10]}"].append(row)
    return plain, standard


@pytest.mark.slow
@pytest.mark.parametrize("cause", CAUSES)
def test_no_column_tells_more_of_the_cause_than_the_daily_table_does(cause: str, tmp_path: Path) -> None:
    """Slow: simulates a company twice and compares all rows."""
    spec = AnomalySpec(id="x", seed=77, causes=(cause,), difficulty=1)
    caused, shown = tables(spec, tmp_path / "with", is_caused=True)
    usual, expected = tables(spec, tmp_path / "without", is_caused=False)
    same = [key for key in usual if caused.get(key) == usual[key]]
    differing = {key.split()[0] for key in caused | usual if caused.get(key) != usual.get(key)}
    assert differing
    assert len(same) > 5000
    for key in same:
        left, right = (comparable(found[key], differing) for found in (shown, expected))
        assert left == right, key


def comparable(rows: list[Row], differing: set[str]) -> list[str]:
    """Return what must be the same of some rows.

    A commitment that ends on the day of the cause had another term than if it were renewed: its id is another one, and so is
    the day on which it was bought in advance. The daily table shows of these families that the discount ended.
    """
    found = []
    for row in rows:
        is_other_term = row["SkuId"] and family_of(row) in differing and bool(row["CommitmentDiscountId"])
        if is_other_term and row["ChargeFrequency"] == "One-Time":
            continue
        text = str(row)
        found.append(text.replace(row["CommitmentDiscountId"], "another") if is_other_term else text)
    return sorted(found)


def family_of(row: Row) -> str:
    """Return the family that a row is about, also where a commitment is its resource."""
    return row["x_InstanceFamily"] or row["SkuId"].split(".")[1].split("-")[0]


def as_version_1_2(folder: Path, path: Path) -> None:
    """Write a table with the names of the parties as FOCUS 1.2 has them, and without the columns that it does not know."""
    rows = read_rows(folder)
    unknown = {
        "CommitmentProgramEligibilityDetails",
        "HostProviderName",
        "InvoiceDetailId",
        "ServiceProviderName",
    }
    names = ["ProviderName", "PublisherName", *(name for name in rows[0] if name not in unknown)]
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, names, extrasaction="ignore")
        writer.writeheader()
        for row in rows:
            provider = row["ServiceProviderName"]
            writer.writerow(row | {"ProviderName": provider, "PublisherName": provider})


@pytest.mark.slow
def test_the_validator_of_the_specification_finds_nothing(folder: Path, tmp_path: Path) -> None:
    """Slow: a program of its own. It knows the rules of FOCUS 1.2, which 1.4 has kept, and needs focus-validator 2.2 or later."""
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
    as_version_1_2(folder, tmp_path / "focus.csv")
    words = ["--data-file", tmp_path / "focus.csv", "--validate-version", "1.2", "--block-download"]
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
