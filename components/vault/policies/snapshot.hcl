# Takes snapshots, and nothing else: what is in one is sealed with Vault's own keys.
path "sys/storage/raft/snapshot" { capabilities = ["read"] }
