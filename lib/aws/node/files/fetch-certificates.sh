#!/usr/bin/env bash
# Puts this node's certificate, key and CAs into a folder: fetch-certificates.sh FOLDER
# certificates.sh says which files; further ones are
#   above.pem            the CAs above those of AWS Private CA, save those that are named themselves
#   client-ca.pem        the CAs that the guard verifies client certificates with, where clients must present one
#   client-anchors.pem   the same, as OpenSSL takes them for CAs by themselves
set -euo pipefail
# shellcheck source=common.sh
source /opt/qdrant/bin/common.sh
# shellcheck source=../../../cluster/programs/certificates.sh
source /opt/qdrant/bin/certificates.sh
umask 077

target=$1
work=$(mktemp --directory "$RUNTIME/tls.XXXXXX")
trap 'rm -rf "$work"' EXIT
export_region

fetch_secret() {
  aws secretsmanager get-secret-value --secret-id "$1" --query SecretString --output text >"$2" ||
    { log "cannot read the secret $1 with the node's role" && return 1; }
}

member() { jq --raw-output --exit-status --arg name "$2" '.[$name] | strings' "$1" || fail "$3 has no text in its member '$2'"; }

# --- Where the certificate comes from -------------------------------------------------------------------------------------------

from_secret() {
  local arn
  arn=$(cluster .tls.secretArn)
  retry fetch_secret "$arn" "$work/secret"
  member "$work/secret" certificate "$arn" >"$work/cert.pem"
  member "$work/secret" private_key "$arn" >"$work/key.pem"
  member "$work/secret" ca_certificate "$arn" >"$work/issuer.pem"
}

subject_alternative_names() {
  jq --raw-output --arg host "$HOST" \
    '[$host, .hostNames[]] | unique | map((if test("^[0-9.]+$|:") then "IP:" else "DNS:" end) + .) | join(",")' "$CLUSTER"
}

make_key_and_request() {
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$work/key.pem"
  openssl req -new -key "$work/key.pem" -subj "/CN=$(node .name)" -out "$work/request.pem" -addext "subjectAltName=$(subject_alternative_names)" \
    -addext keyUsage=critical,digitalSignature -addext extendedKeyUsage=serverAuth,clientAuth
}

issued_for() { printf '%s %s' "$(cluster '.tls.privateCaArn // .tls.caSecretArn')" "$(subject_alternative_names)"; }

# A certificate that this node had issued is kept until a third of its life is left, or its names are no longer right.
keep_issued() {
  [[ -s $IDENTITY/cert.pem && -s $IDENTITY/key.pem && -s $IDENTITY/issuer.pem && -s $IDENTITY/for ]] || return 1
  [[ $(cat "$IDENTITY/for") == "$(issued_for)" ]] || return 1
  openssl x509 -noout -in "$IDENTITY/cert.pem" -checkend $(($(cluster .tls.validityDays) * 28800)) >/dev/null || return 1
  cp "$IDENTITY"/{cert,key,issuer}.pem "$work/"
}

remember_issued() {
  local new="$IDENTITY.new"
  rm -rf "$new"
  mkdir "$new"
  cp "$work"/{cert,key,issuer}.pem "$new/"
  issued_for >"$new/for"
  rm -rf "$IDENTITY"
  mv "$new" "$IDENTITY"
}

signing_algorithm() {
  case $(aws acm-pca describe-certificate-authority --certificate-authority-arn "$1" \
    --query CertificateAuthority.CertificateAuthorityConfiguration.KeyAlgorithm --output text) in
    RSA_*) echo SHA256WITHRSA ;;
    EC_prime256v1) echo SHA256WITHECDSA ;;
    EC_secp384r1) echo SHA384WITHECDSA ;;
    EC_secp521r1) echo SHA512WITHECDSA ;;
    *) return 1 ;;
  esac
}

issue_from_private_ca() {
  local authority=$1 algorithm partition arn
  algorithm=$(signing_algorithm "$authority") || return 1
  partition=$(cut --delimiter=: --fields=2 <<<"$authority")
  arn=$(aws acm-pca issue-certificate --certificate-authority-arn "$authority" --csr "fileb://$work/request.pem" \
    --signing-algorithm "$algorithm" --validity "Value=$(cluster .tls.validityDays),Type=DAYS" \
    --template-arn "arn:$partition:acm-pca:::template/EndEntityCertificate/V1" --query CertificateArn --output text) || return 1
  aws acm-pca wait certificate-issued --certificate-authority-arn "$authority" --certificate-arn "$arn" || return 1
  aws acm-pca get-certificate --certificate-authority-arn "$authority" --certificate-arn "$arn" --output json |
    jq --raw-output '.Certificate, .CertificateChain // empty' >"$work/cert.pem" || return 1
  fetch_private_ca "$authority" || return 1
  cat "$work/private-ca.pem" "$work/private-ca-chain.pem" >"$work/issuer.pem"
}

