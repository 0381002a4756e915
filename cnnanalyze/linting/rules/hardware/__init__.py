"""What a target computes well; on only if the target is named."""
