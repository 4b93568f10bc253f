#!/bin/bash
# Uploads the snapshot under the time it was taken. Runs in the image of the AWS CLI.
set -euo pipefail

aws s3 cp --only-show-errors --sse aws:kms --sse-kms-key-id "$KEY" \
  "$HANDOVER/vault.snap" "s3://$BUCKET/vault/$(date -u +%Y-%m-%dT%H-%M-%SZ).snap"
rm "$HANDOVER/vault.snap"