# Puts the certificate of a Private CA, and those of the CAs above it, into files of their own.
fetch_private_ca() {
  aws acm-pca get-certificate-authority-certificate --certificate-authority-arn "$1" --output json >"$work/private-ca.json" ||
    { log "cannot read the certificate of $1 with the node's role" && return 1; }
  jq --raw-output .Certificate "$work/private-ca.json" >"$work/private-ca.pem"
  jq --raw-output '.CertificateChain // empty' "$work/private-ca.json" >"$work/private-ca-chain.pem"
}

# A CA in the mode for short-lived certificates issues none for longer than seven days, however often it is asked. One that cannot
# be described now is asked for the certificate all the same, which is tried again.
refuse_longer_than_issued() {
  local days mode
  days=$(cluster .tls.validityDays)
  ((days > 7)) || return 0
  mode=$(aws acm-pca describe-certificate-authority --certificate-authority-arn "$1" \
    --query CertificateAuthority.UsageMode --output text) || return 0
  [[ $mode != SHORT_LIVED_CERTIFICATE ]] ||
    fail "the private CA $1 issues short-lived certificates only, for 7 days at most, and validityDays is $days: set validityDays of Tls.fromPrivateCa to 7 or less"
}

from_private_ca() {
  keep_issued && return 0
  refuse_longer_than_issued "$(cluster .tls.privateCaArn)"
  make_key_and_request
  retry issue_from_private_ca "$(cluster .tls.privateCaArn)"
  remember_issued
}

make_cluster_ca() {
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out "$work/ca-key.pem"
  openssl req -x509 -new -key "$work/ca-key.pem" -days 3650 -subj "/CN=$(cluster .cluster) Qdrant cluster CA" \
    -addext basicConstraints=critical,CA:true,pathlen:0 -addext keyUsage=critical,keyCertSign,cRLSign -out "$work/ca.pem"
  jq --null-input --rawfile key "$work/ca-key.pem" --rawfile certificate "$work/ca.pem" \
    '{private_key: $key, certificate: $certificate}' >"$work/ca.json"
}

# Only the first node makes the cluster's own CA, and may write it only while the cluster is founded. Should it stop in between, it makes the
# same claim again, by a token that is a function of the secret: Secrets Manager keeps the first.
read_or_make_cluster_ca() {
  local arn=$1 output
  if output=$(aws secretsmanager get-secret-value --secret-id "$arn" --query SecretString --output text 2>&1 >"$work/ca.json"); then
    return 0
  fi
  if [[ $output != *ResourceNotFoundException* ]]; then
    log "cannot read the secret $arn with the node's role: $output"
    return 1
  fi
  if ((INDEX != 0)); then
    log "the first node has not made the cluster's CA yet"
    return 1
  fi
  log "making the cluster's CA"
  make_cluster_ca
  write_secret "$arn" "$work/ca.json" --client-request-token "$(printf 'qdrant-ca %s' "$arn" | sha256sum | cut --characters=1-64)" ||
    return 1
  aws secretsmanager get-secret-value --secret-id "$arn" --query SecretString --output text >"$work/ca.json"
}

# The right comes late where IAM takes its time, and ends some time after the cluster was made.
#   write_secret ARN FILE OPTION...
write_secret() {
  local arn=$1 file=$2 output
  shift 2
  output=$(aws secretsmanager put-secret-value --secret-id "$arn" --secret-string "file://$file" "$@" 2>&1 >/dev/null) ||
    [[ $output == *ResourceExistsException* ]] ||
    { log "cannot write the secret $arn; the first node may within $(founding_minutes) minutes of $(founding_time): $output" && return 1; }
}

publish_cluster_ca() {
  local arn=$1 published
  published=$(aws secretsmanager get-secret-value --secret-id "$arn" --query SecretString --output text 2>/dev/null) || true
  [[ $published == "$(<"$work/issuer.pem")" ]] || write_secret "$arn" "$work/issuer.pem"
}

# OpenSSL sets a beginning only where it keeps a list of what it has issued; this one is thrown away.
readonly SIGNING="[ca]
default_ca = cluster
[cluster]
database = $work/issued
new_certs_dir = $work
rand_serial = yes
default_md = sha256
copy_extensions = copy
policy = names
[names]
commonName = supplied"

