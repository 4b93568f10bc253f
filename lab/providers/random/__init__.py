"""Pulumi's `random` package for machines without the official plugin: passwords, ids, strings and their kin.

Behaviour: https://github.com/hashicorp/terraform-provider-random, which the official plugin wraps.
"""

from __future__ import annotations
