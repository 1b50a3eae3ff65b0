"""itbench: a benchmark framework for AI agents that do enterprise IT work.

This package, with `itbench.kit`, `itbench.models`, `itbench.sandboxes` and `itbench.testing`, is all that a plugin imports.
Names are imported when first used, so that importing the package costs nothing.
"""

from typing import TYPE_CHECKING

from itbench.lazy import lazy_names

if TYPE_CHECKING:
    from itbench.api.arguments import RunArguments as RunArguments
    from itbench.api.running import (
        resume as resume,
        resume_async as resume_async,
        run as run,
        run_async as run_async,
        score as score,
        score_async as score_async,
    )
    from itbench.api.stored_run import (
        StoredRun as StoredRun,
        open_run as open_run,
    )
    from itbench.api.stored_trial import StoredTrial as StoredTrial
    from itbench.errors import (
        DataError as DataError,
        ITBenchError as ITBenchError,
        PluginError as PluginError,
        RunFileError as RunFileError,
        StorageError as StorageError,
        UsageError as UsageError,
    )
    from itbench.inspect_suite.task import inspect_task as inspect_task
    from itbench.interfaces.activity import Activity as Activity
    from itbench.interfaces.agent import (
        Agent as Agent,
        AgentFactory as AgentFactory,
        AgentRequest as AgentRequest,
        AgentSpec as AgentSpec,
        ConnectedAgent as ConnectedAgent,
        CopyingAgent as CopyingAgent,
        DemandingAgent as DemandingAgent,
        DescribedAgent as DescribedAgent,
        EquippedAgent as EquippedAgent,
        EstimatingAgent as EstimatingAgent,
        FloorRole as FloorRole,
        PrivilegedAgent as PrivilegedAgent,
        PunctualAgent as PunctualAgent,
        Role as Role,
        SecretiveAgent as SecretiveAgent,
        TrialEstimate as TrialEstimate,
    )
    from itbench.interfaces.audit import (
        AuditCase as AuditCase,
        AuditCases as AuditCases,
        Candidate as Candidate,
        Feature as Feature,
    )
    from itbench.interfaces.domain import (
        API_VERSION as API_VERSION,
        Domain as Domain,
        Preparation as Preparation,
    )
    from itbench.interfaces.environment import (
        Environment as Environment,
        EnvironmentFactory as EnvironmentFactory,
        FilesEnvironment as FilesEnvironment,
        Observation as Observation,
        Recorder as Recorder,
        TrialSetup as TrialSetup,
    )
    from itbench.interfaces.events import EventKind as EventKind
    from itbench.interfaces.execution import (
        Execution as Execution,
        Gap as Gap,
        Heard as Heard,
    )
    from itbench.interfaces.fault import (
        Fault as Fault,
        LimitReached as LimitReached,
        Stage as Stage,
        StageError as StageError,
    )
    from itbench.interfaces.hooks import (
        RunHooks as RunHooks,
        hookimpl as hookimpl,
    )
    from itbench.interfaces.json import (
        JsonObject as JsonObject,
        JsonValue as JsonValue,
        json_text as json_text,
    )
    from itbench.interfaces.needs import Needs as Needs
    from itbench.interfaces.panel import (
        Panel as Panel,
        PanelAxis as PanelAxis,
        PanelBar as PanelBar,
        PanelBars as PanelBars,
        PanelCell as PanelCell,
        PanelDifference as PanelDifference,
        PanelEdge as PanelEdge,
        PanelGraph as PanelGraph,
        PanelGrid as PanelGrid,
        PanelLine as PanelLine,
        PanelLines as PanelLines,
        PanelNode as PanelNode,
        PanelPart as PanelPart,
        PanelPoint as PanelPoint,
        PanelReference as PanelReference,
        PanelScatter as PanelScatter,
        PanelTable as PanelTable,
        PanelText as PanelText,
        RunPanels as RunPanels,
        Tone as Tone,
        TrialPanels as TrialPanels,
    )
    from itbench.interfaces.plan import Plan as Plan
    from itbench.interfaces.progress import (
        Progress as Progress,
        no_progress as no_progress,
    )
    from itbench.interfaces.record import (
        ScoreRecord as ScoreRecord,
        TrialKey as TrialKey,
        TrialRecord as TrialRecord,
        TrialStatus as TrialStatus,
    )
    from itbench.interfaces.role import (
        NoRoleModelError as NoRoleModelError,
        RoleModel as RoleModel,
    )
    from itbench.interfaces.sandbox import (
        Mount as Mount,
        Prepared as Prepared,
        Program as Program,
        Sandbox as Sandbox,
    )
    from itbench.interfaces.score import Score as Score
    from itbench.interfaces.scorer import Scorer as Scorer
    from itbench.interfaces.service import (
        Ready as Ready,
        Service as Service,
        ServiceLimits as ServiceLimits,
    )
    from itbench.interfaces.shown import ShownTrial as ShownTrial
    from itbench.interfaces.submission import Submission as Submission
    from itbench.interfaces.suite import (
        Floor as Floor,
        PublishedResult as PublishedResult,
        Suite as Suite,
        SuiteOptions as SuiteOptions,
    )
    from itbench.interfaces.task import (
        HandIn as HandIn,
        Limits as Limits,
        OtherLimits as OtherLimits,
        Task as Task,
    )
    from itbench.interfaces.trace import (
        Trace as Trace,
        TraceEvent as TraceEvent,
        Usage as Usage,
    )
    from itbench.interfaces.workspace import (
        Hosting as Hosting,
        Input as Input,
        Listening as Listening,
        Server as Server,
        Session as Session,
        SessionEndedError as SessionEndedError,
        Tool as Tool,
        ToolError as ToolError,
        Workspace as Workspace,
    )
    from itbench.report.frames import (
        events_frame as events_frame,
        metrics_frame as metrics_frame,
        trials_frame as trials_frame,
    )
    from itbench.report.summary import RunSummary as RunSummary
    from itbench.runs.rescore import (
        ChangedValue as ChangedValue,
        Rescoring as Rescoring,
    )
    from itbench.statistics.estimate import Estimate as Estimate
    from itbench.statistics.interval import Interval as Interval
    from itbench.statistics.means import MeanOverTasks as MeanOverTasks
    from itbench.version import __version__ as __version__

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "api.arguments": "RunArguments",
        "api.running": "resume resume_async run run_async score score_async",
        "api.stored_run": "open_run StoredRun",
        "api.stored_trial": "StoredTrial",
        "errors": "DataError ITBenchError PluginError RunFileError StorageError UsageError",
        "inspect_suite.task": "inspect_task",
        "interfaces.activity": "Activity",
        "interfaces.agent": "Agent AgentFactory AgentRequest AgentSpec ConnectedAgent CopyingAgent DemandingAgent DescribedAgent EquippedAgent EstimatingAgent FloorRole PrivilegedAgent PunctualAgent Role SecretiveAgent TrialEstimate",
        "interfaces.audit": "AuditCase AuditCases Candidate Feature",
        "interfaces.domain": "API_VERSION Domain Preparation",
        "interfaces.environment": "Environment EnvironmentFactory FilesEnvironment Observation Recorder TrialSetup",
        "interfaces.events": "EventKind",
        "interfaces.execution": "Execution Gap Heard",
        "interfaces.fault": "Fault LimitReached Stage StageError",
        "interfaces.hooks": "hookimpl RunHooks",
        "interfaces.json": "json_text JsonObject JsonValue",
        "interfaces.needs": "Needs",
        "interfaces.panel": "Panel PanelAxis PanelBar PanelBars PanelCell PanelDifference PanelEdge PanelGraph PanelGrid PanelLine PanelLines PanelNode PanelPart PanelPoint PanelReference PanelScatter PanelTable PanelText RunPanels Tone TrialPanels",
        "interfaces.plan": "Plan",
        "interfaces.progress": "no_progress Progress",
        "interfaces.record": "ScoreRecord TrialKey TrialRecord TrialStatus",
        "interfaces.role": "NoRoleModelError RoleModel",
        "interfaces.sandbox": "Mount Prepared Program Sandbox",
        "interfaces.score": "Score",
        "interfaces.scorer": "Scorer",
        "interfaces.service": "Ready Service ServiceLimits",
        "interfaces.shown": "ShownTrial",
        "interfaces.submission": "Submission",
        "interfaces.suite": "Floor PublishedResult Suite SuiteOptions",
        "interfaces.task": "HandIn Limits OtherLimits Task",
        "interfaces.trace": "Trace TraceEvent Usage",
        "interfaces.workspace": "Hosting Input Listening Server Session SessionEndedError Tool ToolError Workspace",
        "report.frames": "events_frame metrics_frame trials_frame",
        "report.summary": "RunSummary",
        "runs.rescore": "ChangedValue Rescoring",
        "statistics.estimate": "Estimate",
        "statistics.interval": "Interval",
        "statistics.means": "MeanOverTasks",
        "version": "__version__",
    },
)
