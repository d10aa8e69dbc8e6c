# shellcheck shell=bash
# shellcheck disable=SC2153 # set by the program that sources this
# Certificates of a node: checked before Qdrant sees them, and changed so that no node is cut off from the others. A prepared folder has
#   tls/cert.pem key.pem   what the node presents
#   tls/issuer.pem         the CAs of that certificate
#   tls/kept.pem           CAs that are trusted only until a change of the issuer has reached every node
#   tls/ca.pem             all CAs that the node trusts: the issuer, those kept, and the additional ones
# Needs HOST, MEMORY, CURRENT, other_hosts; readiness.sh.

# The certificates of some files, each once, without those of a first file.
#   certificates_without FILE FILE...
certificates_without() {
  local file line body inside='' first=$1
  local -A seen=()
  for file in "$@"; do
    while IFS= read -r line || [[ -n $line ]]; do
      # Blanks at its end, and the label of old programs, are no other certificate.
      line=${line%"${line##*[![:space:]]}"}
      line=${line/X509 CERTIFICATE/CERTIFICATE}
      if [[ $line == *'-BEGIN CERTIFICATE-'* ]]; then
        inside=yes body=''
      fi
      [[ -n $inside ]] || continue
      body+=$line$'\n'
      [[ $line == *'-END CERTIFICATE-'* ]] || continue
      inside=''
      [[ -z ${seen[$body]:-} ]] || continue
      seen[$body]=yes
      [[ $file == "$first" ]] || printf '%s' "$body"
    done <"$file"
  done
}

# The CAs in a file as OpenSSL takes them for CAs of clients by themselves. Otherwise a chain has to end in a self-signed CA, and with that one
# named every other CA below it would do.
#   client_anchors FILE
client_anchors() {
  local certificate
  while IFS= read -r -d '' certificate; do
    openssl x509 -addtrust clientAuth -trustout <<<"$certificate" || fail "a CA certificate for clients cannot be read"
  done < <(certificates "$1" | sed 's/^-----END CERTIFICATE-----$/&\x00/')
}

# Those of some files, each once. A file may end without the end of its last line, so that none is just put behind another.
certificates() { certificates_without /dev/null "$@"; }

# Whether a certificate, with those between it and its CA behind it, is of one of the CAs in a file.
#   is_issued_by PEM FILE
is_issued_by() {
  openssl verify -CAfile "$2" -untrusted <(printf '%s\n' "$1") <(printf '%s\n' "$1") >/dev/null 2>&1
}

