"""`python -m components.pins`: the pinned third-party charts as JSON, for whoever has to fetch or mirror them."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from components import versions
from components.sources import ChartPin


def charts() -> tuple[ChartPin, ...]:
    """Every chart that `components.versions` pins, by name."""
    pins = {value for value in vars(versions).values() if isinstance(value, ChartPin)}
    return tuple(sorted(pins, key=lambda pin: (pin.name, pin.version, pin.source)))


def main() -> None:
    """Print them."""
    sys.stdout.write(json.dumps([asdict(pin) for pin in charts()], indent=2) + "\n")


if __name__ == "__main__":
    main()
