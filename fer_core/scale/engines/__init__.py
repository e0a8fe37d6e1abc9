"""What reads shards: processes of this machine, or Ray on many."""
