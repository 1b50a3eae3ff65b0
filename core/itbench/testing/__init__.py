"""What the tests of a domain, an agent or a provider need.

    from itbench.testing import check_domain
    from itbench_mine import DOMAIN

    def test_the_domain_keeps_all_rules() -> None:
        check_domain(DOMAIN)

Or, without writing a test: `pytest --itbench-domain NAME`.
"""

from typing import TYPE_CHECKING

from itbench.lazy import lazy_names

if TYPE_CHECKING:
    from itbench.testing.domain import check_domain as check_domain
    from itbench.testing.model_server import (
        Answer as Answer,
        ModelServer as ModelServer,
        Status as Status,
    )
    from itbench.validation.finding import (
        Finding as Finding,
        ValidationReport as ValidationReport,
    )

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "testing.domain": "check_domain",
        "testing.model_server": "Answer ModelServer Status",
        "validation.finding": "Finding ValidationReport",
    },
)
