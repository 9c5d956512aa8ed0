-- name: Access keys that were made or removed
-- about: Who made, enabled, disabled or deleted access keys, and of whom.
-- words: iam credentials access key create delete
SELECT eventtime, eventname, useridentity.arn AS who,
  coalesce(element_at(requestparameters, 'userName'), useridentity.username) AS of_user,
  json_extract_scalar(element_at(responseelements, 'accessKey'), '$.accessKeyId') AS access_key
FROM $EDS_ID
WHERE eventsource = 'iam.amazonaws.com' AND eventname IN ('CreateAccessKey', 'DeleteAccessKey', 'UpdateAccessKey')
  AND eventtime > date_add('day', -90, current_timestamp)
ORDER BY eventtime DESC

-- name: Users that were made or removed
-- about: IAM users that came and went, with who did it.
-- words: iam create delete user account login profile
SELECT eventtime, eventname, useridentity.arn AS who, element_at(requestparameters, 'userName') AS of_user, errorcode
FROM $EDS_ID
WHERE eventsource = 'iam.amazonaws.com'
  AND eventname IN ('CreateUser', 'DeleteUser', 'CreateLoginProfile', 'UpdateLoginProfile', 'DeleteLoginProfile')
  AND eventtime > date_add('day', -90, current_timestamp)
ORDER BY eventtime DESC

-- name: Changes of permissions
-- about: Policies that were attached, detached, written or deleted, on whom.
-- words: iam policy attach detach grant privilege escalation permission change
SELECT eventtime, eventname, useridentity.arn AS who,
  coalesce(element_at(requestparameters, 'userName'), element_at(requestparameters, 'roleName'), element_at(requestparameters, 'groupName')) AS on_whom,
  coalesce(element_at(requestparameters, 'policyArn'), element_at(requestparameters, 'policyName')) AS policy, errorcode
FROM $EDS_ID
WHERE eventsource = 'iam.amazonaws.com' AND regexp_like(eventname, '^(Attach|Detach|Put|Delete|Create|Set).*Polic')
  AND eventtime > date_add('day', -30, current_timestamp)
ORDER BY eventtime DESC

-- name: Administrators that were made
-- about: Identities that were given the policy AdministratorAccess.
-- words: iam admin privilege escalation attach policy AdministratorAccess
SELECT eventtime, eventname, useridentity.arn AS who, sourceipaddress,
  coalesce(element_at(requestparameters, 'userName'), element_at(requestparameters, 'roleName'), element_at(requestparameters, 'groupName')) AS on_whom
FROM $EDS_ID
WHERE eventname IN ('AttachUserPolicy', 'AttachRolePolicy', 'AttachGroupPolicy')
  AND element_at(requestparameters, 'policyArn') LIKE '%/AdministratorAccess' AND errorcode IS NULL
  AND eventtime > date_add('day', -90, current_timestamp)
ORDER BY eventtime DESC

-- name: Roles that were made, with whom they trust
-- about: New roles and changes of trust policies, with the document that says who may take the role.
-- words: iam role trust assume policy backdoor create
SELECT eventtime, eventname, useridentity.arn AS who, element_at(requestparameters, 'roleName') AS role,
  coalesce(element_at(requestparameters, 'assumeRolePolicyDocument'), element_at(requestparameters, 'policyDocument')) AS trust
FROM $EDS_ID
WHERE eventname IN ('CreateRole', 'UpdateAssumeRolePolicy') AND errorcode IS NULL AND eventtime > date_add('day', -90, current_timestamp)
ORDER BY eventtime DESC

-- name: Who took which role
-- about: Roles that were assumed, by whom, how often and when last.
-- words: sts AssumeRole role session federation
SELECT element_at(requestparameters, 'roleArn') AS role, coalesce(useridentity.arn, useridentity.invokedby) AS who,
  count(*) AS times, max(eventtime) AS last_time
