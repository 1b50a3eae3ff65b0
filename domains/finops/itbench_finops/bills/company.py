"""A company before anything happens: accounts, applications, and the resources that they use."""

from dataclasses import dataclass, replace

from itbench.kit import Randomness
from itbench_finops.bills.catalog import PROVIDERS, REGIONS, SERVICES, TRANSFER, Service
from itbench_finops.bills.resource import Commitment, Resource
from itbench_finops.names import Names

_WEEKLY_SHAPES = (
    (1000, 1010, 1000, 1005, 990, 960, 950),
    (1050, 1080, 1070, 1060, 1000, 720, 680),
    (1120, 1020, 1000, 1010, 990, 640, 600),
    (960, 970, 980, 1000, 1080, 1180, 1150),
)
_USUAL_RESOURCES = 64
_ACCOUNTS = 3
_SPOT_ONE_IN, _COMMITTED_ONE_IN = 9, 5


@dataclass(slots=True)
class Company:
    """Resources that nothing misleading has happened to yet; the first account is the one with the anomaly."""

    accounts: list[str]
    resources: list[Resource]
    names: Names
    random: Randomness

    def take(self, *, service: str | None = None, is_plain: bool = False) -> Resource:
        """Remove and return a resource of the first account, large ones first; it is never taken again."""
        fitting = [
            resource
            for resource in self.resources
            if resource.account == self.accounts[0]
            and (service is None or resource.service == service)
            and not (is_plain and (resource.is_spot or resource.commitment is not None))
            and (service is not None or resource.service != TRANSFER.name)
        ]
        if not fitting:
            return new_resource(self, self.accounts[0], *self._home(), self.random.pick(SERVICES))
        fitting.sort(key=lambda each: (-each.price_e4usd * each.demand_milli, each.family))
        chosen = fitting[self.random.below(max(1, len(fitting) * 3 // 4))]
        self.resources.remove(chosen)
        return chosen

    def _home(self) -> tuple[str, str, str]:
        model = next(each for each in self.resources if each.account == self.accounts[0])
        return model.provider, model.application, model.region


def make_company(random: Randomness, resources: int | None) -> Company:
    """Return a company with so many resources, three in five of them in its first account."""
    names = Names(random.fork("names"))
    company = Company([names.new(7) for _ in range(_ACCOUNTS)], [], names, random)
    count = resources or _USUAL_RESOURCES
    shares = dict.fromkeys(company.accounts[1:], count // 5)
    shares[company.accounts[0]] = count - sum(shares.values())
    for account in company.accounts:
        company.resources += _account(company, account, shares[account])
    return company


def _account(company: Company, account: str, count: int) -> list[Resource]:
    random, names = company.random, company.names
    found: list[Resource] = []
    providers = random.shuffled(PROVIDERS)[:2]
    commitments = {provider: names.new(9) for provider in providers}
    while len(found) < count:
        provider = random.pick(providers)
        application = names.new(6)
        services = [*random.shuffled(SERVICES)[:3], TRANSFER]
        region = random.pick(REGIONS[provider])
        for _ in range(min(random.between(4, 6), count - len(found))):
            service = services[-1] if random.below(5) == 0 else random.pick(services[:-1])
            resource = new_resource(company, account, provider, application, region, service)
            found.append(_paid_for(resource, random, commitments[provider]))
        if len(found) >= count and not any(each.service == TRANSFER.name for each in found):
            found.append(new_resource(company, account, provider, application, region, TRANSFER))
    return found


def new_resource(
    company: Company, account: str, provider: str, application: str, region: str, service: Service
) -> Resource:
    """Return a fresh resource of a service."""
    random = company.random
    return Resource(
        account=account,
        provider=provider,
        service=service.name,
        application=application,
        family=company.names.new(5),
        region=region,
        seed=random.seed(),
        price_e4usd=random.between(service.lowest_price_e4usd, service.highest_price_e4usd),
        demand_milli=random.between(service.fewest * 1000, service.most * 1000),
        growth_ppm=random.between(-300, 900),
        weekly_permille=random.pick(_WEEKLY_SHAPES),
    )


def _paid_for(resource: Resource, random: Randomness, commitment: str) -> Resource:
    if resource.service == TRANSFER.name:
        return resource
    if random.below(_SPOT_ONE_IN) == 0:
        return replace(resource, is_spot=True)
    if random.below(_COMMITTED_ONE_IN) == 0:
        covered = resource.demand_milli * random.between(50, 90) // 100_000
        return replace(
            resource,
            commitment=Commitment(
                id=commitment, instances=max(1, covered), discount_permille=300, end=1 << 30
            ),
        )
    return resource
