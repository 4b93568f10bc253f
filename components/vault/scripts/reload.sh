#!/bin/sh
# Tells Vault to read its certificate again when cert-manager has renewed it: by itself it never looks.
# https://developer.hashicorp.com/vault/docs/configuration/listener/tcp#tls_cert_file
set -euo pipefail

known=$(sha256sum /vault/tls/tls.crt)
while sleep 60; do
  now=$(sha256sum /vault/tls/tls.crt)
  if [ "$now" != "$known" ]; then
    # A Vault that is just starting reads the new one anyway.
    kill -HUP $(pidof vault) && known=$now
  fi
done
