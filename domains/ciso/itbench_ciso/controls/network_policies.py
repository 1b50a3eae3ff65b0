"""5.3.2: namespaces are closed until a policy opens them."""

from itbench.interfaces.json import JsonObject
from itbench_ciso.controls.control import Change, Control, Parameters, complies, violates
from itbench_ciso.controls.exceptions import exempt_namespaces
from itbench_ciso.controls.scene import Scene

_POLICY = "default-deny"
_BOTH = ["Ingress", "Egress"]


def _policy_of(scene: Scene, namespace: str) -> JsonObject:
    found = scene.find("NetworkPolicy", _POLICY, namespace)
    if found is None:
        raise LookupError(f"namespace {namespace!r} has no policy {_POLICY!r}")
    return found


def _spec(**fields: object) -> Change:
    """Return the change that replaces the spec of one namespace's policy."""

    def change(scene: Scene, _given: Parameters) -> None:
        _policy_of(scene, scene.random.pick(scene.namespaces))["spec"] = {"podSelector": {}} | fields

    return change


def _two(first: JsonObject, second: JsonObject) -> Change:
    """Return the change that replaces one namespace's policy by two."""

    def change(scene: Scene, _given: Parameters) -> None:
        policy = _policy_of(scene, scene.random.pick(scene.namespaces))
        policy["spec"] = {"podSelector": {}} | first
        _more(scene, policy["metadata"]["namespace"], {"podSelector": {}} | second)

    return change


def _more(scene: Scene, namespace: str, spec: JsonObject) -> None:
    metadata = scene.metadata(namespace=namespace)
    scene.add(
        {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": spec}
    )


def _missing(scene: Scene, _given: Parameters) -> None:
    scene.objects.remove(_policy_of(scene, scene.random.pick(scene.namespaces)))


def _in_other_namespace(scene: Scene, _given: Parameters) -> None:
    here, there = scene.namespaces
    policy = _policy_of(scene, here)
    policy["metadata"] |= {"name": f"{_POLICY}-{here}", "namespace": there}
    policy["metadata"]["labels"] = dict(_policy_of(scene, there)["metadata"]["labels"])


def _of_other_group(scene: Scene, _given: Parameters) -> None:
    policy = _policy_of(scene, scene.random.pick(scene.namespaces))
    policy["apiVersion"] = scene.random.pick(("crd.projectcalico.org/v1", "network.meridian.example/v1"))


def _only_openings(scene: Scene, _given: Parameters) -> None:
    namespace = scene.random.pick(scene.namespaces)
    scene.objects.remove(_policy_of(scene, namespace))
    _more(scene, namespace, _opening(scene))


def _beside_openings(scene: Scene, _given: Parameters) -> None:
    namespace = scene.random.pick(scene.namespaces)
    _more(scene, namespace, _opening(scene))
    _more(
        scene, namespace, {"podSelector": {}, "policyTypes": _BOTH[1:], "egress": [{"ports": [{"port": 53}]}]}
    )


def _opening(scene: Scene) -> JsonObject:
    source = {"podSelector": {"matchLabels": {"app": scene.name()}}}
    return {
        "podSelector": {"matchLabels": {"app": scene.name()}},
        "policyTypes": ["Ingress"],
        "ingress": [{"from": [source], "ports": [{"protocol": "TCP", "port": 8080}]}],
    }


def _empty_namespace(*, is_exempt: bool, is_closed: bool) -> Change:
    """Return the change that adds a namespace in which nothing runs."""

    def change(scene: Scene, given: Parameters) -> None:
        name = scene.random.pick(given["exempt_namespaces"])
        name += "" if is_exempt else scene.random.pick(("-test", "-2"))
        scene.namespace(name)
        if not is_closed:
            scene.objects.remove(_policy_of(scene, name))

    return change


def _exempt_with_workload(scene: Scene, given: Parameters) -> None:
    name = scene.random.pick(given["exempt_namespaces"])
    scene.workload(namespace=name)
    scene.objects.remove(_policy_of(scene, name))


_SOME_PODS = {"matchLabels": {"tier": "backend"}}
_EXPRESSION = {"matchExpressions": [{"key": "tier", "operator": "Exists"}]}

CONTROL = Control(
    number="5.3.2",
    title="Every namespace is closed by a network policy",
    parameters=exempt_namespaces,
    ways=(
        violates("a namespace has no policy", _missing),
        violates("an empty namespace has no policy", _empty_namespace(is_exempt=False, is_closed=False)),
        violates("a namespace has a policy that opens it only", _only_openings),
        violates("the policy lies in another namespace", _in_other_namespace),
        violates("the policy belongs to another API group", _of_other_group),
        violates("the policy is for some pods by label", _spec(podSelector=_SOME_PODS, policyTypes=_BOTH)),
        violates(
            "the policy is for some pods by expression", _spec(podSelector=_EXPRESSION, policyTypes=_BOTH)
        ),
        violates("what goes out is left open", _spec(policyTypes=["Ingress"])),
        violates("what comes in is left open", _spec(policyTypes=["Egress"])),
        violates("the policy does not say what it is about", _spec()),
        violates(
            "the policy does not say, and its list for going out is empty", _spec(ingress=[], egress=[])
        ),
        violates("everything may come in", _spec(policyTypes=_BOTH, ingress=[{}])),
        violates("something may go out", _spec(policyTypes=_BOTH, egress=[{"ports": [{"port": 443}]}])),
        complies("both lists are there and empty", _spec(policyTypes=_BOTH, ingress=[], egress=[])),
        complies("both lists are null", _spec(policyTypes=_BOTH, ingress=None, egress=None)),
        complies(
            "the selector's parts are empty",
            _spec(podSelector={"matchLabels": {}, "matchExpressions": []}, policyTypes=_BOTH[::-1]),
        ),
        complies(
            "a policy for each direction", _two({"policyTypes": ["Ingress"]}, {"policyTypes": ["Egress"]})
        ),
        complies("one policy does not say, another is for going out", _two({}, {"policyTypes": ["Egress"]})),
        complies(
            "one policy opens what another closes",
            _two({"policyTypes": _BOTH}, {"policyTypes": _BOTH, "ingress": [{}], "egress": [{}]}),
        ),
        complies("policies that open stand beside the one that closes", _beside_openings),
        complies("an empty namespace is closed", _empty_namespace(is_exempt=False, is_closed=True)),
        complies("an exempt namespace has no policy", _empty_namespace(is_exempt=True, is_closed=False)),
        complies("an exempt namespace with a workload has no policy", _exempt_with_workload),
    ),
)
