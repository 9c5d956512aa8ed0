package style

import (
	"strings"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

// derived are services that record something else than what was sent, or what
// they made of it beside.
//
//nolint:gochecknoglobals // a table
var derived = map[string]func(*awsmodel.Call, *decode.Value){
	"dynamodb": dynamodbParameters,
	"lambda":   lambdaParameters,
}

// lambdaParameters adds the parts of a function's ARN where the function was
// named by ARN (real records: UpdateFunctionCode).
func lambdaParameters(call *awsmodel.Call, v *decode.Value) {
	name := v.Get("functionName")
	if name == nil {
		return
	}
	parts := strings.SplitN(name.Text, ":", 8)
	if len(parts) < 7 || parts[0] != "arn" || parts[5] != "function" || call.OperationName != "UpdateFunctionCode" {
		return
	}
	text := func(n, s string) decode.Field {
		return decode.Field{Name: n, Value: decode.Value{Kind: decode.Text, Text: s}}
	}
	object := func(n string, fields ...decode.Field) decode.Field {
		return decode.Field{Name: n, Value: decode.Value{Kind: decode.Object, Fields: fields}}
	}
	qualifier := object("functionQualifier")
	if len(parts) == 8 {
		qualifier = object("functionQualifier", text("qualifier", parts[7]))
	}
	v.Fields = append(v.Fields, object("fullyQualifiedArn",
		object("arnPrefix", text("partition", parts[1]), text("region", parts[3]), text("account", parts[4])),
		object("relativeId", text("functionName", parts[6])), qualifier))
}
