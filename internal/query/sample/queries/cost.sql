-- name: What was made, by service
-- about: Resources that were made, counted by service and operation: what shows on the bill later.
-- words: cost bill create spend resources new
SELECT date(eventtime) AS day, eventsource, eventname, count(*) AS times, approx_distinct(useridentity.arn) AS identities
FROM $EDS_ID
WHERE regexp_like(eventname, '^(Create|Run|Launch|Allocate|Purchase|Request)') AND errorcode IS NULL AND readonly = false
  AND eventtime > date_add('day', -30, current_timestamp)
GROUP BY 1, 2, 3
ORDER BY times DESC
LIMIT 200

-- name: Large instances that were started
-- about: Instances of large types that were launched, by type and identity.
-- words: cost ec2 expensive gpu large instance type crypto mining
SELECT element_at(requestparameters, 'instanceType') AS instance_type, useridentity.arn AS who, awsregion, count(*) AS launches
FROM $EDS_ID
WHERE eventname = 'RunInstances' AND errorcode IS NULL
  AND regexp_like(element_at(requestparameters, 'instanceType'), '^(p|g|inf|trn|x|u)[0-9]|\.([0-9]+)?xlarge$|metal')
  AND eventtime > date_add('day', -30, current_timestamp)
GROUP BY 1, 2, 3
ORDER BY launches DESC

-- name: Addresses that were allocated and not released
-- about: Elastic addresses that were allocated and not released since; idle ones cost.
-- words: cost elastic ip address unused idle
SELECT a.allocation, a.who, a.eventtime AS allocated
FROM (
  SELECT element_at(responseelements, 'allocationId') AS allocation, useridentity.arn AS who, eventtime
  FROM $EDS_ID
  WHERE eventname = 'AllocateAddress' AND errorcode IS NULL AND eventtime > date_add('day', -90, current_timestamp)
) a
LEFT JOIN (
  SELECT element_at(requestparameters, 'allocationId') AS allocation
  FROM $EDS_ID
  WHERE eventname = 'ReleaseAddress' AND errorcode IS NULL AND eventtime > date_add('day', -90, current_timestamp)
) r ON a.allocation = r.allocation
WHERE r.allocation IS NULL
ORDER BY allocated

-- name: Polling that could be less
-- about: Identities that call the same read more than a hundred times a day: a loop, or a tool set too eager.
-- words: cost polling loop describe efficiency api calls
SELECT date(eventtime) AS day, useridentity.arn AS who, eventsource, eventname, count(*) AS calls
FROM $EDS_ID
WHERE readonly AND eventtime > date_add('day', -7, current_timestamp)
GROUP BY 1, 2, 3, 4
HAVING count(*) > 100
ORDER BY calls DESC

-- name: Data events by service
-- about: Data events and the bytes of their records: what recording itself costs.
-- words: cost data events cloudtrail volume ingestion bytes
SELECT eventcategory, eventsource, count(*) AS events, sum(length(eventjson)) AS characters
FROM $EDS_ID
WHERE eventtime > date_add('day', -7, current_timestamp)
GROUP BY 1, 2
ORDER BY characters DESC

-- name: Purchases and commitments
-- about: Reserved capacity, savings plans, domains and subscriptions that were bought.
-- words: cost purchase reserved savings plan marketplace subscription domain
SELECT eventtime, eventsource, eventname, useridentity.arn AS who, requestparameters, errorcode
FROM $EDS_ID
WHERE regexp_like(eventname, '^(Purchase|CreateSavingsPlan|RegisterDomain|Subscribe|AcceptAgreement)') AND eventtime > date_add('day', -90, current_timestamp)
ORDER BY eventtime DESC

-- name: Calls by principal tag
-- about: Calls by the tag team of whoever called; needs events with tags in eventContext.
-- words: tag principal cost allocation team eventcontext
SELECT element_at(eventcontext.tagcontext.principaltags, 'team') AS team, count(*) AS calls, count(DISTINCT eventsource) AS services
FROM $EDS_ID
WHERE eventtime > date_add('day', -30, current_timestamp)
GROUP BY 1
ORDER BY calls DESC

-- name: Changes by resource tag
-- about: Changes of resources with a tag Environment, by its value; needs events with tags in eventContext.
-- words: tag resource environment production change eventcontext
SELECT element_at(rt.tags, 'Environment') AS environment, eventsource, eventname, count(*) AS calls
FROM $EDS_ID, unnest(eventcontext.tagcontext.resourcetags) AS rt
WHERE readonly = false AND eventtime > date_add('day', -30, current_timestamp)
GROUP BY 1, 2, 3
ORDER BY calls DESC
