#!/bin/sh
# Sourced: logs in with the pod's service account as $ROLE. The token ends with the role's short life.
VAULT_TOKEN=$(vault write -field=token auth/kubernetes/login role="$ROLE" jwt=@/var/run/secrets/vault/token)
export VAULT_TOKEN
