# Sets Vault up. It reads no secret, signs nothing and cannot give out tokens.
path "sys/policies/acl/*"      { capabilities = ["create", "read", "update"] }
path "sys/policies/acl"        { capabilities = ["list"] }
path "sys/mounts"              { capabilities = ["read"] }
path "sys/mounts/transit"      { capabilities = ["create", "update"] }
path "sys/mounts/database"     { capabilities = ["create", "update"] }
path "sys/mounts/secret"       { capabilities = ["create", "update"] }
path "auth/kubernetes/role"    { capabilities = ["list"] }
path "auth/kubernetes/role/*"  { capabilities = ["create", "read", "update", "delete"] }
path "transit/keys/*"          { capabilities = ["create", "read", "update"] }
path "database/config/*"       { capabilities = ["create", "read", "update"] }
path "database/roles/*"        { capabilities = ["create", "read", "update", "delete"] }
path "database/rotate-root/*"  { capabilities = ["create", "update"] }
