"""The certificate of a control plane."""

from pathlib import Path

from cryptography import x509

from infra.kubernetes.certificates import keep_certificates
from infra.kubernetes.home import PlaneHome


def test_clients_trust_it_on_this_machine(tmp_path: Path) -> None:
    """It is valid for the loopback address by the authority that clients are given, and made once."""
    home = PlaneHome(tmp_path)
    home.make()
    files = keep_certificates(home)
    authority, serving = (
        x509.load_pem_x509_certificate(path.read_bytes()) for path in (files.authority, files.serving)
    )
    serving.verify_directly_issued_by(authority)
    names = serving.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "127.0.0.1" in {str(address) for address in names.get_values_for_type(x509.IPAddress)}
    before = files.serving.read_bytes()
    assert keep_certificates(home) == files
    assert files.serving.read_bytes() == before


def test_the_authority_signs_no_second_one(tmp_path: Path) -> None:
    """The authority's own key is nowhere in the folder."""
    home = PlaneHome(tmp_path)
    home.make()
    files = keep_certificates(home)
    kept = {path.name for path in home.credentials.iterdir()}
    assert kept == {"ca.crt", "serving.crt", "serving.key", "accounts.key"}
    assert files.serving_key.read_bytes() != files.service_accounts_key.read_bytes()
