"""Makes the certificates that the tests bring: certificates.py FOLDER HOST...
Or one more, "nodes-brief", of the nodes' CA in a folder, that ends SECONDS from now: certificates.py --brief SECONDS FOLDER HOST...

A CA with a valid, an expired and a not yet valid client; a client of a CA that nobody believes; and another CA for the nodes, with
certificates for all HOSTs: a valid one, the one after it, one that is not valid yet, one that is about to end, and one that names another
host, each also as the JSON that a secret holds."""

import json
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

brief = timedelta(seconds=int(sys.argv[2])) if sys.argv[1] == "--brief" else None
folder, *hosts = sys.argv[3:] if brief else sys.argv[1:]
folder = Path(folder)
now = datetime.now(timezone.utc)


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def issue(subject, issuer, issuer_key, start, end, is_ca, names=()):
    key = ec.generate_private_key(ec.SECP256R1())
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + start)
        .not_valid_after(now + end)
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
    )
    if not is_ca:
        usages = [ExtendedKeyUsageOID.CLIENT_AUTH] + ([ExtendedKeyUsageOID.SERVER_AUTH] if names else [])
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
    # By which CAs of one name are told apart, as when one got a new key.
    if is_ca:
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    else:
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
        builder = builder.add_extension(identifier, critical=False)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), critical=False)
    return builder.sign(issuer_key or key, hashes.SHA256()), key


def write(file, certificate, key):
    (folder / f"{file}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / f"{file}-key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


def write_json(file):
    text = {
        "certificate": (folder / f"{file}.pem").read_text(),
        "private_key": (folder / f"{file}-key.pem").read_text(),
        "ca_certificate": (folder / "nodes-ca.pem").read_text(),
    }
    (folder / f"{file}.json").write_text(json.dumps(text))


day = timedelta(days=1)
if brief:
    ca = x509.load_pem_x509_certificate((folder / "nodes-ca.pem").read_bytes())
    ca_key = serialization.load_pem_private_key((folder / "nodes-ca-key.pem").read_bytes(), None)
    write("nodes-brief", *issue("nodes", ca.subject, ca_key, -day, brief, False, hosts))
    write_json("nodes-brief")
    sys.exit()

for prefix, clients in (
    ("", {"client": (-day, day), "expired": (-3 * day, -day), "early": (day, 3 * day)}),
    ("other-", {"client": (-day, day)}),
):
    ca, ca_key = issue(f"{prefix}client CA", name(f"{prefix}client CA"), None, -10 * day, 10 * day, True)
    write(f"{prefix}client-ca", ca, ca_key)
    for file, (start, end) in clients.items():
        write(f"{prefix}{file}", *issue(file, ca.subject, ca_key, start, end, False))

ca, ca_key = issue("nodes CA", name("nodes CA"), None, -10 * day, 10 * day, True)
write("nodes-ca", ca, ca_key)
for file, start, end, names in (
    ("nodes", -day, 3 * day, hosts),
    ("nodes-next", -day, 3 * day, hosts),
    ("nodes-early", day, 3 * day, hosts),
    ("nodes-ending", -day, day / 20, hosts),
    ("nodes-elsewhere", -day, 3 * day, ["elsewhere.example"]),
):
    write(file, *issue("nodes", ca.subject, ca_key, start, end, False, names))
    write_json(file)

renewed, renewed_key = issue("nodes CA", name("nodes CA"), None, -day, 10 * day, True)
write("nodes-ca-renewed", renewed, renewed_key)
write("nodes-renewed", *issue("nodes", renewed.subject, renewed_key, -day, 3 * day, False, hosts))
