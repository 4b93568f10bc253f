from __future__ import annotations

import bcrypt

from lab.providers.random.bcrypt import bcrypt_hash


def verifies(password: str, hashed: str) -> bool:
    return bcrypt.checkpw(password.encode()[:72], hashed.encode())


def test_the_hash_verifies_the_password_and_no_other() -> None:
    hashed = bcrypt_hash("açaí")
    assert hashed.startswith("$2b$10$")
    assert len(hashed) == 60
    assert verifies("açaí", hashed)
    assert not verifies("acai", hashed)


def test_only_the_first_72_bytes_count() -> None:
    assert verifies("x" * 72, bcrypt_hash("x" * 72 + "more"))


def test_two_hashes_of_one_password_differ() -> None:
    assert bcrypt_hash("x") != bcrypt_hash("x")
