-- name: Changes of trails and of recording
-- about: Trails, event data stores and their selectors that were changed, stopped or deleted: the first thing to hide traces.
-- words: cloudtrail stop logging delete trail tamper evasion audit
SELECT eventtime, eventname, useridentity.arn AS who, sourceipaddress, requestparameters, errorcode
FROM $EDS_ID
WHERE eventsource = 'cloudtrail.amazonaws.com' AND readonly = false AND eventtime > date_add('day', -90, current_timestamp)
ORDER BY eventtime DESC

-- name: Detection that was turned off
-- about: GuardDuty, Config, Security Hub and Macie that were stopped, deleted or left.
-- words: guardduty config securityhub macie disable detector evasion
SELECT eventtime, eventsource, eventname, useridentity.arn AS who, awsregion, errorcode
FROM $EDS_ID
WHERE eventsource IN ('guardduty.amazonaws.com', 'config.amazonaws.com', 'securityhub.amazonaws.com', 'macie2.amazonaws.com')
  AND regexp_like(eventname, '^(Delete|Disable|Stop|Disassociate|Leave)') AND eventtime > date_add('day', -90, current_timestamp)
ORDER BY eventtime DESC

-- name: Log groups that were deleted
-- about: Log groups and streams that were deleted, or whose retention was shortened.
-- words: cloudwatch logs delete log group retention
SELECT eventtime, eventname, element_at(requestparameters, 'logGroupName') AS log_group, useridentity.arn AS who, element_at(requestparameters, 'retentionInDays') AS days
FROM $EDS_ID
WHERE eventsource = 'logs.amazonaws.com' AND eventname IN ('DeleteLogGroup', 'DeleteLogStream', 'PutRetentionPolicy') AND eventtime > date_add('day', -90, current_timestamp)
ORDER BY eventtime DESC

-- name: Alarms that were changed
-- about: CloudWatch alarms that were deleted or silenced.
-- words: cloudwatch alarm delete disable monitoring
SELECT eventtime, eventname, useridentity.arn AS who, requestparameters
FROM $EDS_ID
WHERE eventsource = 'monitoring.amazonaws.com' AND eventname IN ('DeleteAlarms', 'DisableAlarmActions', 'PutMetricAlarm') AND eventtime > date_add('day', -90, current_timestamp)
ORDER BY eventtime DESC

-- name: Changes in the organization
-- about: Accounts that were invited, made or removed, and policies of the organization that were changed.
-- words: organizations account scp policy leave invite management
SELECT eventtime, eventname, useridentity.arn AS who, requestparameters, errorcode
FROM $EDS_ID
WHERE eventsource = 'organizations.amazonaws.com' AND readonly = false AND eventtime > date_add('day', -90, current_timestamp)
ORDER BY eventtime DESC

-- name: Who queried the event data stores
-- about: Queries that were started, with their statements.
-- words: cloudtrail lake query audit StartQuery
SELECT eventtime, useridentity.arn AS who, element_at(requestparameters, 'queryStatement') AS statement, errorcode
FROM $EDS_ID
WHERE eventsource = 'cloudtrail.amazonaws.com' AND eventname = 'StartQuery' AND eventtime > date_add('day', -7, current_timestamp)
ORDER BY eventtime DESC
