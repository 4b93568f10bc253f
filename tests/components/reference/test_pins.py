from __future__ import annotations

from types import ModuleType

from components.reference.pins import pins_page
from components.sources import ChartPin, EksPins, ImagePin, MongoDbPins


def _pins(**named: object) -> ModuleType:
    module = ModuleType("pins")
    vars(module).update(named)
    return module


def test_every_pin_is_there_with_how_far_it_is_verified() -> None:
    addons = EksPins("v1", "v2", "v3", "v4", "v5", "v6")
    page = pins_page(
        "written by hand",
        _pins(
            KEDA=ChartPin("keda", "2.0", "https://keda.example"),
            VAULT=ChartPin("vault", "0.3", "oci://vault.example", "ab12"),
            TOOL=ImagePin("quay.io/tool", "1.0", "sha256:cd34"),
            EKS={"1.36": addons},
            EDITION="v1.34",
            lower="no pin",
        ),
    )
    assert "<!-- written by hand -->" in page
    assert "2 charts: 1 by the digest" in page
    assert "| keda | `2.0` | `https://keda.example` | by the lock | `KEDA` |" in page
    assert "| vault | `0.3` | `oci://vault.example` | `ab12` | `VAULT` |" in page
    assert "| `quay.io/tool` | `1.0` | `sha256:cd34` | `TOOL` |" in page
    assert "| add-on | 1.36 |" in page
    assert "| coredns | `v2` |" in page
    assert "| `EDITION` | `v1.34` |" in page
    assert "no pin" not in page


def test_without_add_ons_there_is_no_such_heading() -> None:
    assert "EKS" not in pins_page("x", _pins(EDITION="v1"))


def test_images_of_each_architecture_are_there() -> None:
    image = ImagePin("quay.io/mongo", "8.0", "sha256:ef56")
    page = pins_page("x", _pins(MONGODB={"arm64": MongoDbPins(image, image, image)}, _HIDDEN="no pin"))
    assert "| `quay.io/mongo` | `8.0` | `sha256:ef56` | `MONGODB[arm64].server` |" in page
    assert "_HIDDEN" not in page
