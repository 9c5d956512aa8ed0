-- name: Security groups that were opened
-- about: Rules that were added to security groups, with those that let everybody in first.
-- words: ec2 firewall ingress open port world 0.0.0.0 AuthorizeSecurityGroupIngress network
SELECT eventtime, useridentity.arn AS who, eventname, element_at(requestparameters, 'groupId') AS security_group,
  element_at(requestparameters, 'ipPermissions') LIKE '%0.0.0.0/0%' OR element_at(requestparameters, 'ipPermissions') LIKE '%::/0%' AS to_everybody,
  element_at(requestparameters, 'ipPermissions') AS rule
FROM $EDS_ID
WHERE eventname IN ('AuthorizeSecurityGroupIngress', 'AuthorizeSecurityGroupEgress') AND errorcode IS NULL
  AND eventtime > date_add('day', -30, current_timestamp)
ORDER BY 5 DESC NULLS LAST, eventtime DESC

-- name: Changes of networks
-- about: VPCs, subnets, gateways, routes and network ACLs that were made, changed or deleted.
-- words: ec2 vpc subnet route table internet gateway nat network acl change
SELECT date(eventtime) AS day, eventname, useridentity.arn AS who, count(*) AS times, count_if(errorcode IS NOT NULL) AS failed
FROM $EDS_ID
WHERE eventsource = 'ec2.amazonaws.com' AND readonly = false
  AND regexp_like(eventname, 'Vpc|Subnet|Route|Gateway|NetworkAcl|NetworkInterface|SecurityGroup')
  AND eventtime > date_add('day', -30, current_timestamp)
GROUP BY 1, 2, 3
ORDER BY 1 DESC, 4 DESC

-- name: Routes to the internet
-- about: Routes that were made for 0.0.0.0/0 or ::/0.
-- words: ec2 vpc route internet gateway default route network
SELECT eventtime, useridentity.arn AS who, element_at(requestparameters, 'routeTableId') AS route_table,
  coalesce(element_at(requestparameters, 'gatewayId'), element_at(requestparameters, 'natGatewayId')) AS via
FROM $EDS_ID
WHERE eventname IN ('CreateRoute', 'ReplaceRoute')
  AND (element_at(requestparameters, 'destinationCidrBlock') = '0.0.0.0/0' OR element_at(requestparameters, 'destinationIpv6CidrBlock') = '::/0')
  AND eventtime > date_add('day', -90, current_timestamp)
ORDER BY eventtime DESC

-- name: Flow logs that were deleted
-- about: Deleted flow logs, after which traffic leaves no trace.
-- words: vpc flow log delete evasion network logging
SELECT eventtime, useridentity.arn AS who, sourceipaddress, awsregion, requestparameters
FROM $EDS_ID
WHERE eventname = 'DeleteFlowLogs' AND eventtime > date_add('day', -90, current_timestamp)
ORDER BY eventtime DESC

-- name: Calls through VPC endpoints
-- about: Which endpoints calls came through, and who used them.
-- words: vpc endpoint private link network
SELECT vpcendpointid, vpcendpointaccountid, eventsource, count(*) AS calls, approx_distinct(useridentity.arn) AS identities
FROM $EDS_ID
WHERE vpcendpointid IS NOT NULL AND eventtime > date_add('day', -7, current_timestamp)
GROUP BY 1, 2, 3
ORDER BY calls DESC

-- name: Old TLS versions
-- about: Callers that still use TLS before 1.2.
-- words: tls ssl encryption cipher deprecated version
SELECT tlsdetails.tlsversion AS version, tlsdetails.ciphersuite AS cipher, useridentity.arn AS who, useragent, count(*) AS calls
FROM $EDS_ID
WHERE tlsdetails.tlsversion IN ('TLSv1', 'TLSv1.0', 'TLSv1.1') AND eventtime > date_add('day', -30, current_timestamp)
GROUP BY 1, 2, 3, 4
ORDER BY calls DESC

-- name: Calls by network
-- about: Calls from each /16 network of IPv4, with how many identities came from it.
-- words: ip address source range subnet network location
SELECT concat(split_part(sourceipaddress, '.', 1), '.', split_part(sourceipaddress, '.', 2), '.0.0/16') AS network,
  count(*) AS calls, approx_distinct(useridentity.arn) AS identities, count_if(errorcode IS NOT NULL) AS errors
FROM $EDS_ID
WHERE regexp_like(sourceipaddress, '^[0-9]+(\.[0-9]+){3}$') AND eventtime > date_add('day', -7, current_timestamp)
GROUP BY 1
ORDER BY calls DESC
LIMIT 100
