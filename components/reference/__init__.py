"""The pages in docs/components/: what each component takes, makes and says, out of the code itself."""
