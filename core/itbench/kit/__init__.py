"""What the author of a domain builds on: suites in folders, made from seeds, or published by others."""

from typing import TYPE_CHECKING

from itbench.lazy import lazy_names

if TYPE_CHECKING:
    from itbench.agents.builtin.oracle import OracleAgent as OracleAgent
    from itbench.host.cache import (
        cache_dir as cache_dir,
        require_cache as require_cache,
        writing_cache as writing_cache,
    )
    from itbench.kit.canary import canary_of as canary_of
    from itbench.kit.choices import SuiteWithChoices as SuiteWithChoices
    from itbench.kit.directory import DirectorySuite as DirectorySuite
    from itbench.kit.generated.digests import digest_of as digest_of
    from itbench.kit.generated.draw import Draw as Draw
    from itbench.kit.generated.jobs import (
        Job as Job,
        Spec as Spec,
    )
    from itbench.kit.generated.pins import (
        PinnedSuite as PinnedSuite,
        made_digests as made_digests,
        pin_suites as pin_suites,
    )
    from itbench.kit.generated.randomness import (
        Randomness as Randomness,
        mixed as mixed,
    )
    from itbench.kit.generated.suite import GeneratedSuite as GeneratedSuite
    from itbench.kit.names import (
        TaskNames as TaskNames,
        numbered as numbered,
        task_number as task_number,
    )
    from itbench.kit.published.dataset import (
        Dataset as Dataset,
        GitDataset as GitDataset,
        HubDataset as HubDataset,
    )
    from itbench.kit.published.dataset_suite import DatasetSuite as DatasetSuite
    from itbench.kit.published.files import (
        object_problems as object_problems,
        read_data as read_data,
        read_object as read_object,
        read_text as read_text,
    )
    from itbench.kit.published.git_suite import GitSuite as GitSuite
    from itbench.kit.published.locate import Location as Location
    from itbench.kit.published.suite import PublishedSuite as PublishedSuite
    from itbench.kit.recorded.calls import RecordedCalls as RecordedCalls
    from itbench.kit.recorded.paths import (
        Closeness as Closeness,
        closest_path as closest_path,
        redundancy as redundancy,
    )
    from itbench.kit.recorded.tools import CountedTools as CountedTools
    from itbench.kit.specs import (
        lazy_agent as lazy_agent,
        lazy_agents as lazy_agents,
    )
    from itbench.schema.answer import read_answer as read_answer
    from itbench.schema.check import schema_faults as schema_faults

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "agents.builtin.oracle": "OracleAgent",
        "host.cache": "cache_dir require_cache writing_cache",
        "kit.canary": "canary_of",
        "kit.choices": "SuiteWithChoices",
        "kit.directory": "DirectorySuite",
        "kit.generated.digests": "digest_of",
        "kit.generated.draw": "Draw",
        "kit.generated.jobs": "Job Spec",
        "kit.generated.pins": "made_digests pin_suites PinnedSuite",
        "kit.generated.randomness": "mixed Randomness",
        "kit.generated.suite": "GeneratedSuite",
        "kit.specs": "lazy_agent lazy_agents",
        "kit.names": "numbered task_number TaskNames",
        "kit.published.dataset": "Dataset GitDataset HubDataset",
        "kit.published.dataset_suite": "DatasetSuite",
        "kit.published.files": "object_problems read_data read_object read_text",
        "kit.published.git_suite": "GitSuite",
        "kit.published.locate": "Location",
        "kit.published.suite": "PublishedSuite",
        "kit.recorded.calls": "RecordedCalls",
        "kit.recorded.paths": "Closeness closest_path redundancy",
        "kit.recorded.tools": "CountedTools",
        "schema.answer": "read_answer",
        "schema.check": "schema_faults",
    },
)
