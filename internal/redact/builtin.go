package redact

import (
	"strings"
	"sync"
)

// row is a line of the table of built-in rules. Several event names or paths
// have a space between them, and each pair is a rule of its own.
type row struct {
	service string // of <service>.amazonaws.com
	events  string
	paths   string
	action  Action
	literal string
	source  string
}

// Where rows come from. Numbers are lines of the plain text of the CloudTrail
// User Guide.
const (
	fromRecord   = "a real record"
	fromCairn    = "Cairn: secrets are in no record, and no record is known that shows how CloudTrail hides this one"
	fromUnmarked = "Cairn: a secret that the service model does not mark as sensitive"
)

// fixed is the table of what CloudTrail hides, of the services whose guides
// show it; the literals are theirs.
var fixed = []row{
	{"cleanrooms", "StartProtectedQuery", "requestParameters.sqlParameters responseElements.protectedQuery.sqlParameters", Mask, "***", "Clean Rooms User Guide, example entries"},
	{"rdsdata", "ExecuteStatement BatchExecuteStatement", "requestParameters.database requestParameters.schema requestParameters.sql", Mask, "**********", "Aurora User Guide, example entry of the Data API"},
	{"rdsdata", "ExecuteSql", "requestParameters.database requestParameters.schema requestParameters.sqlStatements", Mask, "**********", "as ExecuteStatement, whose predecessor it is"},
	{"redshift-data", "ExecuteStatement", "requestParameters.sql", Mask, "***OMITTED***", "Redshift Management Guide, example entries of the Data API"},
	{"redshift-data", "BatchExecuteStatement", "requestParameters.sqls", Mask, "***OMITTED***", "as ExecuteStatement"},
	{"redshift-serverless", "CreateNamespace UpdateNamespace", "requestParameters.adminUserPassword requestParameters.adminUsername responseElements.namespace.adminUsername", Mask, "", "Redshift Management Guide, example entry of Redshift Serverless"},
	{"sqlworkbench", "CreateConnection", "requestParameters.password requestParameters.databaseName requestParameters.name requestParameters.authenticationType requestParameters.username", Mask, "***", "Redshift Management Guide, example entry of query editor v2"},
	{"sqlworkbench", "CreateConnection", "responseElements.data.name responseElements.data.authenticationType responseElements.data.databaseName responseElements.data.dbUser responseElements.data.userSettings", Mask, "***", "Redshift Management Guide, example entry of query editor v2"},
	{"sns", "Publish", "requestParameters.message requestParameters.subject requestParameters.messageAttributes", Mask, "", "line 15075"},
	{"sns", "PublishBatch", "requestParameters.publishBatchRequestEntries[].message requestParameters.publishBatchRequestEntries[].subject requestParameters.publishBatchRequestEntries[].messageAttributes", Mask, "", "as Publish"},
	{"sqs", "SendMessage", "requestParameters.messageBody requestParameters.messageAttributes requestParameters.messageSystemAttributes", Mask, "", "SQS Developer Guide, example entries of data events"},
	{"sqs", "SendMessageBatch", "requestParameters.entries[].messageBody requestParameters.entries[].messageAttributes requestParameters.entries[].messageSystemAttributes", Mask, "", "as SendMessage"},
	{"sqs", "ReceiveMessage", "responseElements.messages[].body responseElements.messages[].messageAttributes", Mask, "", "as SendMessage"},
	{"cognito-identity", "*", "requestParameters.logins.*", Mask, "", "line 15124"},
	{"ec2", "CreateKeyPair", "responseElements.keyMaterial", Mask, "<sensitiveDataRemoved>", "line 22766"},
	{"ec2", "RunInstances ModifyInstanceAttribute", "requestParameters.userData", Mask, "<sensitiveDataRemoved>", fromRecord},
	{"ec2", "RequestSpot* CreateFleet", "requestParameters.**.userData", Mask, "<sensitiveDataRemoved>", "as RunInstances"},
	{"ec2", "CreateLaunchTemplate*", "requestParameters.**.userData", Mask, "<sensitiveDataRemoved>", fromRecord},
	{"ec2", "CreateLaunchTemplate*", "responseElements.**.userData", Mask, "<sensitiveDataRemoved>", "as in the request"},
	// With attribute=userData the text stands here; records show it hidden for
	// other attributes too.
	{"ec2", "ModifyInstanceAttribute", "requestParameters.value", Mask, "<sensitiveDataRemoved>", fromRecord},
	{"ssm", "PutParameter", "requestParameters.value", Mask, "", fromRecord},
	{"ssm", "SendCommand", "requestParameters.parameters responseElements.command.parameters", Mask, "", fromRecord},
	{"rds", "*", "requestParameters.masterUserPassword responseElements.pendingModifiedValues.masterUserPassword", Mask, "", fromRecord + " of CreateDBInstance; DocumentDB and Neptune have the same event source"},
	{"redshift", "*", "requestParameters.masterUserPassword responseElements.**.masterUserPassword", Mask, "", "as RDS"},
	{"rolesanywhere", "*", "requestParameters.tags[].key requestParameters.tags[].value", Mask, "", fromRecord + " of CreateProfile"},
	{"cognito-idp", "*", "requestParameters.authParameters requestParameters.challengeResponses", Mask, "", fromRecord + " of InitiateAuth"},
	{"cognito-idp", "SignUp AdminCreateUser", "requestParameters.username requestParameters.userAttributes", Mask, "", fromRecord + " of SignUp"},
	{"cognito-idp", "*", "requestParameters.password requestParameters.temporaryPassword requestParameters.previousPassword requestParameters.proposedPassword", Mask, "", fromRecord + " of SignUp"},
	{"cognito-idp", "*", "responseElements.authenticationResult responseElements.userPoolClient.clientSecret", Mask, "", fromCairn},
	{"sso", "CreateToken CreateTokenWithIAM", "requestParameters.clientSecret responseElements.accessToken responseElements.refreshToken responseElements.idToken", Mask, "", "IAM Identity Center User Guide, example entry"},
	{"sso-oauth", "CreateToken CreateTokenWithIAM", "requestParameters.clientSecret responseElements.accessToken responseElements.refreshToken responseElements.idToken", Mask, "", "IAM Identity Center User Guide, example entry"},
	{"transfer", "CreateServer UpdateServer", "requestParameters.hostKey", Mask, "", "Transfer Family User Guide, example entry"},
	{"organizations", "CreateAccount CreateGovCloudAccount", "requestParameters.email requestParameters.accountName responseElements.createAccountStatus.accountName", Mask, "****", "Organizations User Guide, example entries"},
	{"organizations", "CreateAccountResult", "serviceEventDetails.createAccountStatus.accountName", Mask, "****", "Organizations User Guide, example entries"},
	{"partnercentral-account-management", "AssociatePartnerAccount", "requestParameters.value", Mask, "", "Partner Central guide, example entry"},
	// What is empty, or not there at all.
	{"lambda", "*", "requestParameters.environment responseElements.environment responseElements.configuration.environment", Empty, "", fromRecord + " of CreateFunction and UpdateFunctionCode"},
	{"lambda", "*", "requestParameters.payload requestParameters.zipFile requestParameters.code.zipFile", Drop, "", "Lambda Developer Guide: code and payloads are in no entry"},
	{"secretsmanager", "*", "requestParameters.**.secretString requestParameters.**.secretBinary responseElements.**.secretString responseElements.**.secretBinary", Drop, "", fromRecord + " of CreateSecret and PutSecretValue"},
	{"sts", "*", "responseElements.credentials.secretAccessKey", Drop, "", fromRecord + " of AssumeRole: accessKeyId, sessionToken and expiration stay"},
	{"sts", "AssumeRoleWithSAML AssumeRoleWithWebIdentity", "requestParameters.sAMLAssertion requestParameters.webIdentityToken", Drop, "", "IAM User Guide, example entries: the assertion's id stands in its place"},
	{"cognito-identity", "GetCredentialsForIdentity", "responseElements.credentials.secretKey responseElements.credentials.secretAccessKey", Drop, "", "line 15131"},
	{"iam", "CreateAccessKey", "responseElements.accessKey.secretAccessKey", Drop, "", "IAM User Guide, example entry"},
	{"iam", "CreateLoginProfile UpdateLoginProfile", "requestParameters.password", Drop, "", fromRecord + " of CreateLoginProfile"},
	// All of its parameters are passwords: the guide's record has null.
	{"iam", "ChangePassword", "requestParameters", Drop, "", "line 20277"},
	{"iam", "EnableMFADevice ResyncMFADevice", "requestParameters.authenticationCode1 requestParameters.authenticationCode2", Drop, "", "line 20228"},
	{"iam", "CreateVirtualMFADevice", "responseElements.virtualMFADevice.base32StringSeed responseElements.virtualMFADevice.qRCodePNG", Drop, "", "IAM User Guide: the seed is in no entry"},
}

