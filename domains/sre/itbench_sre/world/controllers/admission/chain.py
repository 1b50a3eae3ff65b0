"""The order in which the API server asks: what changes objects first, then what refuses them, quotas last."""

from itbench_sre.world.controllers.admission.claims import ClaimAdmission
from itbench_sre.world.controllers.admission.limit_ranges import LimitRangeAdmission
from itbench_sre.world.controllers.admission.namespaces import NamespaceAdmission
from itbench_sre.world.controllers.admission.pods import PodAdmission
from itbench_sre.world.controllers.admission.quotas import QuotaAdmission
from itbench_sre.world.controllers.admission.services import ServiceAdmission
from itbench_sre.world.controllers.admission.validity import validate
from itbench_sre.world.store.store import Store


def install_admission(store: Store) -> None:
    """Let a store ask all admission plug-ins before each write that is not of a subresource."""
    store.admission.extend(
        (
            NamespaceAdmission(store).admit,
            PodAdmission(store).admit,
            ServiceAdmission(store).admit,
            ClaimAdmission(store).admit,
            validate,
            LimitRangeAdmission(store).admit,
            QuotaAdmission(store).admit,
        )
    )