# Whether the certificate that the server runs with is about to end: in the last tenth of its life, a day at most.
ends_soon() {
  local line dates=() margin
  while read -r line; do
    dates+=("$(date --date "${line#*=}" +%s)")
  done < <(openssl x509 -in "$CURRENT/tls/cert.pem" -noout -dates)
  margin=$(((dates[1] - dates[0]) / 10))
  ! openssl x509 -in "$CURRENT/tls/cert.pem" -noout -checkend "$((margin < 86400 ? margin : 86400))" >/dev/null
}

# Decides which certificate the node presents and which CAs it trusts, given what it is offered.
#
# A certificate of another CA is presented only once every other node accepts it, and the CA before it is trusted until every other node
# presents a certificate of the new one. So a CA may change without anybody's doing, as cert-manager's may, and no node is cut off.
# Stops where the certificate on offer is not good.
#   adopt_certificate OFFERED TARGET    OFFERED has cert.pem, key.pem, issuer.pem, and trusted.pem (additional CAs; may be empty)
adopt_certificate() {
  local offered=$1 target=$2 presents=$1 now=$CURRENT/tls
  check_certificate "$offered" "$offered/issuer.pem"
  : >"$target/before.pem"
  if [[ -e $now/issuer.pem ]]; then
    certificates "$now/issuer.pem" "$now/kept.pem" >"$target/before.pem"
    if ! is_issued_by "$(<"$offered/cert.pem")" "$now/issuer.pem" && ! ends_soon && ! others_accept "$offered" "$target/before.pem"; then
      presents=$now
      # Said once, and not at every look until then.
      [[ -z $(certificates_without "$now/ca.pem" "$offered/issuer.pem") ]] ||
        log "the certificate on offer is of another CA; it is presented once every other node trusts that CA"
      certificates "$offered/issuer.pem" >>"$target/before.pem"
    fi
  elif [[ -e $now/ca.pem ]]; then
    # As version 0.1 left it, which knew no more.
    cp "$now/ca.pem" "$target/before.pem"
  else
    remembered authorities >"$target/before.pem"
  fi
  cp "$presents"/{cert,key,issuer}.pem "$target/"
  certificates "$target/issuer.pem" "$offered/trusted.pem" >"$target/wanted.pem"
  certificates_without "$target/wanted.pem" "$target/before.pem" >"$target/kept.pem"
  if [[ -s $target/kept.pem && $presents == "$offered" ]] && others_are_issued_by "$target/wanted.pem"; then
    : >"$target/kept.pem"
  fi
  certificates "$target/wanted.pem" "$target/kept.pem" >"$target/ca.pem"
  rm "$target/before.pem" "$target/wanted.pem"
}

# Whether every other node takes a certificate that this one would present. TLS 1.2, as a server of TLS 1.3 says no only after the handshake.
#   others_accept FOLDER CAS_BEFORE
others_accept() {
  local host
  for host in $(other_hosts); do
    timeout 5 openssl s_client -tls1_2 -connect "$host:$PEER_PORT" -noservername -cert "$1/cert.pem" -key "$1/key.pem" \
      -cert_chain "$1/cert.pem" -CAfile <(certificates "$1/issuer.pem" "$1/trusted.pem" "$2") -verify_return_error </dev/null >/dev/null 2>&1 || return 1
  done
}

others_are_issued_by() {
  local host
  for host in $(other_hosts); do
    presents_one_of "$host" "$1" || return 1
  done
}

# Whether a node presents a certificate of one of the CAs in a file.
presents_one_of() {
  local certificate
  certificate=$(presented "$1" "$PEER_PORT")
  [[ $certificate == *'-BEGIN CERTIFICATE-'* ]] && is_issued_by "$certificate" "$2"
}

# Whether a node is refused with the CAs of today, and would not be with those of a new folder: then it waits for this one.
#   awaits_trust HOST NEW_FOLDER
awaits_trust() { ! presents_one_of "$1" "$CURRENT/tls/ca.pem" && presents_one_of "$1" "$2/tls/ca.pem"; }

# Stops where a certificate could not serve this node.
#   check_certificate FOLDER CAS
check_certificate() {
  local expected actual purpose why dates name=-checkhost
  ! is_address "$HOST" || name=-checkip
  expected=$(openssl pkey -in "$1/key.pem" -pubout) || fail "the private key cannot be read"
  actual=$(openssl x509 -in "$1/cert.pem" -noout -pubkey) || fail "the certificate cannot be read"
  [[ $expected == "$actual" ]] || fail "the private key does not belong to the certificate"
  [[ $(openssl x509 -in "$1/cert.pem" -noout "$name" "$HOST") == *'does match'* ]] ||
    fail "the certificate does not name this node's host $HOST; the other nodes would refuse it"
  for purpose in sslserver sslclient; do
    why=$(openssl verify -purpose "$purpose" -CAfile "$2" -untrusted "$1/cert.pem" "$1/cert.pem" 2>&1 >/dev/null) ||
      { dates=$(openssl x509 -in "$1/cert.pem" -noout -dates) &&
        fail "the certificate is not good as $purpose: $(grep -m 1 error <<<"$why" || printf '%s' "$why"). It is valid from" \
          "$(sed -n 's/^notBefore=//p' <<<"$dates") to $(sed -n 's/^notAfter=//p' <<<"$dates"); the clock here says $(date --utc)."; }
  done
}

# Outlives the machine, should a change of the CA be under way when it stops.
remember_authorities() { remember authorities "$(certificates "$CURRENT/tls/issuer.pem" "$CURRENT/tls/kept.pem")"; }
