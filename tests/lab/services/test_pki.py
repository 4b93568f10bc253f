from __future__ import annotations

import datetime as dt
import ipaddress
import stat
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import PolicyBuilder, Store

from lab.services import pki

if TYPE_CHECKING:
    from pathlib import Path


def _certificate(made: pki.Pki, name: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(made.certificate(name).read_bytes())


def test_every_server_is_accepted_under_its_names_by_a_strict_verifier(tmp_path: Path) -> None:
    made = pki.ensure(tmp_path / "pki")
    for name, authority in {
        "etcd": pki.ETCD_CA,
        "kube-apiserver": pki.CLUSTER_CA,
        "kube-controller-manager": pki.CLUSTER_CA,
        "kube-scheduler": pki.CLUSTER_CA,
    }.items():
        builder = PolicyBuilder().store(Store([_certificate(made, authority)]))
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        for subject in (address, x509.DNSName("localhost")):
            builder.build_server_verifier(subject).verify(_certificate(made, name), [])


def test_the_authorities_do_not_vouch_for_each_other(tmp_path: Path) -> None:
    made = pki.ensure(tmp_path / "pki")
    verifier = PolicyBuilder().store(Store([_certificate(made, pki.ETCD_CA)])).build_client_verifier()
    with pytest.raises(x509.verification.VerificationError):
        verifier.verify(_certificate(made, "admin"), [])


@pytest.mark.parametrize(
    ("party", "name", "group"),
    [
        ("admin", "lab-admin", "system:masters"),
        ("kwok", "kwok", "system:masters"),
        ("kube-scheduler", "system:kube-scheduler", None),
        ("kube-controller-manager", "system:kube-controller-manager", None),
    ],
)
def test_who_the_api_server_takes_a_client_for(tmp_path: Path, party: str, name: str, group: str | None) -> None:
    certificate = _certificate(pki.ensure(tmp_path / "pki"), party)
    subject = certificate.subject
    assert subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == name
    groups = [item.value for item in subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]
    assert groups == ([] if group is None else [group])
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert ExtendedKeyUsageOID.CLIENT_AUTH in usage


def test_a_server_that_is_no_client_cannot_pass_for_one(tmp_path: Path) -> None:
    usage = _certificate(pki.ensure(tmp_path / "pki"), "kube-apiserver").extensions.get_extension_for_class(
        x509.ExtendedKeyUsage
    )
    assert list(usage.value) == [ExtendedKeyUsageOID.SERVER_AUTH]


def test_files_are_private_and_keys_fit(tmp_path: Path) -> None:
    made = pki.ensure(tmp_path / "pki")
    assert stat.S_IMODE(made.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in made.folder.iterdir()} == {0o600}
    tokens = serialization.load_pem_private_key(made.key(pki.TOKENS).read_bytes(), password=None)
    assert serialization.load_pem_public_key(made.tokens_public.read_bytes()) == tokens.public_key()


def test_good_certificates_are_kept(tmp_path: Path) -> None:
    first = pki.ensure(tmp_path / "pki")
    content = {file.name: file.read_bytes() for file in first.folder.iterdir()}
    assert pki.ensure(tmp_path / "pki") == first
    assert {file.name: file.read_bytes() for file in first.folder.iterdir()} == content


@pytest.mark.parametrize("file", ["ca.crt", "etcd.key", "admin.crt", "service-accounts.key", "service-accounts.pub"])
@pytest.mark.parametrize("damage", ["missing", "garbled"])
def test_damaged_ones_are_all_made_anew(tmp_path: Path, file: str, damage: str) -> None:
    first = pki.ensure(tmp_path / "pki")
    if damage == "missing":
        (first.folder / file).unlink()
    else:
        (first.folder / file).write_text("-----BEGIN NOTHING-----")
    second = pki.ensure(tmp_path / "pki")
    assert second.identity != first.identity
    assert pki.ensure(tmp_path / "pki") == second


def test_a_key_of_another_certificate_is_noticed(tmp_path: Path) -> None:
    first = pki.ensure(tmp_path / "pki")
    first.key("admin").write_bytes(first.key("kwok").read_bytes())
    assert pki.ensure(tmp_path / "pki").identity != first.identity


def test_a_certificate_of_a_foreign_authority_is_noticed(tmp_path: Path) -> None:
    first, foreign = pki.ensure(tmp_path / "pki"), pki.ensure(tmp_path / "foreign")
    for suffix in ("crt", "key"):
        (first.folder / f"admin.{suffix}").write_bytes((foreign.folder / f"admin.{suffix}").read_bytes())
    assert pki.ensure(tmp_path / "pki").identity != first.identity


def test_they_are_renewed_a_month_before_their_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pki, "_VALID", dt.timedelta(days=29))
    first = pki.ensure(tmp_path / "pki")
    monkeypatch.undo()
    second = pki.ensure(tmp_path / "pki")
    assert second.identity != first.identity
    assert _certificate(second, "admin").not_valid_after_utc > dt.datetime.now(dt.UTC) + dt.timedelta(days=300)
