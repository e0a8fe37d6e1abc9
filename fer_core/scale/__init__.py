"""More pictures than one run reads: a manifest, shards of it, engines that read shards."""
