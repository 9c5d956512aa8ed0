-- name: Instances that were started
-- about: EC2 instances that were launched, by whom, of which type and how many.
-- words: ec2 run instances launch virtual machine crypto mining
SELECT eventtime, useridentity.arn AS who, awsregion, element_at(requestparameters, 'instanceType') AS instance_type,
  cardinality(CAST(json_extract(element_at(responseelements, 'instancesSet'), '$.items') AS array(json))) AS instances, errorcode
FROM $EDS_ID
WHERE eventname = 'RunInstances' AND eventtime > date_add('day', -30, current_timestamp)
ORDER BY eventtime DESC

-- name: Instances that were stopped or terminated
-- about: Who stopped, terminated or rebooted instances.
-- words: ec2 terminate stop reboot instances delete
SELECT eventtime, eventname, useridentity.arn AS who, awsregion,
  json_extract_scalar(element_at(requestparameters, 'instancesSet'), '$.items[0].instanceId') AS first_instance, errorcode
FROM $EDS_ID
WHERE eventname IN ('TerminateInstances', 'StopInstances', 'RebootInstances', 'StartInstances') AND eventtime > date_add('day', -30, current_timestamp)
ORDER BY eventtime DESC

-- name: Start scripts of instances
-- about: Start scripts (user data) of instances that were read or changed: secrets, or a way in.
-- words: ec2 user data script DescribeInstanceAttribute ModifyInstanceAttribute persistence
SELECT eventtime, eventname, useridentity.arn AS who, element_at(requestparameters, 'instanceId') AS instance, errorcode
FROM $EDS_ID
WHERE eventname IN ('DescribeInstanceAttribute', 'ModifyInstanceAttribute')
  AND coalesce(element_at(requestparameters, 'attribute'), 'userData') = 'userData'
  AND eventtime > date_add('day', -30, current_timestamp)
ORDER BY eventtime DESC

-- name: Passwords of Windows instances
-- about: Who asked for the administrator's password of instances.
-- words: ec2 windows password GetPasswordData credential
SELECT eventtime, useridentity.arn AS who, sourceipaddress, element_at(requestparameters, 'instanceId') AS instance, errorcode
FROM $EDS_ID
WHERE eventname = 'GetPasswordData' AND eventtime > date_add('day', -30, current_timestamp)
ORDER BY eventtime DESC

-- name: Images and volumes that were made
-- about: Volumes, snapshots and images that were made, counted by day.
-- words: ec2 ebs volume snapshot ami image create cost
SELECT date(eventtime) AS day, eventname, useridentity.arn AS who, count(*) AS times
FROM $EDS_ID
WHERE eventname IN ('CreateVolume', 'CreateSnapshot', 'CreateSnapshots', 'CreateImage', 'RegisterImage', 'CopySnapshot', 'CopyImage')
  AND errorcode IS NULL AND eventtime > date_add('day', -30, current_timestamp)
GROUP BY 1, 2, 3
ORDER BY 1 DESC, 4 DESC

-- name: Functions whose code changed
-- about: Lambda functions that were made, or whose code or settings were changed.
-- words: lambda function code update deploy serverless
SELECT eventtime, regexp_replace(eventname, '[0-9]{8}(v[0-9]+)?$') AS operation, element_at(requestparameters, 'functionName') AS function, useridentity.arn AS who, errorcode
FROM $EDS_ID
WHERE eventsource = 'lambda.amazonaws.com' AND regexp_like(eventname, '^(CreateFunction|UpdateFunction|DeleteFunction|PublishVersion)')
  AND eventtime > date_add('day', -30, current_timestamp)
ORDER BY eventtime DESC

-- name: Functions that others may call
-- about: Permissions on Lambda functions that were added, with whom they let in.
-- words: lambda permission policy public AddPermission backdoor
SELECT eventtime, useridentity.arn AS who, element_at(requestparameters, 'functionName') AS function,
  element_at(requestparameters, 'principal') AS lets_in, element_at(requestparameters, 'action') AS action
FROM $EDS_ID
WHERE eventsource = 'lambda.amazonaws.com' AND eventname LIKE 'AddPermission%' AND eventtime > date_add('day', -90, current_timestamp)
ORDER BY eventtime DESC

-- name: Commands that were sent to instances
-- about: Commands and sessions of Systems Manager, which run programs on instances.
-- words: ssm systems manager send command session remote execution shell
SELECT eventtime, eventname, useridentity.arn AS who, element_at(requestparameters, 'documentName') AS document,
  coalesce(element_at(requestparameters, 'instanceIds'), element_at(requestparameters, 'target')) AS on_what, errorcode
FROM $EDS_ID
WHERE eventsource = 'ssm.amazonaws.com' AND eventname IN ('SendCommand', 'StartSession', 'StartAutomationExecution') AND eventtime > date_add('day', -30, current_timestamp)
ORDER BY eventtime DESC

-- name: Databases that were changed or deleted
-- about: RDS instances, clusters and snapshots that were changed, restored or deleted.
-- words: rds database delete modify restore snapshot
SELECT eventtime, eventname, useridentity.arn AS who,
  coalesce(element_at(requestparameters, 'dBInstanceIdentifier'), element_at(requestparameters, 'dBClusterIdentifier'), element_at(requestparameters, 'dBSnapshotIdentifier')) AS database,
  errorcode
FROM $EDS_ID
WHERE eventsource = 'rds.amazonaws.com' AND readonly = false AND eventtime > date_add('day', -30, current_timestamp)
ORDER BY eventtime DESC

-- name: Stacks and who deployed them
-- about: CloudFormation stacks that were made, updated or deleted.
-- words: cloudformation stack deploy infrastructure update delete
SELECT eventtime, eventname, element_at(requestparameters, 'stackName') AS stack, useridentity.arn AS who, errorcode
FROM $EDS_ID
WHERE eventsource = 'cloudformation.amazonaws.com' AND eventname IN ('CreateStack', 'UpdateStack', 'DeleteStack', 'ExecuteChangeSet') AND eventtime > date_add('day', -30, current_timestamp)
ORDER BY eventtime DESC