// own is what Cairn hides besides: secrets where no record of CloudTrail says
// how.
var own = []row{
	// Contents, which AWS does not record at all.
	{"logs", "PutLogEvents", "requestParameters.logEvents", Drop, "", "Cairn: what is written to a log is no parameter"},
	{"events", "PutEvents PutPartnerEvents", "requestParameters.entries[].detail", Mask, "", "Cairn: as the body of a message"},
	{"ses", "Send*", "requestParameters.message requestParameters.content requestParameters.defaultContent requestParameters.rawMessage requestParameters.templateData requestParameters.defaultTemplateData requestParameters.bulkEmailEntries requestParameters.destinations requestParameters.destination", Mask, "", "SES Developer Guide, example entries of data events"},
	{"sts", "*", "requestParameters.tokenCode", Drop, "", fromUnmarked},
	{"iam", "CreateServiceSpecificCredential ResetServiceSpecificCredential", "responseElements.serviceSpecificCredential.servicePassword", Drop, "", fromCairn},
	{"sso", "GetRoleCredentials", "responseElements.roleCredentials.secretAccessKey", Drop, "", "as STS"},
	{"rolesanywhere", "CreateSession", "responseElements.credentialSet[].credentials.secretAccessKey", Drop, "", "as STS"},
	{"s3", "CreateSession GetDataAccess", "responseElements.credentials.secretAccessKey", Drop, "", "as STS"},
	{"s3express", "CreateSession", "responseElements.credentials.secretAccessKey", Drop, "", "as STS"},
	{"lakeformation", "*", "responseElements.secretAccessKey responseElements.credentials.secretAccessKey", Drop, "", "as STS"},
	{"lightsail", "*", "responseElements.**.secretAccessKey", Drop, "", "as STS"},
	{"datazone", "GetEnvironmentCredentials", "responseElements.secretAccessKey", Drop, "", "as STS"},
	{"redshift", "GetClusterCredentials*", "responseElements.dbPassword", Drop, "", fromCairn},
	{"redshift-serverless", "GetCredentials", "responseElements.dbPassword", Drop, "", fromCairn},
	{"ecr", "GetAuthorizationToken", "responseElements.**.authorizationToken", Drop, "", fromUnmarked},
	{"ecr-public", "GetAuthorizationToken", "responseElements.**.authorizationToken", Drop, "", fromUnmarked},
	{"codeartifact", "GetAuthorizationToken", "responseElements.authorizationToken", Drop, "", fromUnmarked},
	{"autoscaling", "CreateLaunchConfiguration", "requestParameters.userData", Mask, "<sensitiveDataRemoved>", "as RunInstances"},
	{"lightsail", "*", "requestParameters.**.userData", Mask, "<sensitiveDataRemoved>", "as RunInstances"},
	{"lightsail", "*", "responseElements.**.password responseElements.**.privateKey responseElements.privateKeyBase64 responseElements.**.masterUserPassword", Mask, "", fromUnmarked},
	{"elasticache", "*", "requestParameters.authToken requestParameters.passwords requestParameters.authenticationMode.passwords", Mask, "", fromUnmarked},
	{"memorydb", "*", "requestParameters.authenticationMode.passwords", Mask, "", fromUnmarked},
	{"mq", "*", "requestParameters.password requestParameters.users[].password requestParameters.ldapServerMetadata.serviceAccountPassword", Mask, "", fromUnmarked},
	{"redshift", "CreateHsmConfiguration", "requestParameters.hsmPartitionPassword", Mask, "", fromUnmarked},
	{"elasticmapreduce", "RunJobFlow", "requestParameters.kerberosAttributes.aDDomainJoinPassword requestParameters.kerberosAttributes.crossRealmTrustPrincipalPassword requestParameters.kerberosAttributes.kdcAdminPassword", Mask, "", fromUnmarked},
	{"glue", "*", "requestParameters.**.authToken", Mask, "", fromUnmarked},
	{"glue", "CreateConnection UpdateConnection", "requestParameters.connectionInput.connectionProperties.PASSWORD requestParameters.connectionInput.connectionProperties.ENCRYPTED_PASSWORD", Mask, "", fromUnmarked},
	{"apigateway", "CreateApiKey UpdateApiKey", "requestParameters.value responseElements.value", Mask, "", fromUnmarked + ": the key itself"},
	{"elasticloadbalancing", "*", "requestParameters.**.clientSecret responseElements.**.clientSecret", Mask, "", fromUnmarked},
	{"apigateway", "CreateDomainName", "requestParameters.certificatePrivateKey", Mask, "", fromUnmarked},
	{"mobiletargeting", "*", "requestParameters.**.clientSecret requestParameters.**.privateKey requestParameters.**.secretKey requestParameters.**.apiKey requestParameters.**.otp", Mask, "", fromUnmarked},
	{"sns", "VerifySMSSandboxPhoneNumber", "requestParameters.oneTimePassword", Mask, "", fromUnmarked},
	{"cognito-idp", "ConfirmDevice", "requestParameters.deviceSecretVerifierConfig", Mask, "", fromUnmarked},
	{"iot", "TestInvokeAuthorizer", "requestParameters.mqttContext.password", Mask, "", fromUnmarked},
}

