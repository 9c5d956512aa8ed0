-- name: Changes of bucket policies and access
-- about: Bucket policies, ACLs and public access blocks that were set or removed.
-- words: s3 bucket policy acl public access block change
SELECT eventtime, eventname, useridentity.arn AS who, element_at(requestparameters, 'bucketName') AS bucket, errorcode
FROM $EDS_ID
WHERE eventsource = 's3.amazonaws.com'
  AND eventname IN ('PutBucketPolicy', 'DeleteBucketPolicy', 'PutBucketAcl', 'PutBucketPublicAccessBlock', 'DeleteBucketPublicAccessBlock', 'PutAccountPublicAccessBlock', 'DeleteAccountPublicAccessBlock')
  AND eventtime > date_add('day', -30, current_timestamp)
ORDER BY eventtime DESC

-- name: Buckets that were opened to everybody
-- about: Bucket policies that were set with a principal of anybody.
-- words: s3 public bucket policy exposure leak anonymous
SELECT eventtime, useridentity.arn AS who, element_at(requestparameters, 'bucketName') AS bucket, element_at(requestparameters, 'bucketPolicy') AS policy
FROM $EDS_ID
WHERE eventname = 'PutBucketPolicy' AND errorcode IS NULL
  AND regexp_like(element_at(requestparameters, 'bucketPolicy'), '"Principal":\s*("\*"|\{"AWS":\s*\[?"\*")')
  AND eventtime > date_add('day', -90, current_timestamp)
ORDER BY eventtime DESC

-- name: Buckets that were made or deleted
-- about: Buckets that came and went, with who did it and where.
-- words: s3 create delete bucket
SELECT eventtime, eventname, element_at(requestparameters, 'bucketName') AS bucket, useridentity.arn AS who, awsregion, errorcode
FROM $EDS_ID
WHERE eventname IN ('CreateBucket', 'DeleteBucket') AND eventsource = 's3.amazonaws.com' AND eventtime > date_add('day', -90, current_timestamp)
ORDER BY eventtime DESC

-- name: Objects that were deleted
-- about: Deleted objects by bucket and caller; needs data events of S3.
-- words: s3 delete object data loss ransomware
SELECT element_at(requestparameters, 'bucketName') AS bucket, useridentity.arn AS who, count(*) AS calls, min(eventtime) AS first_time, max(eventtime) AS last_time
FROM $EDS_ID
WHERE eventname IN ('DeleteObject', 'DeleteObjects', 'DeleteObjectVersion') AND eventtime > date_add('day', -7, current_timestamp)
GROUP BY 1, 2
ORDER BY calls DESC

-- name: Objects that were read most
-- about: The objects with the most reads, and by how many identities; needs data events of S3.
-- words: s3 get object read download access popular
SELECT element_at(requestparameters, 'bucketName') AS bucket, element_at(requestparameters, 'key') AS object,
  count(*) AS reads, approx_distinct(useridentity.arn) AS readers,
  sum(try_cast(element_at(additionaleventdata, 'bytesTransferredOut') AS double)) AS bytes_out
FROM $EDS_ID
WHERE eventname = 'GetObject' AND eventtime > date_add('day', -7, current_timestamp)
GROUP BY 1, 2
ORDER BY reads DESC
LIMIT 100

-- name: Bytes read from each bucket
-- about: Bytes that left and entered buckets by caller and day; needs data events of S3.
-- words: s3 exfiltration data transfer traffic volume bytes cost
SELECT date(eventtime) AS day, element_at(requestparameters, 'bucketName') AS bucket, useridentity.arn AS who,
  sum(try_cast(element_at(additionaleventdata, 'bytesTransferredOut') AS double)) AS bytes_out,
  sum(try_cast(element_at(additionaleventdata, 'bytesTransferredIn') AS double)) AS bytes_in
FROM $EDS_ID
WHERE eventsource = 's3.amazonaws.com' AND eventcategory = 'Data' AND eventtime > date_add('day', -7, current_timestamp)
GROUP BY 1, 2, 3
ORDER BY bytes_out DESC NULLS LAST
LIMIT 100

-- name: Buckets that were scanned
-- about: Who asked for the settings of at least three buckets, and how many: inventory tools, or a thief.
-- words: s3 enumeration discovery GetBucketAcl GetBucketPolicy recon
SELECT useridentity.arn AS who, sourceipaddress, count(DISTINCT element_at(requestparameters, 'bucketName')) AS buckets, count(*) AS calls
FROM $EDS_ID
WHERE eventsource = 's3.amazonaws.com' AND regexp_like(eventname, '^GetBucket|^ListBuckets') AND eventtime > date_add('day', -7, current_timestamp)
GROUP BY 1, 2
HAVING count(DISTINCT element_at(requestparameters, 'bucketName')) >= 3
ORDER BY buckets DESC

-- name: Protection of buckets that was removed
-- about: Versioning, encryption, logging, replication and lifecycle settings of buckets that were changed.
-- words: s3 versioning encryption logging lifecycle replication disable
SELECT eventtime, eventname, element_at(requestparameters, 'bucketName') AS bucket, useridentity.arn AS who, requestparameters
FROM $EDS_ID
WHERE regexp_like(eventname, '^(Put|Delete)Bucket(Versioning|Encryption|Logging|Lifecycle|Replication)') AND eventtime > date_add('day', -90, current_timestamp)
ORDER BY eventtime DESC

-- name: Snapshots that were shared
-- about: Snapshots and images of disks and databases whose attributes were changed, as to give them to another account.
-- words: ebs rds snapshot ami share public exfiltration ModifySnapshotAttribute
SELECT eventtime, eventname, useridentity.arn AS who,
  coalesce(element_at(requestparameters, 'snapshotId'), element_at(requestparameters, 'dBSnapshotIdentifier'), element_at(requestparameters, 'imageId')) AS what,
  requestparameters, errorcode
FROM $EDS_ID
WHERE eventname IN ('ModifySnapshotAttribute', 'ModifyDBSnapshotAttribute', 'ModifyDBClusterSnapshotAttribute', 'ModifyImageAttribute')
  AND eventtime > date_add('day', -90, current_timestamp)
ORDER BY eventtime DESC
