"""The demonstration: real companies, made-up members, and the main job from end to end."""
