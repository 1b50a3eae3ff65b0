"""What the author of a domain builds on: suites in folders, made from seeds, or published by others."""

from typing import TYPE_CHECKING

from itbench.lazy import lazy_names

if TYPE_CHECKING:
    from itbench.host.cache import (
        cache_dir as cache_dir,
        require_cache as require_cache,
        writing_cache as writing_cache,
    )
    from itbench.kit.directory import DirectorySuite as DirectorySuite
    from itbench.kit.generated.digests import digest_of as digest_of
    from itbench.kit.generated.draw import Draw as Draw
    from itbench.kit.generated.jobs import Job as Job
    from itbench.kit.generated.pins import (
        make_manifest as make_manifest,
        read_manifest as read_manifest,
        write_manifest as write_manifest,
    )
    from itbench.kit.generated.randomness import (
        Randomness as Randomness,
        mixed as mixed,
    )
    from itbench.kit.generated.suite import GeneratedSuite as GeneratedSuite
    from itbench.kit.published.dataset import HubDataset as HubDataset
    from itbench.kit.published.download import (
        download as download,
        list_files as list_files,
    )
    from itbench.kit.published.files import (
        is_public as is_public,
        plain_files as plain_files,
        truths_below as truths_below,
    )
    from itbench.kit.published.genuine import (
        departure as departure,
        gap as gap,
    )
    from itbench.kit.published.locate import (
        Location as Location,
        locate as locate,
    )
    from itbench.kit.published.whole import (
        changed_files as changed_files,
        require_unchanged as require_unchanged,
    )
    from itbench.schema.answer import read_answer as read_answer
    from itbench.schema.check import schema_faults as schema_faults

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "host.cache": "cache_dir require_cache writing_cache",
        "kit.directory": "DirectorySuite",
        "kit.generated.digests": "digest_of",
        "kit.generated.draw": "Draw",
        "kit.generated.jobs": "Job",
        "kit.generated.pins": "make_manifest read_manifest write_manifest",
        "kit.generated.randomness": "mixed Randomness",
        "kit.generated.suite": "GeneratedSuite",
        "kit.published.dataset": "HubDataset",
        "kit.published.download": "download list_files",
        "kit.published.files": "is_public plain_files truths_below",
        "kit.published.genuine": "departure gap",
        "kit.published.locate": "locate Location",
        "kit.published.whole": "changed_files require_unchanged",
        "schema.answer": "read_answer",
        "schema.check": "schema_faults",
    },
)
