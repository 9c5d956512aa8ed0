package schema

// The published schemas: "Supported schema for CloudTrail event record fields", "…
// Insights event record fields", "… AWS Config configuration item record fields", "…
// AWS Audit Manager evidence record fields" and "… non-AWS event fields" in the
// CloudTrail User Guide, in Trino's notation. Names are lower case, as matching has no
// regard for case.
//
// Where the guide's list cannot be what it means, both are here: the misspelt
// credentiaisissuedto and errormssage, and the names that records have. Columns that
// the guide's own queries use but its list lacks are marked.

const cloudTrailColumns = `
eventversion varchar,
useridentity row(
	type varchar, principalid varchar, arn varchar, accountid varchar, accesskeyid varchar, username varchar,
	sessioncontext row(
		attributes row(creationdate timestamp(3), mfaauthenticated varchar),
		sessionissuer row(type varchar, principalid varchar, arn varchar, accountid varchar, username varchar),
		webidfederationdata row(federatedprovider varchar, attributes map(varchar, varchar)),
		sourceidentity varchar, ec2roledelivery varchar, ec2issuedinvpc varchar),
	onbehalfof row(userid varchar, identitystorearn varchar),
	inscopeof row(sourcearn varchar, sourceaccount varchar, issuertype varchar, credentiaisissuedto varchar, credentialsissuedto varchar),
	invokedby varchar, identityprovider varchar),
eventtime timestamp(3),
eventsource varchar,
eventname varchar,
awsregion varchar,
sourceipaddress varchar,
useragent varchar,
errorcode varchar,
errormessage varchar,
requestparameters map(varchar, varchar),
responseelements map(varchar, varchar),
additionaleventdata map(varchar, varchar),
requestid varchar,
eventid varchar,
readonly boolean,
resources array(row(accountid varchar, type varchar, arn varchar, arnprefix varchar)),
eventtype varchar,
apiversion varchar,
managementevent boolean,
recipientaccountid varchar,
sharedeventid varchar,
annotation varchar,
vpcendpointid varchar,
vpcendpointaccountid varchar,
serviceeventdetails map(varchar, varchar),
addendum map(varchar, varchar),
edgedevicedetails map(varchar, varchar),
insightdetails map(varchar, varchar),
eventcategory varchar,
tlsdetails row(tlsversion varchar, ciphersuite varchar, clientprovidedhostheader varchar),
sessioncredentialfromconsole varchar,
eventjson varchar,
eventjsonchecksum varchar,
eventcontext row(
	requestcontext map(varchar, varchar),
	tagcontext row(
		resourcetags array(row(arn varchar, tags map(varchar, varchar))),
		principaltags map(varchar, varchar)))`

const head = `
eventversion varchar,
eventcategory varchar,
eventtype varchar,
eventid varchar,
eventtime timestamp(3),
awsregion varchar,
recipientaccountid varchar,`

// tail are columns that only the list of CloudTrail events names, but that keep the
// promise that no record is lost, whatever its shape.
const tail = `,
eventjson varchar,
eventjsonchecksum varchar`

// The guide has attributions, insight and baseline as one struct each; the records
// have lists of them.
const insightColumns = head + `
sharedeventid varchar,
addendum map(varchar, varchar),
insightsource varchar,
insightstate varchar,
insighteventsource varchar,
insighteventname varchar,
insighterrorcode varchar,
insighttype varchar,
insightcontext row(
	baselineaverage double, insightaverage double, baselineduration integer, insightduration integer,
	attributions array(row(
		attribute varchar, insightvalue varchar, insightaverage double, baselinevalue varchar, baselineaverage double,
		insight array(row(value varchar, average double)),
		baseline array(row(value varchar, average double)))))` + tail

const configurationItemColumns = head + `
addendum map(varchar, varchar),
eventdata row(
	configurationitemversion varchar, configurationitemcapturetime varchar, configurationitemstatus varchar,
	configurationitemstateid varchar, accountid varchar, resourcetype varchar, resourceid varchar, resourcename varchar,
	arn varchar, awsregion varchar, availabilityzone varchar, resourcecreationtime varchar,
	configuration map(varchar, varchar), supplementaryconfiguration map(varchar, varchar), relatedevents varchar,
	relationships row(name varchar, resourcetype varchar, resourceid varchar, resourcename varchar),
	tags map(varchar, varchar))` + tail

const evidenceColumns = head + `
addendum map(varchar, varchar),
eventdata row(
	attributes map(varchar, varchar), awsaccountid varchar, awsorganization varchar, compliancecheck varchar,
	datasource varchar, eventname varchar, eventsource varchar, evidenceawsaccountid varchar, evidencebytype varchar,
	iamid varchar, evidenceid varchar, time timestamp(3), assessmentid varchar, controlsetid varchar, controlid varchar,
	controlname varchar, controldomainname varchar, frameworkname varchar, frameworkid varchar, service varchar,
	servicecategory varchar, resourcearn varchar, resourcetype varchar, evidencefolderid varchar, description varchar,
	manualevidences3resourcepath varchar, evidencefoldername varchar, resourcecompliancecheck varchar)` + tail

const activityColumns = head + `
addendum row(reason varchar, updatedfields varchar, originaluid varchar, originaleventid varchar),
metadata row(ingestiontime varchar, channelarn varchar),
eventdata row(
	version varchar,
	useridentity row(type varchar, principalid varchar, details map(varchar, varchar)),
	useragent varchar, eventsource varchar, eventname varchar, eventtime varchar, uid varchar,
	requestparameters map(varchar, varchar), responseelements map(varchar, varchar),
	errorcode varchar, errormssage varchar, errormessage varchar, sourceipaddress varchar, recipientaccountid varchar,
	additionaleventdata map(varchar, varchar))` + tail

var published = map[string]string{
	"Management": cloudTrailColumns, "Data": cloudTrailColumns, "NetworkActivity": cloudTrailColumns,
	"Insight": insightColumns, "ConfigurationItem": configurationItemColumns, "Evidence": evidenceColumns,
	"ActivityAuditLog": activityColumns,
}

// spellings are names of columns and fields whose value records have under another
// name.
var spellings = map[string]string{
	"credentiaisissuedto": "credentialsissuedto",
	"errormssage":         "errormessage",
}
