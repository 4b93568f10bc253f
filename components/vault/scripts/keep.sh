#!/bin/bash
# Keeps the recovery shares, PGP-encrypted as they are, in Secrets Manager. Runs in the image of the AWS CLI.
#
# Without anything to keep, the shares have to be there from before: shares that were lost are an error, not a surprise
# in an emergency.
set -euo pipefail

kept=$(aws secretsmanager describe-secret --secret-id "$RECOVERY_SECRET" \
  --query 'length(keys(VersionIdsToStages || `{}`))' --output text)

if [ -f "$HANDOVER/recovery.json" ]; then
  aws secretsmanager put-secret-value --secret-id "$RECOVERY_SECRET" \
    --secret-string "file://$HANDOVER/recovery.json" >/dev/null
  echo "The recovery shares are kept."
elif [ "$kept" = 0 ]; then
  echo "Vault is initialised, but nobody has its recovery shares. It is still empty: scale it to zero, delete its" \
    "volume claims and run this again." >&2
  exit 1
fi
