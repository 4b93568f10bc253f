from __future__ import annotations

import pytest

from lab.toolchain.diagnose import diagnose

# Lines as Go 1.26 prints them.
_CASES = [
    ("write /tmp/go-build1/b007/_pkg_.a: no space left on device", "the disk is full"),
    (
        "verifying example.test/tiny@v1.2.3: checksum mismatch",
        "a downloaded module is not the one that go.sum pins",
    ),
    (
        "main.go:3:8: missing go.sum entry for module providing package x",
        "the module's go.mod and go.sum do not belong",
    ),
    (
        "go: example.test/x@v1.0.0: reading https://proxy.test/x/@v/v1.0.0.mod: 403 Forbidden",
        "the module proxy refused a module",
    ),
    (
        'go: x@v1: Get "https://proxy.test/x": proxyconnect tcp: dial tcp 127.0.0.1:9: connect: connection refused',
        "the network is in the way",
    ),
    ('Get "https://proxy.test/x": dial tcp: lookup proxy.test: no such host', "the network is in the way"),
    ("/usr/local/go/pkg/tool/linux_amd64/link: signal: killed", "the machine ran out of memory"),
    ("go: go.mod requires go >= 1.27.0 (running go 1.26.8; GOTOOLCHAIN=local)", "this Go is too old"),
    ("./main.go:4:2: undefined: nonsense", "the compiler gave up"),
]


@pytest.mark.parametrize(("line", "what"), _CASES)
def test_each_kind_of_failure_has_its_name_and_remedy(line: str, what: str) -> None:
    found = diagnose(["go: downloading example.test/x v1.0.0", "# example.test/x", line, ""])
    assert found.what.startswith(what)
    assert found.lines == (line,)
    assert found.remedy


def test_a_full_disk_explains_all_that_fails_after_it() -> None:
    found = diagnose(["dial tcp: lookup x: no such host", "mkdir /tmp/x: no space left on device"])
    assert found.what == "the disk is full"


def test_only_the_end_of_a_long_output_is_shown() -> None:
    found = diagnose([f"./main.go:{number}:1: undefined: x" for number in range(100)])
    assert len(found.lines) == 12
    assert found.lines[-1] == "./main.go:99:1: undefined: x"
