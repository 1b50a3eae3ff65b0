"""5.3.2: namespaces are closed until a policy opens them."""

from collections.abc import Callable

from itbench import JsonObject
from itbench_ciso.controls.control import Change, Control, Parameters, Way, complies, violates
from itbench_ciso.controls.manifests.names import NEAR
from itbench_ciso.controls.manifests.scene import Scene, Spelling
from itbench_ciso.controls.manifests.workload import WORKLOAD_KINDS
from itbench_ciso.controls.network_policies.open_rules import open_rules
from itbench_ciso.controls.ways.exceptions import ORDINALS, exempt_namespaces, other_system_namespace

_POLICY = "default-deny"
_BOTH = ["Ingress", "Egress"]
_VERSION = "networking.k8s.io/v1"
_DENY: JsonObject = {"policyTypes": _BOTH}
_SOME_PODS: JsonObject = {"podSelector": {"matchLabels": {"tier": "backend"}}}
_EXPRESSION: JsonObject = {"podSelector": {"matchExpressions": [{"key": "tier", "operator": "Exists"}]}}
_FROM: JsonObject = {"from": [{"podSelector": {"matchLabels": {"tier": "front"}}}]}
_TO: JsonObject = {"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}
_PORT: JsonObject = {"ports": [{"protocol": "TCP", "port": 443}]}


def _policy_of(scene: Scene, namespace: str) -> JsonObject:
    found = scene.find("NetworkPolicy", _POLICY, namespace)
    if found is None:
        raise LookupError(f"namespace {namespace!r} has no policy {_POLICY!r}")
    return found


def _new(scene: Scene) -> JsonObject:
    """Return the policy of a namespace of its own in which a workload runs."""
    name = scene.namespace_name()
    scene.workload(namespace=name)
    return _policy_of(scene, name)


def _filled(spec: JsonObject) -> JsonObject:
    return {"podSelector": {}} | spec


def _specs(*specs: JsonObject) -> Change:
    """Return the change that adds a namespace with a workload and these policies."""

    def change(scene: Scene, _given: Parameters) -> None:
        policy = _new(scene)
        policy["spec"] = _filled(specs[0])
        for spec in specs[1:]:
            _more(scene, policy["metadata"]["namespace"], _filled(spec))

    return change


def _more(scene: Scene, namespace: str, spec: JsonObject) -> JsonObject:
    metadata = scene.metadata(namespace=namespace)
    return scene.add({"apiVersion": _VERSION, "kind": "NetworkPolicy", "metadata": metadata, "spec": spec})


def _bad(name: str, bad: JsonObject, fine: JsonObject = _DENY, *more: JsonObject) -> Way:
    """Return the violating way of a namespace with one policy, or with more of them, the first one of which is repaired."""
    return violates(name, _specs(bad, *more), _specs(fine, *more))


def _misplaced(*, is_fine: bool) -> Change:
    """Return the change that adds two namespaces with two policies: one each, or both in the second one."""

    def change(scene: Scene, _given: Parameters) -> None:
        first, second = _new(scene), _new(scene)
        if not is_fine:
            place = second["metadata"]
            first["metadata"] |= {"namespace": place["namespace"], "name": f"{_POLICY}-2"}
            first["metadata"]["labels"] = dict(place["labels"])

    return change


def _of_other_group(version: str) -> Change:
    def change(scene: Scene, _given: Parameters) -> None:
        _new(scene)["apiVersion"] = version

    return change


def _undeclared(kind: str | None, *, is_fine: bool, replicas: int | None = None) -> Change:
    """Return the change that adds a workload in a namespace that is not declared, with a policy in it or elsewhere."""

    def change(scene: Scene, _given: Parameters) -> None:
        declared, undeclared = scene.namespace_name(), scene.namespace_name()
        workload = scene.workload(kind, namespace=declared)
        if replicas is not None:
            workload.object["spec"]["replicas"] = replicas
        policy = _more(scene, declared, _filled(_DENY))
        workload.metadata["namespace"] = undeclared
        if is_fine:
            policy["metadata"]["namespace"] = undeclared

    return change


def _unplaced(*, is_fine: bool, is_policy_placed: bool) -> Change:
    """Return the change that adds a workload without a namespace, and a policy of `default` that closes it or not."""

    def change(scene: Scene, _given: Parameters) -> None:
        scene.unplaced_workload(spelling=Spelling.NULL)
        policy = _policy_of(scene, "default")
        policy["spec"] = _filled(_DENY if is_fine else {"policyTypes": ["Ingress"]})
        if not is_policy_placed:
            scene.unplace(policy, Spelling.ABSENT)

    return change


def _namespace(origin: str, changed: Callable[[str], str] | None, *, is_closed: bool) -> Change:
    """Return the change that adds a namespace in which nothing runs, called after one of `origin`: `changed` of it, or any new name."""

    def change(scene: Scene, given: Parameters) -> None:
        beginning = scene.random.pick(given["exempt_namespaces"] if origin == "exempt" else scene.namespaces)
        name = scene.namespace_name(beginning) if changed is None else changed(beginning)
        _closed(scene, name, is_closed=is_closed)

    return change


def _system_namespace(place: int, *, is_closed: bool) -> Change:
    """Return the change that adds a namespace of the cluster's own parts in which nothing is exempt."""
    name = other_system_namespace(place)
    return lambda scene, given: _closed(scene, name(scene, given), is_closed=is_closed)


def _closed(scene: Scene, name: str, *, is_closed: bool) -> None:
    scene.namespace(name)
    if not is_closed:
        _policy_of(scene, name)["spec"] = _filled(_SOME_PODS | _DENY)


def _open_place(name: Callable[[Scene, Parameters], str], *, is_open: bool) -> Change:
    """Return the change that adds a closed namespace with another policy, whose rule is for everything or for some."""

    def change(scene: Scene, given: Parameters) -> None:
        place = name(scene, given)
        scene.namespace(place)
        _more(scene, place, _filled({"policyTypes": ["Ingress"], "ingress": [{} if is_open else _FROM]}))

    return change


def _with_ingress(directions: list[str]) -> Change:
    """Return the change that adds a namespace with an Ingress, which is of the same API group as a policy."""

    def change(scene: Scene, _given: Parameters) -> None:
        policy = _new(scene)
        policy["spec"] = _filled({"policyTypes": directions})
        metadata = scene.metadata(namespace=policy["metadata"]["namespace"])
        backend = {"service": {"name": metadata["name"], "port": {"number": 80}}}
        spec = {"defaultBackend": backend}
        scene.add({"apiVersion": _VERSION, "kind": "Ingress", "metadata": metadata, "spec": spec})

    return change


def _exempt_opened(scene: Scene, given: Parameters) -> None:
    for name in given["exempt_namespaces"]:
        scene.namespace(name)
        _more(scene, name, _filled(_DENY | {"ingress": [{}], "egress": [{}]}))


def _exempt_open(*, has_workload: bool) -> Change:
    def change(scene: Scene, given: Parameters) -> None:
        for name in given["exempt_namespaces"]:
            scene.namespace(name)
            if has_workload:
                scene.workload(namespace=name)
            found = scene.find("NetworkPolicy", _POLICY, name)
            if found is not None:
                scene.remove(found)

    return change


def _other_objects(scene: Scene, _given: Parameters) -> None:
    """Nothing that runs lies in a namespace that is not declared."""
    name = scene.namespace_name()
    metadata = {"name": scene.name(), "namespace": name}
    for kind, body in (("ConfigMap", {"data": {"MODE": "fast"}}), ("Secret", {"type": "Opaque"})):
        scene.add({"apiVersion": "v1", "kind": kind, "metadata": dict(metadata)} | body)
    found = scene.custom_object("fleet.meridian.example/v1", "Deployment", {"replicas": 1})
    found["metadata"]["namespace"] = name
    foreign = scene.custom_object("zones.meridian.example/v1", "Namespace", {})
    foreign["metadata"] = {"name": scene.namespace_name()}


CONTROL = Control(
    number="5.3.2",
    title="Every namespace is closed by network policies",
    parameters=exempt_namespaces,
    ways=(
        violates(
            "a namespace has no policy, another one has two",
            _misplaced(is_fine=False),
            _misplaced(is_fine=True),
        ),
        violates(
            "an empty namespace is not closed",
            _namespace("user", None, is_closed=False),
            _namespace("user", None, is_closed=True),
        ),
        *(
            violates(
                f"a namespace whose name {relation} an exempt one's is not closed",
                _namespace("exempt", near, is_closed=False),
                _namespace("exempt", near, is_closed=True),
            )
            for relation, near in NEAR
        ),
        *(
            violates(
                f"the {ordinal} system namespace that is not exempt is not closed",
                _system_namespace(place, is_closed=False),
                _system_namespace(place, is_closed=True),
            )
            for place, ordinal in enumerate(ORDINALS)
        ),
        violates(
            "an Ingress stands beside a policy that leaves one direction open",
            _with_ingress(["Egress"]),
            _with_ingress(_BOTH),
        ),
        *(
            violates(
                f"the namespace of a {kind} is neither declared nor closed",
                _undeclared(kind, is_fine=False),
                _undeclared(kind, is_fine=True),
            )
            for kind in WORKLOAD_KINDS
        ),
        violates(
            "the namespace of a workload with no replicas is neither declared nor closed",
            _undeclared("Deployment", is_fine=False, replicas=0),
            _undeclared("Deployment", is_fine=True, replicas=0),
        ),
        violates(
            "a workload names no namespace, `default` is not closed",
            _unplaced(is_fine=False, is_policy_placed=True),
            _unplaced(is_fine=True, is_policy_placed=True),
        ),
        violates(
            "neither a workload nor the policy that does not close `default` names a namespace",
            _unplaced(is_fine=False, is_policy_placed=False),
            _unplaced(is_fine=True, is_policy_placed=False),
        ),
        *(
            violates(
                f"the policy belongs to `{version}`", _of_other_group(version), _of_other_group(_VERSION)
            )
            for version in (
                "crd.projectcalico.org/v1",
                "networking.k8s.io.meridian.example/v1",
                "my.networking.k8s.io/v1",
            )
        ),
        *(
            violates(
                f"another policy opens {where}",
                _open_place(name, is_open=True),
                _open_place(name, is_open=False),
            )
            for where, name in (
                *(
                    (
                        f"a namespace whose name {relation} an exempt one's",
                        lambda scene, given, near=near: near(scene.random.pick(given["exempt_namespaces"])),
                    )
                    for relation, near in NEAR
                ),
                *(
                    (f"the {ordinal} system namespace that is not exempt", other_system_namespace(place))
                    for place, ordinal in enumerate(ORDINALS)
                ),
                ("`default`", lambda _scene, _given: "default"),
            )
        ),
        _bad("the policy is for some pods by label", _SOME_PODS | _DENY),
        _bad("the policy is for some pods by expression", _EXPRESSION | _DENY),
        _bad("a policy for some pods stands beside one for what comes in", _SOME_PODS | _DENY, _DENY, {}),
        _bad("what goes out is left open", {"policyTypes": ["Ingress"]}),
        _bad("what comes in is left open", {"policyTypes": ["Egress"]}),
        _bad("the policy does not say what it is about", {}),
        _bad("the list of what the policy is about is empty", {"policyTypes": []}),
        _bad("the policy does not say, and its lists are empty", {"ingress": [], "egress": []}),
        _bad(
            "the policy does not say, and has rules for what comes in",
            {"ingress": [_FROM]},
            {"egress": [_TO]},
        ),
        _bad(
            "rules for what goes out stand in a policy that says it is about what comes in",
            {"policyTypes": ["Ingress"], "egress": [_TO]},
            {"policyTypes": _BOTH, "egress": [_TO]},
        ),
        _bad("everything may come in", _DENY | {"ingress": [{}]}, _DENY | {"ingress": [_FROM]}),
        _bad("everything may go out", _DENY | {"egress": [{}]}, _DENY | {"egress": [_TO]}),
        _bad(
            "one of three rules lets everything in",
            _DENY | {"ingress": [_FROM | _PORT, {}, _FROM]},
            _DENY | {"ingress": [_FROM | _PORT, _PORT, _FROM]},
        ),
        _bad(
            "a rule with empty lists lets everything out",
            _DENY | {"egress": [{"to": [], "ports": []}]},
            _DENY | {"egress": [{"to": [], **_PORT}]},
        ),
        _bad(
            "a rule with null lists lets everything in",
            _DENY | {"ingress": [{"from": None, "ports": None}]},
            _DENY | {"ingress": [{"ports": None, **_FROM}]},
        ),
        _bad(
            "another policy lets everything in",
            {"policyTypes": ["Ingress"], "ingress": [{}]},
            {"policyTypes": ["Ingress"], "ingress": [_FROM]},
            _DENY,
        ),
        _bad(
            "another policy lets everything out",
            {"policyTypes": ["Egress"], "egress": [{}]},
            {"policyTypes": ["Egress"], "egress": [_TO]},
            _DENY,
        ),
        _bad(
            "another policy lets some pods send everything, and does not say that it is about it",
            _SOME_PODS | {"egress": [{}]},
            _SOME_PODS | {"egress": [_PORT]},
            _DENY,
        ),
        _bad(
            "another policy lets some pods receive everything",
            _EXPRESSION | {"ingress": [{}]},
            _EXPRESSION | {"ingress": [_PORT]},
            _DENY,
        ),
        *open_rules(_specs, _more),
        complies("both lists are there and empty", _specs(_DENY | {"ingress": [], "egress": []})),
        complies("both lists are null", _specs(_DENY | {"ingress": None, "egress": None})),
        complies(
            "the selector's parts are empty",
            _specs({"podSelector": {"matchLabels": {}, "matchExpressions": []}, "policyTypes": _BOTH[::-1]}),
        ),
        complies("the selector's parts are null", _specs(_DENY | {"podSelector": {"matchLabels": None}})),
        complies(
            "a policy for each direction", _specs({"policyTypes": ["Ingress"]}, {"policyTypes": ["Egress"]})
        ),
        complies(
            "one policy does not say, another is for going out", _specs({}, {"policyTypes": ["Egress"]})
        ),
        complies(
            "the policy does not say, and its rules for what goes out make it about both",
            _specs({"egress": [_TO]}),
        ),
        complies(
            "the policies themselves open some ways",
            _specs(_DENY | {"ingress": [_FROM], "egress": [_TO, _PORT]}),
        ),
        complies(
            "a rule is for ports from anywhere", _specs(_DENY | {"ingress": [_PORT], "egress": [_PORT]})
        ),
        complies(
            "policies that open some ways stand beside the one that closes",
            _specs(
                _DENY,
                _SOME_PODS | {"ingress": [_FROM | _PORT]},
                {"policyTypes": ["Egress"], "egress": [_PORT]},
            ),
        ),
        complies(
            "a rule that lets everything through stands in a direction that its policy is not about",
            _specs(
                _DENY,
                {"policyTypes": ["Egress"], "ingress": [{}]},
                {"policyTypes": ["Ingress"], "egress": [{}]},
            ),
        ),
        complies("an empty namespace is closed", _namespace("user", None, is_closed=True)),
        complies("what runs in a namespace that is not declared is closed", _undeclared(None, is_fine=True)),
        complies(
            "a workload names no namespace, `default` is closed",
            _unplaced(is_fine=True, is_policy_placed=False),
        ),
        complies("exempt namespaces have no policies", _exempt_open(has_workload=False)),
        complies("policies of exempt namespaces let everything through", _exempt_opened),
        complies(
            "one policy's list of what it is about is empty, another is for going out",
            _specs({"policyTypes": []}, {"policyTypes": ["Egress"]}),
        ),
        complies("exempt namespaces with workloads have no policies", _exempt_open(has_workload=True)),
        complies("only other objects lie in a namespace that is not declared", _other_objects),
    ),
)
