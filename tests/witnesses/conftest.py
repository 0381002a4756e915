"""Witnesses hold no tests and no examples; without their framework they cannot be imported."""

collect_ignore_glob = ["*"]
