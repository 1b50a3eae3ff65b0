"""5.1.8: taking more power than one has."""

from itbench import JsonObject
from itbench_ciso.controls.control import Control, Parameters, complies, violates
from itbench_ciso.controls.manifests.access import RBAC_GROUP, cluster_role, role, rule
from itbench_ciso.controls.manifests.names import NEAR
from itbench_ciso.controls.manifests.scene import Scene
from itbench_ciso.controls.ways.rights import Right, bad_grant, other_verbs
from itbench_ciso.controls.ways.written import (
    exempt_role_ways,
    exempt_roles,
    in_cluster_role,
    in_role,
    written_ways,
)

_ROLES = ("roles", "clusterroles")
_AUTHENTICATION = "authentication.k8s.io"
_RIGHT = Right(verbs=("bind", "escalate"), resources=_ROLES, group=RBAC_GROUP)
_IMPERSONATE = Right(verbs=("impersonate",), resources=("users", "groups", "serviceaccounts"))
_UNGUARDED = (
    "pods",
    "secrets",
    "nodes",
    "deployments",
    "jobs",
    "persistentvolumes",
    "services",
    "rolebindings",
)
# None of these is a detail of a user; an asterisk has no meaning here.
_NO_DETAILS = (
    "users",
    "tokenreviews",
    "userextras",
    "userextrasx/scopes",
    "my.userextras/scopes",
    "*scopes",
    "user*/scopes",
    *(changed("uids") for _, changed in NEAR),
)
_DETAILS = Right(
    verbs=("impersonate",),
    resources=("userextras/scopes", "userextras/remote-group", "uids"),
    group=_AUTHENTICATION,
    part="*/scopes",
)
_UIDS = Right(verbs=("impersonate",), resources=("uids",), group=_AUTHENTICATION)
_EXTRAS = Right(verbs=("impersonate",), resources=("userextras/scopes",), group=_AUTHENTICATION)


def _detail_among_others(_scene: Scene) -> JsonObject:
    return rule(["impersonate"], ["tokenreviews", "userextras/scopes", "tokenrequests"], _AUTHENTICATION)


_FURTHER = [
    *_IMPERSONATE.grants(),
    *((f"in detail {name}", granting) for name, granting in _DETAILS.grants()),
]


def _binding(*names: str) -> JsonObject:
    return rule(["bind"], ["clusterroles"], RBAC_GROUP, names=names)


def _named_bind(scene: Scene) -> JsonObject:
    return rule(["bind"], _ROLES, RBAC_GROUP, names=[scene.name()])


def _named_binds(scene: Scene) -> JsonObject:
    names = ["view", scene.name(), *(changed("cluster-admin") for _, changed in NEAR)]
    return rule(["bind"], _ROLES, RBAC_GROUP, names=names)


def _named_escalate(scene: Scene) -> JsonObject:
    return rule(scene.random.shuffled(["get", "bind", "escalate"]), _ROLES, RBAC_GROUP, names=[scene.name()])


def _named_everything(scene: Scene) -> JsonObject:
    return rule(["*"], ["clusterroles"], RBAC_GROUP, names=[scene.name()])


def _no_names(_scene: Scene) -> JsonObject:
    return rule(["bind"], ["clusterroles"], RBAC_GROUP) | {"resourceNames": []}


def _null_names(_scene: Scene) -> JsonObject:
    return rule(["bind"], ["roles"], RBAC_GROUP) | {"resourceNames": None}


def _named_user(scene: Scene) -> JsonObject:
    return _IMPERSONATE.granted(scene) | {"resourceNames": ["ines@meridian.example"]}


def _named_extra(scene: Scene) -> JsonObject:
    return _EXTRAS.granted(scene) | {"resourceNames": ["view"]}


def _managing(_scene: Scene) -> JsonObject:
    return rule(other_verbs(_RIGHT), [*_ROLES, "rolebindings"], RBAC_GROUP)


def _other_resources(_scene: Scene) -> JsonObject:
    return rule(
        ["bind", "escalate", "impersonate"],
        ["configmaps", "serviceaccounts/token", "*/status", *_UNGUARDED, *_ROLES],
    )


