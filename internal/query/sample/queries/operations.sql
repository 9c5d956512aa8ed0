-- name: Calls per day
-- about: Reads, writes and errors for each day.
-- words: trend volume activity daily count readonly
SELECT date(eventtime) AS day, count_if(readonly) AS reads, count_if(NOT readonly) AS writes, count_if(errorcode IS NOT NULL) AS errors
FROM $EDS_ID
WHERE eventtime > date_add('day', -30, current_timestamp)
GROUP BY 1
ORDER BY 1

-- name: Most used services
-- about: Services by calls, with how many identities use them and what share of the calls fails.
-- words: top services usage popular count
SELECT replace(eventsource, '.amazonaws.com') AS service, count(*) AS calls, approx_distinct(useridentity.arn) AS identities,
  round(100e0 * count_if(errorcode IS NOT NULL) / count(*), 1) AS percent_errors
FROM $EDS_ID
WHERE eventtime > date_add('day', -7, current_timestamp)
GROUP BY 1
ORDER BY calls DESC

-- name: Most used operations
-- about: Operations by calls.
-- words: top api events usage popular count
SELECT eventsource, eventname, count(*) AS calls
FROM $EDS_ID
WHERE eventtime > date_add('day', -7, current_timestamp)
GROUP BY eventname, eventsource
ORDER BY calls DESC
LIMIT 50

-- name: Most frequent errors
-- about: Errors by service and code, with an example of the message.
-- words: errors failures exceptions top troubleshooting
SELECT eventsource, errorcode, count(*) AS times, arbitrary(errormessage) AS for_example
FROM $EDS_ID
WHERE errorcode IS NOT NULL AND eventtime > date_add('day', -7, current_timestamp)
GROUP BY errorcode, eventsource
ORDER BY times DESC
LIMIT 100

-- name: Throttled calls
-- about: Who is throttled where, by hour.
-- words: throttling rate limit exceeded quota slow ThrottlingException
SELECT date_trunc('hour', eventtime) AS hour, eventsource, eventname, useridentity.arn AS who, count(*) AS times
FROM $EDS_ID
WHERE (errorcode LIKE '%Throttl%' OR errorcode LIKE '%RequestLimitExceeded%') AND eventtime > date_add('day', -7, current_timestamp)
GROUP BY 1, 2, 3, 4
ORDER BY times DESC
LIMIT 100

-- name: Quotas that were reached
-- about: Calls that failed because a limit of the account was reached.
-- words: limit exceeded quota service capacity
SELECT eventsource, eventname, errorcode, awsregion, count(*) AS times, max(eventtime) AS last_time, arbitrary(errormessage) AS for_example
FROM $EDS_ID
WHERE regexp_like(errorcode, 'LimitExceeded|QuotaExceeded|InsufficientInstanceCapacity') AND eventtime > date_add('day', -30, current_timestamp)
GROUP BY 1, 2, 3, 4
ORDER BY times DESC

-- name: Most active identities
-- about: Identities by calls, with their share of all.
-- words: top users callers active count ranking
SELECT coalesce(useridentity.arn, useridentity.invokedby, useridentity.type) AS who, count(*) AS calls,
  round(100e0 * count(*) / sum(count(*)) OVER (), 2) AS percent, rank() OVER (ORDER BY count(*) DESC) AS place
FROM $EDS_ID
WHERE eventtime > date_add('day', -7, current_timestamp)
GROUP BY 1
ORDER BY calls DESC
LIMIT 50

-- name: Regions in use
-- about: Calls and changes in each Region; a Region that nobody should use shows here.
-- words: region location usage unexpected
SELECT awsregion, count(*) AS calls, count_if(NOT readonly) AS changes, count(DISTINCT eventsource) AS services, max(eventtime) AS last_call
FROM $EDS_ID
WHERE eventtime > date_add('day', -30, current_timestamp)
GROUP BY 1
ORDER BY calls DESC

-- name: What was deleted
-- about: Everything that was deleted, terminated or removed, newest first.
-- words: delete remove terminate destroy destructive
SELECT eventtime, useridentity.arn AS who, eventsource, eventname, requestparameters
FROM $EDS_ID
WHERE regexp_like(eventname, '^(Delete|Terminate|Remove|Purge)') AND errorcode IS NULL AND eventtime > date_add('day', -7, current_timestamp)
ORDER BY eventtime DESC
LIMIT 500

-- name: Everything about a resource
-- about: All calls that name a resource: put its name into the pattern.
-- words: resource history timeline arn bucket instance find
SELECT eventtime, useridentity.arn AS who, eventsource, eventname, errorcode, eventid
FROM $EDS_ID
WHERE any_match(resources, res -> res.arn LIKE '%bucket%') AND eventtime > date_add('day', -30, current_timestamp)
ORDER BY eventtime DESC

-- name: Calls that services made
-- about: Calls that services of AWS made on somebody's behalf.
-- words: invokedby service linked automatic
SELECT useridentity.invokedby AS service, eventsource, eventname, count(*) AS calls
FROM $EDS_ID
WHERE useridentity.invokedby IS NOT NULL AND eventtime > date_add('day', -7, current_timestamp)
GROUP BY 1, 2, 3
ORDER BY calls DESC
LIMIT 100

-- name: Hours with unusually many calls
-- about: Hours whose calls are more than three standard deviations above the mean.
-- words: spike anomaly burst unusual volume
WITH hours AS (
  SELECT date_trunc('hour', eventtime) AS hour, count(*) AS calls
  FROM $EDS_ID
  WHERE eventtime > date_add('day', -14, current_timestamp)
  GROUP BY 1
), usual AS (
  SELECT avg(calls) AS mean, stddev_samp(calls) AS deviation FROM hours
)
SELECT hour, calls, round((calls - mean) / nullif(deviation, 0), 1) AS deviations
FROM hours CROSS JOIN usual
WHERE calls > mean + 3 * deviation
ORDER BY calls DESC

-- name: Calls that were never seen before
-- about: Operations of the last day that were not called in the 29 days before.
-- words: new first time unusual anomaly rare
SELECT eventsource, eventname, count(*) AS calls, min(eventtime) AS first_call, arbitrary(useridentity.arn) AS for_example
FROM $EDS_ID
WHERE eventtime > date_add('day', -30, current_timestamp)
GROUP BY 1, 2
HAVING min(eventtime) > date_add('day', -1, CAST(current_timestamp AS timestamp))
ORDER BY first_call DESC

-- name: Tags that were changed
-- about: Tags that were put on resources or taken off.
-- words: tag untag resource label cost allocation
SELECT eventtime, eventsource, eventname, useridentity.arn AS who, requestparameters
FROM $EDS_ID
WHERE regexp_like(eventname, 'Tag') AND readonly = false AND eventtime > date_add('day', -30, current_timestamp)
ORDER BY eventtime DESC
LIMIT 500