// strict hides session tokens, which CloudTrail leaves in its records.
var strict = []row{
	{"sts", "*", "responseElements.credentials.sessionToken", Mask, "", "Cairn: strict"},
	{"cognito-identity", "*", "responseElements.credentials.sessionToken", Mask, "", "Cairn: strict"},
	{"sso", "*", "responseElements.roleCredentials.sessionToken", Mask, "", "Cairn: strict"},
	{"rolesanywhere", "*", "responseElements.credentialSet[].credentials.sessionToken", Mask, "", "Cairn: strict"},
	{"s3", "*", "responseElements.credentials.sessionToken", Mask, "", "Cairn: strict"},
	{"s3express", "*", "responseElements.credentials.sessionToken", Mask, "", "Cairn: strict"},
	{"lakeformation", "*", "responseElements.**.sessionToken", Mask, "", "Cairn: strict"},
	{"datazone", "*", "responseElements.sessionToken", Mask, "", "Cairn: strict"},
	{"gamelift", "*", "responseElements.**.authToken", Mask, "", "Cairn: strict"},
}

// wrongUser is the rule for a failed sign-in with a user name that the account
// does not have: the text may be a password (lines 19503 to 19511).
var wrongUser = Rule{
	Name: "signin ConsoleLogin userIdentity.userName", EventSource: "signin.amazonaws.com", EventName: "ConsoleLogin",
	Path: "userIdentity.userName", Action: Mask, Source: "line 19503", failed: "No username found in supplied account",
}