def _bindings(_scene: Scene) -> JsonObject:
    return rule(
        ["bind", "escalate", "impersonate"],
        ["rolebindings", "clusterrolebindings", *_UNGUARDED, "users", "groups", "serviceaccounts"],
        RBAC_GROUP,
    )


def _swapped_verbs(_scene: Scene) -> JsonObject:
    return rule(other_verbs(_IMPERSONATE), _IMPERSONATE.resources)


def _swapped_roles(_scene: Scene) -> JsonObject:
    return rule(["impersonate", "get"], _ROLES, RBAC_GROUP)


def _wrong_group(_scene: Scene) -> JsonObject:
    return rule(
        ["impersonate"], ["users", "groups", "serviceaccounts", "uids", "userextras/scopes"], RBAC_GROUP
    )


def _roles_elsewhere(_scene: Scene) -> JsonObject:
    return rule(["bind", "escalate"], _ROLES)


def _details_elsewhere(_scene: Scene) -> JsonObject:
    return rule(["impersonate"], ["uids", "userextras/scopes", "userextras"])


def _other_details(_scene: Scene) -> JsonObject:
    return rule(["impersonate"], _NO_DETAILS, _AUTHENTICATION)


def _reading_details(_scene: Scene) -> JsonObject:
    return rule(other_verbs(_DETAILS), _DETAILS.resources, _AUTHENTICATION)


def _nearly_impersonating(scene: Scene, _given: Parameters) -> None:
    cluster_role(scene, *_IMPERSONATE.nearly(scene), *_UIDS.nearly(scene))


def _exempt_impersonating(scene: Scene, given: Parameters) -> None:
    rules = [_IMPERSONATE.granted(scene), _DETAILS.granted(scene)]
    role(scene, *rules, name=given["exempt_role"], namespace=given["exempt_role_namespace"])
    cluster_role(scene, *rules, name=given["exempt_cluster_role"])


CONTROL = Control(
    number="5.1.8",
    title="Roles do not let anybody bind, escalate or impersonate",
    parameters=exempt_roles,
    is_admission=True,
    ways=(
        *written_ways(_RIGHT),
        *exempt_role_ways(_RIGHT.granted),
        *(
            bad_grant(f"to impersonate, a rule {name}", (in_cluster_role, in_role)[place % 2], granting)
            for place, (name, granting) in enumerate(_FURTHER)
        ),
        violates(
            "a rule lets bind a list of roles with cluster-admin in it",
            in_cluster_role(lambda _scene: _binding("view", "cluster-admin")),
            in_cluster_role(lambda _scene: _binding("view", "edit")),
        ),
        bad_grant("the list of names is empty", in_cluster_role, _no_names),
        bad_grant("the list of names is null", in_cluster_role, _null_names),
        bad_grant("a rule lets bind and escalate named roles", in_cluster_role, _named_escalate),
        bad_grant("a rule grants every verb on named roles", in_cluster_role, _named_everything),
        bad_grant("a rule lets impersonate a named user, group or account", in_cluster_role, _named_user),
        bad_grant("a rule lets impersonate a named detail", in_role, _named_extra),
        bad_grant("a detail stands between other resources", in_cluster_role, _detail_among_others),
        complies("a rule lets bind one named role only", in_role(_named_bind)),
        complies("a rule lets bind several named roles only", in_cluster_role(_named_binds)),
        complies("roles may be managed", in_role(_managing)),
        complies("the verbs have no meaning for these resources", in_cluster_role(_other_resources)),
        complies("the verbs have no meaning for bindings", in_cluster_role(_bindings)),
        complies("the exempt roles let impersonate", _exempt_impersonating),
        complies(
            "verbs, resources and API groups of rules are nearly those that let impersonate",
            _nearly_impersonating,
        ),
        complies("nobody can bind users", in_cluster_role(_swapped_verbs)),
        complies("nobody can impersonate roles", in_cluster_role(_swapped_roles)),
        complies("the API group of roles has no users", in_cluster_role(_wrong_group)),
        complies("the core API group has no roles", in_cluster_role(_roles_elsewhere)),
        complies("the core API group has no details of users", in_cluster_role(_details_elsewhere)),
        complies("the API group of details has no users", in_cluster_role(_other_details)),
        complies("details of users may be read", in_cluster_role(_reading_details)),
    ),
)
