"""National algorithms, envelopes, keys."""

import multiprocessing
import stat

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citybrain.kernel import crypto
from citybrain.kernel.crypto.algorithms import NONCE, sm4_gcm_decrypt, sm4_gcm_encrypt

pytestmark = pytest.mark.usefixtures("key_store")


def test_sm3_gives_the_standard_vector():
    assert crypto.sm3_hex(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_sm4_gives_the_standard_vector():
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    box = Cipher(algorithms.SM4(key), modes.ECB()).encryptor()
    assert (box.update(key) + box.finalize()).hex() == "681edf34d206965e86b3e94f536e4246"


def test_sm4_gcm_agrees_with_another_implementation():
    import gmssl_pyx

    key, nonce = bytes(range(16)), bytes(12)
    body, tag = gmssl_pyx.sm4_gcm_encrypt(key, nonce, b"", "宁德".encode())
    assert sm4_gcm_decrypt(key, nonce + tag + body).decode() == "宁德"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.binary(max_size=300))
def test_what_is_sealed_opens_again(data):
    assert crypto.decrypt(crypto.encrypt(data)) == data


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.binary(min_size=1, max_size=40), st.integers(0, 10_000), st.integers(1, 255))
def test_any_changed_byte_is_noticed(data, place, flip):
    sealed = bytearray(crypto.encrypt(data))
    sealed[place % len(sealed)] ^= flip
    with pytest.raises(crypto.Undecipherable):
        crypto.decrypt(bytes(sealed))


def test_equal_texts_have_different_envelopes_but_one_fingerprint():
    number = "35090219900101001X"
    assert crypto.encrypt_text(number) != crypto.encrypt_text(number)
    assert crypto.blind_index(number) == crypto.blind_index(f" {number.lower()} ")
    assert crypto.blind_index(number) != crypto.blind_index("35090219900101002X")
    assert crypto.blind_index("") == ""


def test_old_values_open_after_a_rotation_and_new_ones_use_the_new_key(key_store):
    old = crypto.encrypt(b"old")
    assert key_store.rotate("field") == "field-2"
    new = crypto.encrypt(b"new")
    assert (crypto.key_id_of(old), crypto.key_id_of(new)) == ("field-1", "field-2")
    assert crypto.decrypt(old) == b"old"


def test_another_process_sees_a_rotation(key_store):
    crypto.encrypt(b"x")
    crypto.SoftwareKeys(key_store._path, create=False).rotate("field")
    assert key_store.current("field") == "field-2"


def test_a_value_of_a_lost_key_is_undecipherable(tmp_path):
    sealed = crypto.encrypt(b"x")
    crypto.use_keys(crypto.SoftwareKeys(tmp_path / "other.json", create=True))
    with pytest.raises(crypto.Undecipherable):
        crypto.decrypt(sealed)


def test_key_file_is_private_and_secrets_do_not_show(key_store):
    crypto.encrypt(b"x")
    assert stat.S_IMODE(key_store._path.stat().st_mode) == 0o600
    assert "secret" not in repr(key_store)


def test_production_refuses_to_make_up_keys(tmp_path):
    with pytest.raises(RuntimeError, match="missing"):
        crypto.SoftwareKeys(tmp_path / "none.json", create=False).current("field")


def _first_key(path, out):
    out.put(crypto.SoftwareKeys(path, create=True).hmac("audit-1", b"x"))


def test_processes_that_start_together_agree_on_one_set_of_keys(tmp_path):
    context = multiprocessing.get_context("fork")
    out = context.Queue()
    crowd = [context.Process(target=_first_key, args=(tmp_path / "k" / "keys.json", out)) for _ in range(6)]
    for one in crowd:
        one.start()
    secrets = {out.get(timeout=60) for _ in crowd}
    for one in crowd:
        one.join()
    assert len(secrets) == 1


def test_sm2_signatures_verify_and_forgeries_do_not():
    key_id, signature = crypto.sign(b"decision")
    assert crypto.verify(key_id, b"decision", signature)
    assert not crypto.verify(key_id, b"decisiom", signature)
    assert not crypto.verify("sign-9", b"decision", signature)
    assert not crypto.sm2_verify(b"", b"decision", b"nonsense")


def test_each_of_two_thousand_encryptions_has_a_nonce_of_its_own():
    made = {sm4_gcm_encrypt(bytes(16), b"35090219900101001X") for _ in range(2000)}
    assert len({box[:NONCE] for box in made}) == len(made) == 2000
    assert {sm4_gcm_decrypt(bytes(16), box) for box in made} == {b"35090219900101001X"}
