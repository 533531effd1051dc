"""A version to come, whose migration breaks off half way or is killed there. `EBB_FAULT` says which."""