issue_from_cluster_ca() {
  retry read_or_make_cluster_ca "$(cluster .tls.caSecretArn)"
  member "$work/ca.json" certificate "the cluster's CA" >"$work/issuer.pem"
  member "$work/ca.json" private_key "the cluster's CA" >"$work/issuer-key.pem"
  make_key_and_request
  sign_request
  remember_issued
}

# Valid since an hour ago, as what AWS Private CA issues: the clocks of other nodes and of clients may be behind this one's, and they would
# refuse it until theirs have caught up.
sign_request() {
  : >"$work/issued"
  openssl ca -batch -notext -config <(printf '%s\n' "$SIGNING") -cert "$work/issuer.pem" -keyfile "$work/issuer-key.pem" \
    -in "$work/request.pem" -startdate "$(date --utc --date '1 hour ago' +%Y%m%d%H%M%SZ)" -days "$(cluster .tls.validityDays)" \
    -out "$work/cert.pem" 2>/dev/null
}

from_cluster_ca() {
  keep_issued || issue_from_cluster_ca
  ((INDEX != 0)) || retry publish_cluster_ca "$(cluster .tls.caCertificateSecretArn)" ||
    log "clients do not find the cluster's CA certificate in $(cluster .tls.caCertificateSecretArn)"
}

# --- CAs that the node trusts ---------------------------------------------------------------------------------------------------

# The certificates of a list of bundles in cluster.json, each a PEM, a secret or a Private CA. The chain of a Private CA ends in a CA of the
# company, as a rule: nodes need it to verify each other, and clients of its other CAs are not meant.
bundles() {
  local index count kind
  count=$(cluster "$1 | length")
  for ((index = 0; index < count; index++)); do
    kind=$(cluster "$1[$index] | keys[0]")
    case $kind in
      pemBase64) cluster "$1[$index].pemBase64" | base64 --decode | name_ca ;;
      secretArn)
        retry fetch_secret "$(cluster "$1[$index].secretArn")" "$work/bundle"
        name_ca <"$work/bundle"
        ;;
      privateCaArn)
        retry fetch_private_ca "$(cluster "$1[$index].privateCaArn")"
        name_ca <"$work/private-ca.pem"
        [[ $1 == .clientCas ]] || tee --append "$work/above.pem" <"$work/private-ca-chain.pem"
        ;;
      *) fail "cluster.json names a CA bundle of an unknown kind: $kind" ;;
    esac
    printf '\n'
  done
}

# Passes CAs on that are named, and not only above one that is.
name_ca() { tee --append "$work/named.pem" && printf '\n' >>"$work/named.pem"; }

# The certificates of a file that another one has too.
#   certificates_of_both FILE OTHER
certificates_of_both() { certificates_without <(certificates_without "$2" "$1") "$1"; }

# The CAs of client certificates where none is named for them: those of the nodes and the additional ones, by which clients move to another CA
# before the nodes do or after, without what is only above these.
client_cas_of_nodes() {
  [[ ! -e $CURRENT/tls/above.pem ]] || cat "$CURRENT/tls/above.pem" >>"$work/above.pem"
  certificates_of_both "$target/ca.pem" "$work/above.pem" | certificates_without "$work/named.pem" /dev/stdin >"$target/above.pem"
  certificates_without "$target/above.pem" "$target/ca.pem"
}

: >"$work/above.pem"
: >"$work/named.pem"
case $(cluster .tls.source) in
  secret) from_secret ;;
  privateCa)
    from_private_ca
    # The CA's own certificate comes first.
    sed '/-----END CERTIFICATE-----/q' "$work/issuer.pem" | name_ca >/dev/null
    sed '1,/-----END CERTIFICATE-----/d' "$work/issuer.pem" >"$work/above.pem"
    ;;
  clusterCa) from_cluster_ca ;;
  *) fail "cluster.json names an unknown source of certificates" ;;
esac
bundles .trusted >"$work/trusted.pem"
adopt_certificate "$work" "$target"
if [[ $(cluster '.clientCas | length') == 0 ]]; then
  client_cas_of_nodes >"$target/client-ca.pem"
else
  bundles .clientCas >"$target/client-ca.pem"
fi
client_anchors "$target/client-ca.pem" >"$target/client-anchors.pem"
[[ -s $target/client-anchors.pem || -z $GUARDED_PORTS ]] || fail "no CA certificate for clients was found"
