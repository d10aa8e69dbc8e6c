export const OPS_HELP = `cdktf-qdrant ops COMMAND --host HOST [--host HOST ...] | --outputs FILE

Operates a running cluster. Each command reads the cluster from all its nodes, says what it is going to do, and can be killed and run again at any moment.

  status                    what the cluster is, and what is wrong with it
  rebalance                 makes nodes even by size, with all copies that collections ask for, no two in one zone
  drain NODE                brings what a node has to the others, and removes it from the cluster at last
  repair [NODE]             removes a node that is gone for good, waits for the new one, and completes its copies
  preflight VERSION         says whether the cluster may be upgraded to a release
  backup                    writes a snapshot of each shard, and last a manifest, to --to PLACE
  restore                   restores the newest backup of --from PLACE, or that of PLACE/ID
  check-backup              looks at the files of a backup, and restores it to --against, where that is given, to compare it

NODE is the host of a node, the first part of it, or the id of its peer. PLACE is a folder, or
s3://BUCKET/PREFIX, with the credentials that AWS's own programs find; another certificate than those of Node is in the file that AWS_CA_BUNDLE names.

Where
  --host HOST[:PORT]        a node; one is enough where this machine reaches the others at the hosts of their own addresses
  --outputs FILE            what terraform output -json or cdktf output --outputs-file wrote, with the RestUrl of addOutputs()
  --rest-port PORT          6333

What clients have
  QDRANT_API_KEY            the admin key, in the environment; or --api-key-file FILE
  QDRANT_READ_ONLY_API_KEY  enough for status, preflight and --dry-run; or --read-only-key-file FILE
  --ca FILE                 the CA of the server; without it, those of Node
  --cert FILE --key FILE    the certificate of a client, and its key
  --clear-text              the cluster speaks no TLS
  --send-keys-anyway        sends the key in clear text

How
  --dry-run                 says what would be done, and does nothing
  --zones FILE              the zone of each node, as JSON: {"vectors-0": "eu-west-1a", "vectors-1": "eu-west-1b"}
  --transfers NUMBER        transfers at a time, others' included: 2
  --patience SECONDS        how long it goes on without progress until it gives up: 1800
  --poll SECONDS            how often it looks: 2
  --timeout SECONDS         for each answer: 15
  --fewer-copies            drain: shards may keep fewer copies than asked for, where there are fewer nodes than that
  --after SECONDS           repair: how long the node must have been silent: 30
  --no-replacement          repair: no new node takes the place of the one that is gone
  --collection NAME         of backups: this one only; may be given again
  --cluster NAME            of backups: what the cluster is called, where several have one place
  --keep NUMBER             backup: keeps so many of the newest, and removes others
  --keep-days DAYS          backup: keeps those that are younger; one that either keeps is kept
  --as NAME                 restore: another name for the one --collection
  --replace                 restore: removes a collection of that name, once the backup is restored beside it
  --endpoint URL            of backups: what speaks S3, where it is not AWS: https://minio.internal:9000
  --against HOST[:PORT]     check-backup: a server to throw away, empty; http://HOST:PORT where it speaks no TLS. Its key: QDRANT_THROWAWAY_API_KEY
                            With --host, what is restored there is compared with the cluster, point by point
  --sample-above NUMBER     check-backup: of more points than that, so many are compared, drawn at random: 1000000
  --allow-changes           check-backup: that the cluster has other points than the backup is no error
  --json                    writes JSON
  --quiet                   tells no progress

Exit status: 0 done, planned or nothing to do, and for status and preflight: no error was found. 1 refused, given up before the end, or an error was found.
2 it could not run: an option is wrong, no node answers, or the key is not taken.
`;
