# Delivers the application's secrets to the cluster.
path "secret/data/cartorio/*"     { capabilities = ["read"] }
path "secret/metadata/cartorio/*" { capabilities = ["read", "list"] }
