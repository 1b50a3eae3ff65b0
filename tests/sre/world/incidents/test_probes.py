"""A latent fault harms only once something routine happens; a harmless change never does."""

import pytest

from itbench_sre.world.application.otel_demo import otel_demo
from itbench_sre.world.clock.loop import MINUTE_US
from itbench_sre.world.incidents.label import label
from itbench_sre.world.incidents.probes import Probes
from itbench_sre.world.incidents.variants import Variants
from itbench_sre.world.mechanisms.actions import Create, Restart
from itbench_sre.world.store.refs import Ref
from itbench_sre.world.world import World

from .cases import MINUTES, change, scaled

# Each of these runs a whole cluster some times: some seconds of processor time.
pytestmark = pytest.mark.slow

CACHE = Ref("Deployment", "otel-demo", "valkey-cart")
QUOTA = Ref("ResourceQuota", "otel-demo", "no-more-pods")


@pytest.mark.soak
def test_a_quota_that_forbids_new_pods_is_the_root_and_the_restart_that_met_it_the_trigger() -> None:
    world = World(otel_demo(visits_per_minute=40), 7)
    world.store.edit(CACHE, {("spec", "strategy"): {"type": "Recreate"}}, "helm")
    body = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": QUOTA.name, "namespace": QUOTA.namespace},
        "spec": {"hard": {"pods": "1"}},
    }
    quota = change(world, QUOTA, 1, Create(body, "kubectl-edit"), affects=("valkey-cart",))
    more = scaled(world, Ref("Deployment", "otel-demo", "email"), 1, 2)
    restart = change(world, CACHE, 3, Restart(CACHE))
    variants = Variants(world, [quota, more, restart], world.start_us + MINUTES * MINUTE_US)
    probes = Probes(variants)
    found = label(variants, probes)
    assert found is not None
    assert (found.roots, found.triggers) == ((0,), (2,))
    assert found.page is not None
    assert not probes.harm((1,), found.page)
    assert probes.runs <= 12
