-- name: Sign-ins to the console
-- about: Everybody who signed in to the console, with how, from where, and whether it worked.
-- words: login logon signin password ConsoleLogin
SELECT eventtime, useridentity.type AS identity_type, useridentity.arn AS who, sourceipaddress, useragent,
  element_at(responseelements, 'ConsoleLogin') AS result,
  element_at(additionaleventdata, 'MFAUsed') AS mfa
FROM $EDS_ID
WHERE eventname = 'ConsoleLogin' AND eventtime > date_add('day', -7, current_timestamp)
ORDER BY eventtime DESC

-- name: Failed sign-ins to the console
-- about: Failed sign-ins by user and address, most attempts first: guessed passwords show here.
-- words: login failure brute force password attack ConsoleLogin
SELECT coalesce(useridentity.username, useridentity.principalid, 'unknown') AS who, sourceipaddress,
  count(*) AS attempts, min(eventtime) AS first_attempt, max(eventtime) AS last_attempt
FROM $EDS_ID
WHERE eventname = 'ConsoleLogin' AND errormessage IS NOT NULL AND eventtime > date_add('day', -7, current_timestamp)
GROUP BY 1, 2
ORDER BY attempts DESC

-- name: Sign-ins without a second factor
-- about: Successful sign-ins to the console for which no MFA was used.
-- words: mfa multi factor authentication login
SELECT eventtime, useridentity.type AS identity_type, useridentity.arn AS who, sourceipaddress
FROM $EDS_ID
WHERE eventname = 'ConsoleLogin' AND errormessage IS NULL
  AND coalesce(element_at(additionaleventdata, 'MFAUsed'), 'No') <> 'Yes'
  AND eventtime > date_add('day', -30, current_timestamp)
ORDER BY eventtime DESC

-- name: What the root user did
-- about: Calls of the account's root user, which should be rare.
-- words: root account owner activity
SELECT eventtime, eventsource, eventname, sourceipaddress, useragent, errorcode
FROM $EDS_ID
WHERE useridentity.type = 'Root' AND useridentity.invokedby IS NULL AND eventtype <> 'AwsServiceEvent'
  AND eventtime > date_add('day', -30, current_timestamp)
ORDER BY eventtime DESC

-- name: Investigate who made console changes
-- about: Calls that changed something and were made in the console, by who made them.
-- words: console change write manual browser
SELECT eventtime, useridentity.arn AS who, eventsource, eventname, awsregion, eventid
FROM $EDS_ID
WHERE sessioncredentialfromconsole = 'true' AND readonly = false AND eventtime > date_add('day', -7, current_timestamp)
ORDER BY eventtime DESC

-- name: Investigate user actions
-- about: All calls of one user, role or session; put its name into the pattern.
-- words: user activity history person timeline
SELECT eventid, eventname, eventsource, eventtime, useridentity.arn AS who, sourceipaddress, errorcode
FROM $EDS_ID
WHERE useridentity.arn LIKE '%user%' AND eventtime > date_add('day', -7, current_timestamp)
ORDER BY eventtime

-- name: Denied calls by user
-- about: Who was denied what, how often: misconfigured permissions, or somebody who tries doors.
-- words: access denied unauthorized forbidden permission
SELECT useridentity.arn AS who, eventsource, eventname, errorcode, count(*) AS times
FROM $EDS_ID
WHERE errorcode IN ('AccessDenied', 'AccessDeniedException', 'Client.UnauthorizedOperation', 'UnauthorizedOperation')
  AND eventtime > date_add('day', -7, current_timestamp)
GROUP BY 1, 2, 3, 4
ORDER BY times DESC
LIMIT 100

-- name: Users who are denied at many services
-- about: Identities that were denied calls at three services or more within an hour, as after stolen keys.
-- words: reconnaissance enumeration stolen credentials access denied suspicious
SELECT useridentity.arn AS who, date_trunc('hour', eventtime) AS hour,
  count(DISTINCT eventsource) AS services, count(DISTINCT eventname) AS operations, count(*) AS denials
FROM $EDS_ID
WHERE regexp_like(errorcode, 'AccessDenied|UnauthorizedOperation') AND eventtime > date_add('day', -7, current_timestamp)
GROUP BY 1, 2
HAVING count(DISTINCT eventsource) >= 3
ORDER BY denials DESC

-- name: Addresses that are new this week
-- about: Source addresses of the last 7 days that were not seen in the 23 days before, with who came from there.
-- words: ip address unusual location new unknown anomaly
SELECT sourceipaddress, array_agg(DISTINCT useridentity.arn) AS who, count(*) AS calls, min(eventtime) AS first_seen
FROM $EDS_ID
WHERE eventtime > date_add('day', -30, current_timestamp) AND sourceipaddress NOT LIKE '%.amazonaws.com'
GROUP BY sourceipaddress
HAVING min(eventtime) > date_add('day', -7, CAST(current_timestamp AS timestamp))
ORDER BY calls DESC
LIMIT 100

-- name: Access keys used from several addresses
-- about: Long-term access keys that were used from more than three addresses in a day.
-- words: access key shared leaked stolen ip address
SELECT useridentity.accesskeyid AS access_key, useridentity.arn AS who, date(eventtime) AS day,
  count(DISTINCT sourceipaddress) AS addresses, count(*) AS calls
FROM $EDS_ID
WHERE useridentity.accesskeyid LIKE 'AKIA%' AND eventtime > date_add('day', -30, current_timestamp)
GROUP BY 1, 2, 3
HAVING count(DISTINCT sourceipaddress) > 3
ORDER BY addresses DESC

-- name: Tools that call
-- about: The programs behind the calls, by their user agent, and how many identities use each.
-- words: user agent sdk cli client software terraform
SELECT split_part(useragent, ' ', 1) AS program, count(*) AS calls, approx_distinct(useridentity.arn) AS identities, max(eventtime) AS last_seen
FROM $EDS_ID
WHERE useragent IS NOT NULL AND eventtime > date_add('day', -7, current_timestamp)
GROUP BY 1
ORDER BY calls DESC
LIMIT 50

-- name: Calls outside office hours
-- about: Calls by people that changed something between 20:00 and 06:00 UTC, or on a weekend.
-- words: night weekend unusual time after hours
SELECT eventtime, useridentity.arn AS who, eventsource, eventname, sourceipaddress
FROM $EDS_ID
WHERE readonly = false AND useridentity.type IN ('IAMUser', 'Root')
  AND (hour(eventtime) >= 20 OR hour(eventtime) < 6 OR day_of_week(eventtime) >= 6)
  AND eventtime > date_add('day', -30, current_timestamp)
ORDER BY eventtime DESC
LIMIT 500
