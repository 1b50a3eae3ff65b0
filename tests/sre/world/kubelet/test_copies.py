"""A cluster that is copied in the middle of something ends as the original does."""

import json
import pickle

from itbench_sre.world.store.refs import Ref

from .conftest import Act, Cluster


def _busy() -> Cluster:
    cluster = Cluster(seed=7)
    cluster.machines.acts["cart"] = Act(ends_after_s=3, exit_code=1, reason="Error")
    cluster.machines.acts["web"] = Act(refused="HTTP probe failed with statuscode: 503")
    cluster.pod("crashing")
    cluster.pod("missing", container={"image": "ghcr.io/shop/cart:9"})
    cluster.pod("unmounted", volumes=[{"name": "config", "configMap": {"name": "absent"}}])
    probe = {"httpGet": {"path": "/", "port": 8080}, "periodSeconds": 5}
    cluster.pod("probed", container={"name": "web", "livenessProbe": probe, "readinessProbe": probe})
    return cluster


def _bytes(cluster: Cluster) -> str:
    kinds = ("Pod", "Node", "Event")
    return json.dumps([list(cluster.store.list(kind)) for kind in kinds], sort_keys=True)


def test_a_copy_in_the_middle_of_back_off_ends_in_the_same_bytes() -> None:
    original = _busy()
    original.run(73)
    copy: Cluster = pickle.loads(pickle.dumps(original))
    for cluster in (original, copy):
        cluster.run(600)
    assert _bytes(copy) == _bytes(original)
    uninterrupted = _busy()
    uninterrupted.run(673)
    assert _bytes(uninterrupted) == _bytes(original)


def test_what_is_done_to_one_pod_of_a_copy_changes_nothing_of_the_others() -> None:
    original = _busy()
    original.run(73)
    copy: Cluster = pickle.loads(pickle.dumps(original))
    copy.store.delete(Ref("Pod", "shop", "missing"), "kubectl-delete")
    for cluster in (original, copy):
        cluster.run(300)
    assert copy.store.get(Ref("Pod", "shop", "missing")) is None
    for name in ("crashing", "unmounted", "probed"):
        ref = Ref("Pod", "shop", name)
        assert copy.status(ref) == original.status(ref)
