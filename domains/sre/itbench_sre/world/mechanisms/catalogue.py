"""All mechanisms, by name."""

from collections.abc import Mapping

from itbench_sre.world.mechanisms.certificates import ServerCertificate
from itbench_sre.world.mechanisms.credentials import SecretValue, ServerPassword
from itbench_sre.world.mechanisms.cron_jobs import BatchJobs
from itbench_sre.world.mechanisms.disruption import DisruptionBudget
from itbench_sre.world.mechanisms.experiments_network import (
    NetworkCorruption,
    NetworkDelay,
    NetworkLoss,
    NetworkPartition,
)
from itbench_sre.world.mechanisms.experiments_pods import (
    ClockSkew,
    ContainerKill,
    CpuStress,
    DiskDelay,
    DnsError,
    MemoryStress,
    PodFailure,
    PodKill,
)
from itbench_sre.world.mechanisms.experiments_programs import (
    HttpAbort,
    HttpDelay,
    HttpTamper,
    JvmException,
    JvmStress,
)
from itbench_sre.world.mechanisms.flags import FeatureFlag
from itbench_sre.world.mechanisms.init_containers import CrashingInitContainer, HangingInitContainer
from itbench_sre.world.mechanisms.load import MoreUsers
from itbench_sre.world.mechanisms.mechanism import Mechanism
from itbench_sre.world.mechanisms.mesh import AmbientLabel, GatewayAuthorization, MutualTls
from itbench_sre.world.mechanisms.mirrors import PullSecret
from itbench_sre.world.mechanisms.names import ClusterDns, ClusterDnsScaled, DnsPolicy
from itbench_sre.world.mechanisms.neighbours import (
    ApiSurge,
    DiskNeighbour,
    MemoryNeighbour,
    NoisyNeighbour,
    Squatter,
    TrafficCampaign,
)
from itbench_sre.world.mechanisms.placement import (
    AntiAffinity,
    CordonedNodes,
    DrainedNodes,
    MissingClaim,
    NodeSelector,
    Preemption,
    TaintedNode,
)
from itbench_sre.world.mechanisms.policies import EgressPolicy, IngressPolicy
from itbench_sre.world.mechanisms.probes import LivenessProbe, ReadinessProbe
from itbench_sre.world.mechanisms.quotas import LimitRange, Quota
from itbench_sre.world.mechanisms.references import ConfigMapEdit, EnvironmentReference, ServerConnections
from itbench_sre.world.mechanisms.resources import CpuLimit, LargeRequests, LimitsRemoved, MemoryLimit
from itbench_sre.world.mechanisms.rollback import PartialRollback
from itbench_sre.world.mechanisms.rollouts import (
    ConnectionLeakingVersion,
    FailingVersion,
    LeakingVersion,
    MissingCommand,
    MissingImage,
    OtherArchitecture,
    OtherKeyVersion,
    RetryingVersion,
    SlowVersion,
    StartingVersion,
)
from itbench_sre.world.mechanisms.routes import Route
from itbench_sre.world.mechanisms.routine import ROUTINES
from itbench_sre.world.mechanisms.scaling import Autoscaler, ScaledWorkload
from itbench_sre.world.mechanisms.services import ServiceDeleted, ServicePort, ServiceSelector
from itbench_sre.world.mechanisms.stores import (
    CacheMemory,
    DroppedIndex,
    FullDisk,
    KilledProcess,
    LockedTable,
    MemoryHog,
    ProcessorHog,
    ReportQuery,
)
from itbench_sre.world.mechanisms.variables import (
    AddressVariable,
    CacheLifetime,
    CallRetries,
    CallTimeLimit,
    Heap,
    PoolSize,
    Workers,
)

_ALL: tuple[Mechanism, ...] = (
    AddressVariable(),
    AmbientLabel(),
    AntiAffinity(),
    Autoscaler(),
    CacheLifetime(),
    CacheMemory(),
    CallRetries(),
    CallTimeLimit(),
    ClusterDns(),
    ClusterDnsScaled(),
    ConnectionLeakingVersion(),
    CordonedNodes(),
    CpuLimit(),
    CrashingInitContainer(),
    DnsPolicy(),
    DrainedNodes(),
    DroppedIndex(),
    EgressPolicy(),
    FailingVersion(),
    FeatureFlag(),
    FullDisk(),
    GatewayAuthorization(),
    HangingInitContainer(),
    Heap(),
    IngressPolicy(),
    KilledProcess(),
    LargeRequests(),
    LeakingVersion(),
    LimitRange(),
    LimitsRemoved(),
    LivenessProbe(),
    LockedTable(),
    MemoryHog(),
    MemoryLimit(),
    MissingClaim(),
    MissingCommand(),
    MissingImage(),
    MoreUsers(),
    MutualTls(),
    NodeSelector(),
    OtherArchitecture(),
    OtherKeyVersion(),
    PoolSize(),
    Preemption(),
    ProcessorHog(),
    Quota(),
    ReadinessProbe(),
    RetryingVersion(),
    ScaledWorkload(),
    SecretValue(),
    ServerConnections(),
    ServerPassword(),
    ServiceDeleted(),
    ServicePort(),
    ServiceSelector(),
    SlowVersion(),
    StartingVersion(),
    TaintedNode(),
    Workers(),
    ClockSkew(),
    ContainerKill(),
    CpuStress(),
    DiskDelay(),
    DnsError(),
    HttpAbort(),
    HttpDelay(),
    HttpTamper(),
    JvmException(),
    JvmStress(),
    MemoryStress(),
    NetworkCorruption(),
    NetworkDelay(),
    NetworkLoss(),
    NetworkPartition(),
    PodFailure(),
    PodKill(),
    ServerCertificate(),
    BatchJobs(),
    DisruptionBudget(),
    PullSecret(),
    ApiSurge(),
    DiskNeighbour(),
    MemoryNeighbour(),
    NoisyNeighbour(),
    Squatter(),
    TrafficCampaign(),
    ConfigMapEdit(),
    EnvironmentReference(),
    PartialRollback(),
    Route(),
    ReportQuery(),
    *ROUTINES,
)

CATALOGUE: Mapping[str, Mechanism] = {mechanism.name: mechanism for mechanism in _ALL}
"""Name -> mechanism, in a fixed order."""

NOT_DRAWN = frozenset(
    {"batch-jobs", "cache-lifetime", "call-retries", "limits-removed", "pool-size", "worker-count"}
)
"""Mechanisms that harm only under far more load than the applications carry; drawn for an incident, their names alone would rule them out."""
