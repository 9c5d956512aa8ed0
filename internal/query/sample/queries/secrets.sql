-- name: Secrets that were read
-- about: Which secrets of Secrets Manager were read, by whom and how often.
-- words: secretsmanager secret GetSecretValue credential read
SELECT element_at(requestparameters, 'secretId') AS secret, useridentity.arn AS who, count(*) AS reads,
  count_if(errorcode IS NOT NULL) AS failed, max(eventtime) AS last_read
FROM $EDS_ID
WHERE eventname IN ('GetSecretValue', 'BatchGetSecretValue') AND eventtime > date_add('day', -30, current_timestamp)
GROUP BY 1, 2
ORDER BY reads DESC

-- name: Identities that read many secrets
-- about: Who read five different secrets or more within an hour.
-- words: secretsmanager harvest steal credential suspicious
SELECT useridentity.arn AS who, sourceipaddress, date_trunc('hour', eventtime) AS hour, count(DISTINCT element_at(requestparameters, 'secretId')) AS secrets
FROM $EDS_ID
WHERE eventname = 'GetSecretValue' AND eventtime > date_add('day', -30, current_timestamp)
GROUP BY 1, 2, 3
HAVING count(DISTINCT element_at(requestparameters, 'secretId')) >= 5
ORDER BY secrets DESC

-- name: Secrets that were deleted
-- about: Secrets that were deleted, and whether they can be restored.
-- words: secretsmanager delete secret recovery
SELECT eventtime, useridentity.arn AS who, element_at(requestparameters, 'secretId') AS secret,
  element_at(requestparameters, 'forceDeleteWithoutRecovery') AS for_good, errorcode
FROM $EDS_ID
WHERE eventname = 'DeleteSecret' AND eventtime > date_add('day', -90, current_timestamp)
ORDER BY eventtime DESC

-- name: Parameters that were decrypted
-- about: Parameters of Systems Manager that were read with decryption.
-- words: ssm parameter store secure string decrypt read
SELECT coalesce(element_at(requestparameters, 'name'), element_at(requestparameters, 'names'), element_at(requestparameters, 'path')) AS parameter,
  useridentity.arn AS who, count(*) AS reads, max(eventtime) AS last_read
FROM $EDS_ID
WHERE eventname IN ('GetParameter', 'GetParameters', 'GetParametersByPath') AND element_at(requestparameters, 'withDecryption') = 'true'
  AND eventtime > date_add('day', -30, current_timestamp)
GROUP BY 1, 2
ORDER BY reads DESC

-- name: Use of encryption keys
-- about: Which KMS keys were used for what, and by whom.
-- words: kms key decrypt encrypt usage
SELECT res.arn AS key, eventname, coalesce(useridentity.arn, useridentity.invokedby) AS who, count(*) AS times, max(eventtime) AS last_time
FROM $EDS_ID, unnest(resources) AS res
WHERE eventsource = 'kms.amazonaws.com' AND eventname IN ('Decrypt', 'Encrypt', 'GenerateDataKey', 'ReEncrypt', 'Sign', 'Verify')
  AND eventtime > date_add('day', -7, current_timestamp)
GROUP BY 1, 2, 3
ORDER BY times DESC
LIMIT 200

-- name: Encryption keys that were disabled or will be deleted
-- about: KMS keys that were disabled, scheduled for deletion, or whose policy was changed.
-- words: kms key disable delete policy ransom
SELECT eventtime, eventname, element_at(requestparameters, 'keyId') AS key, useridentity.arn AS who, element_at(requestparameters, 'pendingWindowInDays') AS days
FROM $EDS_ID
WHERE eventsource = 'kms.amazonaws.com' AND eventname IN ('DisableKey', 'ScheduleKeyDeletion', 'PutKeyPolicy', 'CancelKeyDeletion') AND eventtime > date_add('day', -90, current_timestamp)
ORDER BY eventtime DESC

-- name: Most recent alias of each key
-- about: The alias that each KMS key got last.
-- words: kms alias key name
SELECT element_at(requestparameters, 'targetKeyId') AS key, max_by(element_at(requestparameters, 'aliasName'), eventtime) AS alias
FROM $EDS_ID
WHERE eventsource = 'kms.amazonaws.com' AND eventname IN ('CreateAlias', 'UpdateAlias') AND eventtime > date_add('day', -90, current_timestamp)
GROUP BY 1
ORDER BY 2
