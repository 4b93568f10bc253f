#!/bin/sh
# Does the little that takes a root token (VAULT_TOKEN), then revokes every root token there is.
#
# What it leaves is a way in for configure.sh: the Kubernetes auth method with one role, for one service account, which
# may set up Vault but neither read secrets nor become root. Every step can be repeated, so a custodian with a root token
# generated from recovery shares can run it again.
set -euo pipefail

# Vault may have been unsealed a moment ago and still be choosing its leader.
tries=30
until vault token lookup >/dev/null 2>&1; do
  tries=$((tries - 1))
  if [ "$tries" -le 0 ]; then
    echo "Vault does not accept the root token at $VAULT_ADDR." >&2
    exit 1
  fi
  sleep 2
done

# The audit log comes first, so that everything after it is in it.
enabled=$(vault audit list 2>/dev/null || true)
case "$enabled" in
  *file/*) ;;
  *) vault audit enable -path=file file file_path=/vault/audit/audit.log ;;
esac
case "$enabled" in
  *stdout/*) ;;
  *) vault audit enable -path=stdout file file_path=stdout ;;
esac

# Never `grep -q`: it ends at the first match, which kills whoever writes to it; with pipefail that reads as "not found".
vault auth list | grep '^kubernetes/' >/dev/null || vault auth enable kubernetes
vault write auth/kubernetes/config kubernetes_host=https://kubernetes.default.svc
vault policy write configure "$CONFIGURATION/policy-configure.hcl"
vault write auth/kubernetes/role/configure "@$CONFIGURATION/role-configure.json"

# Others first, itself last. A token of which nothing can be told any more is gone: no reason to stop.
own=$(vault token lookup -format=json | sed -n 's/.*"accessor": "\([^"]*\)".*/\1/p')
for accessor in $(vault list auth/token/accessors | sed 1,2d); do
  if [ "$accessor" != "$own" ] &&
    vault token lookup -format=json -accessor "$accessor" 2>/dev/null | grep '^ *"root"$' >/dev/null; then
    vault token revoke -accessor "$accessor"
  fi
done
vault token revoke -self
echo "Vault is initialised; no root token is left."
