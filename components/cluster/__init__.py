"""The Kubernetes cluster: EKS with its nodes, or one that is there already; and how pods get AWS credentials."""
