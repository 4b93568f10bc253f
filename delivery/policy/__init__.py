"""`cartorio policy`: the policy pack's rules over manifests, charts, kustomizations and exported state."""
