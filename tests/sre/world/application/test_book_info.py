"""BookInfo: sound with each of its databases, in the mesh, behind its gateway."""

from typing import Literal

import pytest

from itbench_sre.world.application.book_info import book_info
from itbench_sre.world.application.soundness import faults, targets
from itbench_sre.world.store.kinds import KINDS


@pytest.mark.parametrize("database", ["mysql", "mongodb", ""])
def test_it_is_sound(database: Literal["mysql", "mongodb", ""]) -> None:
    assert faults(book_info(database)) == []


def test_the_gateway_leads_to_the_page_and_the_page_to_all_services() -> None:
    assert targets(book_info()) == {
        ("productpage", "details"): "details",
        ("productpage", "ratings"): "ratings",
        ("productpage", "reviews"): "reviews",
        ("proxyv2", "productpage"): "productpage",
        ("ratings", "mysqldb"): "mysql",
        ("reviews", "ratings"): "ratings",
        ("ubi10-minimal", "gateway"): "proxyv2",
    }


def test_every_pod_but_the_load_is_in_the_mesh_or_part_of_it() -> None:
    application = book_info()
    outside = []
    for body in application.objects:
        assert body["apiVersion"] == KINDS[body["kind"]].api_version
        if body["kind"] == "Deployment":
            labels = body["spec"]["template"]["metadata"]["labels"]
            if (
                labels.get("istio.io/dataplane-mode") != "ambient"
                and "gateway.istio.io/managed" not in labels
            ):
                outside.append(body["metadata"]["name"])
    assert outside == ["load-generator-product-page"]


def test_only_versions_2_and_3_of_the_reviews_ask_for_stars() -> None:
    asking = {
        image.reference: bool(image.program and image.program.dependencies)
        for image in book_info().images
        if "-reviews-" in image.reference and image.reference.endswith(":1.20.3")
    }
    assert asking == {
        f"docker.io/istio/examples-bookinfo-reviews-{version}:1.20.3": has_stars
        for version, has_stars in (("v1", False), ("v2", True), ("v3", True))
    }
