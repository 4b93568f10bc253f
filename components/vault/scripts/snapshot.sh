#!/bin/sh
# Takes a snapshot of the Raft storage, as the leader has it. The next container uploads it.
set -euo pipefail
umask 077

. "$SCRIPTS/login.sh"
vault operator raft snapshot save "$HANDOVER/vault.snap"
vault operator raft snapshot inspect "$HANDOVER/vault.snap" >/dev/null
vault token revoke -self
