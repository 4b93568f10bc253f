#!/bin/sh
# Makes Vault what the files in $CONFIGURATION say. Repeating it changes nothing that is as it should be.
set -euo pipefail

if ! vault operator init -status >/dev/null 2>&1; then
  echo "Vault is not initialised yet: name recovery custodians in the stack's file." >&2
  exit 1
fi
. "$SCRIPTS/login.sh"

# The part of a file's name between its kind and its ending.
name_of() {
  base=${1##*/}
  base=${base#*-}
  printf '%s' "${base%.*}"
}

for file in "$CONFIGURATION"/policy-*.hcl; do
  vault policy write "$(name_of "$file")" "$file"
done

for file in "$CONFIGURATION"/role-*.json; do
  vault write "auth/kubernetes/role/$(name_of "$file")" "@$file"
done
for role in $(vault list auth/kubernetes/role | sed 1,2d); do
  [ -f "$CONFIGURATION/role-$role.json" ] || vault delete "auth/kubernetes/role/$role"
done

mounted=$(vault secrets list)
for engine in transit database; do
  printf '%s\n' "$mounted" | grep "^$engine/" >/dev/null || vault secrets enable "$engine"
done
printf '%s\n' "$mounted" | grep '^secret/' >/dev/null || vault secrets enable -path=secret -version=2 kv

for file in "$CONFIGURATION"/transit-*.json; do
  [ -f "$file" ] || continue
  name=$(name_of "$file")
  vault read "transit/keys/$name" >/dev/null 2>&1 ||
    vault write "transit/keys/$name" type=ecdsa-p256 exportable=false allow_plaintext_backup=false
  vault write "transit/keys/$name/config" "@$file"
done

for file in "$CONFIGURATION"/database-*.json; do
  [ -f "$file" ] || continue
  name=$(name_of "$file")
  credentials=/var/run/secrets/databases/$name
  if ! vault read "database/config/$name" >/dev/null 2>&1; then
    if [ ! -f "$credentials/username" ] || [ ! -f "$credentials/password" ]; then
      echo "Database $name: its Secret is not there yet; the next run looks again." >&2
      continue
    fi
    # The platform's own authority has signed the database's certificate.
    vault write "database/config/$name" "@$file" "tls_ca=@$VAULT_CACERT" \
      "username=@$credentials/username" "password=@$credentials/password"
    # From here on only Vault knows the password.
    vault write -force "database/rotate-root/$name"
  fi
  vault write "database/roles/$name" "@$CONFIGURATION/lease-$name.json"
done
echo "Vault is configured."
