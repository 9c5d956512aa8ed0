package resource

import "slices"

// table is all rows. Within a service their order is that of the resources in
// a record.
var table = slices.Concat(s3Rows, dataRowsToDynamoDB, dataRowsFromMessaging, managementRows)

// own is the template of an ARN in the call's Region and account.
func own(service, rest string) string {
	return "arn:{partition}:" + service + ":{region}:{account}:" + rest
}