// Builtin is what is always hidden: what CloudTrail hides, at its paths and
// with its literals, and the secrets that Cairn hides besides. The set is the
// same one at every call.
func Builtin() *Rules { return builtin() }

// Strict is an optional set behind the built-in rules: it masks session tokens
// too, which are as good as a secret until they expire, and which CloudTrail
// leaves in responseElements.
func Strict() *Rules { return strictOnes() }

var (
	builtin    = sync.OnceValue(func() *Rules { return table(append(expand(fixed), append(expand(own), wrongUser)...)) })
	strictOnes = sync.OnceValue(func() *Rules { return table(expand(strict)) })
)

func table(rules []Rule) *Rules {
	r, err := New(rules, nil)
	if err != nil {
		panic("BUG: redact: built-in rules: " + err.Error())
	}
	return r
}

// expand makes a rule of every event name and path of the rows.
func expand(rows []row) (out []Rule) {
	for _, r := range rows {
		for _, name := range strings.Fields(r.events) {
			for _, path := range strings.Fields(r.paths) {
				out = append(out, Rule{
					Name: r.service + " " + name + " " + path, EventSource: r.service + ".amazonaws.com", EventName: name,
					Path: path, Action: r.action, Literal: r.literal, Source: r.source,
				})
			}
		}
	}
	return out
}
