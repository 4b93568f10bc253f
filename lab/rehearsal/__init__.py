"""A whole stack from nothing to destroyed, in a lab of its own: `cartorio rehearse STACK`."""
