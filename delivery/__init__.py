"""The `cartorio` command: what people and pipelines run."""
