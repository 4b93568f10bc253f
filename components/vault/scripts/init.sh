#!/bin/sh
# Initialises Vault, once, and leaves no root token behind. Runs in Vault's own image: a POSIX shell and no jq.
#
# The recovery shares are encrypted with the custodians' PGP keys before Vault gives them out; they are handed over to
# the next container, which keeps them. The root token lives in a variable of this shell only, long enough for
# bootstrap.sh, and is revoked there.
#
# Killed before Vault answers: nothing has happened, the next try starts again. Killed after it: the token is lost, and
# with the shares two of them can be told apart by the next container: kept (their holders generate a new root token and
# run bootstrap.sh by hand, which also revokes the lost one) or lost (Vault is still empty: remove its volumes).
set -euo pipefail
umask 077

status=0
vault operator init -status >/dev/null 2>&1 || status=$?
case "$status" in
  0)
    echo "Vault is initialised already: nothing to do."
    exit 0
    ;;
  2) ;;
  *)
    echo "Vault does not answer at $VAULT_ADDR: trying again later." >&2
    exit 1
    ;;
esac

keys=""
for key in "$CUSTODIANS"/*.asc; do
  keys="${keys:+$keys,}$key"
done

answer=$(vault operator init -format=json \
  -recovery-shares="$RECOVERY_SHARES" \
  -recovery-threshold="$RECOVERY_THRESHOLD" \
  -recovery-pgp-keys="$keys")

# First of all the shares: a file in memory, which outlives this container but not the pod.
printf '%s\n' "$answer" | sed 's/"root_token": "[^"]*"/"root_token": "revoked"/' >"$HANDOVER/recovery.partial"
mv "$HANDOVER/recovery.partial" "$HANDOVER/recovery.json"

VAULT_TOKEN=$(printf '%s\n' "$answer" | sed -n 's/.*"root_token": "\([^"]*\)".*/\1/p')
export VAULT_TOKEN
unset answer
. "$SCRIPTS/bootstrap.sh"