FROM $EDS_ID
WHERE eventsource = 'sts.amazonaws.com' AND eventname IN ('AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity')
  AND eventtime > date_add('day', -7, current_timestamp)
GROUP BY 1, 2
ORDER BY times DESC
LIMIT 200

-- name: Roles that accounts elsewhere took
-- about: Calls by identities of another account than the one that was called.
-- words: cross account external third party access sharing
SELECT useridentity.accountid AS caller_account, recipientaccountid AS account, eventsource, eventname,
  arbitrary(useridentity.arn) AS for_example, count(*) AS calls
FROM $EDS_ID
WHERE useridentity.accountid IS NOT NULL AND useridentity.accountid <> recipientaccountid
  AND eventtime > date_add('day', -7, current_timestamp)
GROUP BY 1, 2, 3, 4
ORDER BY calls DESC
LIMIT 200

-- name: What a role's sessions did
-- about: Operations of each session of roles, most calls first.
-- words: assumed role session activity sessionissuer
SELECT useridentity.sessioncontext.sessionissuer.username AS role, regexp_extract(useridentity.arn, '[^/]+$') AS session,
  count(*) AS calls, count(DISTINCT eventname) AS operations, count_if(errorcode IS NOT NULL) AS errors
FROM $EDS_ID
WHERE useridentity.type = 'AssumedRole' AND eventtime > date_add('day', -7, current_timestamp)
GROUP BY 1, 2
ORDER BY calls DESC
LIMIT 100

-- name: Long-term keys in use
-- about: Access keys of users with the services they call; roles are the better way.
-- words: iam access key static credentials inventory usage
SELECT useridentity.accesskeyid AS access_key, useridentity.username AS of_user, count(*) AS calls,
  array_sort(array_agg(DISTINCT split_part(eventsource, '.', 1))) AS services, max(eventtime) AS last_used
FROM $EDS_ID
WHERE useridentity.type = 'IAMUser' AND useridentity.accesskeyid LIKE 'AKIA%' AND eventtime > date_add('day', -30, current_timestamp)
GROUP BY 1, 2
ORDER BY last_used DESC

-- name: MFA devices that were removed
-- about: Second factors that were deactivated or deleted.
-- words: mfa multi factor deactivate virtual device security weaken
SELECT eventtime, eventname, useridentity.arn AS who, element_at(requestparameters, 'userName') AS of_user,
  element_at(requestparameters, 'serialNumber') AS device
FROM $EDS_ID
WHERE eventname IN ('DeactivateMFADevice', 'DeleteVirtualMFADevice') AND eventtime > date_add('day', -90, current_timestamp)
ORDER BY eventtime DESC

-- name: Reconnaissance of identities
-- about: Who listed users, roles, keys and policies, with at least five different operations in an hour.
-- words: iam enumeration list discovery recon suspicious
SELECT useridentity.arn AS who, sourceipaddress, date_trunc('hour', eventtime) AS hour, count(DISTINCT eventname) AS operations, count(*) AS calls
FROM $EDS_ID
WHERE eventsource = 'iam.amazonaws.com' AND regexp_like(eventname, '^(List|Get)') AND eventtime > date_add('day', -7, current_timestamp)
GROUP BY 1, 2, 3
HAVING count(DISTINCT eventname) >= 5
ORDER BY operations DESC

-- name: Identities that have gone quiet
-- about: Identities of the last 90 days with no call in the last 30: candidates for removal.
-- words: iam unused inactive cleanup stale user
SELECT useridentity.arn AS who, useridentity.type AS identity_type, max(eventtime) AS last_call, count(*) AS calls
FROM $EDS_ID
WHERE useridentity.type IN ('IAMUser', 'AssumedRole') AND eventtime > date_add('day', -90, current_timestamp)
GROUP BY 1, 2
HAVING max(eventtime) < date_add('day', -30, CAST(current_timestamp AS timestamp))
ORDER BY last_call
LIMIT 200
