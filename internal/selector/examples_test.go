package selector

import (
	"encoding/json"
	"strings"
	"testing"
)

// record makes a record's JSON of a short text: category, event source without
// .amazonaws.com, event name, then member=value; res=TYPE>ARN may be repeated.
// Names that read get readOnly true, others false, but for network activity
// events, which have none (line 15203).
func record(t testing.TB, text string) []byte {
	t.Helper()
	words := strings.Fields(text)
	r := map[string]any{
		"eventCategory": words[0], "eventSource": words[1] + ".amazonaws.com", "eventName": words[2],
		"eventType": "AwsApiCall", "requestParameters": map[string]any{"arn": "arn:aws:s3:::decoy/x", "eventName": "Decoy"},
	}
	if words[0] != NetworkActivity {
		r["readOnly"] = false
		for _, p := range []string{"Get", "List", "Describe", "Head", "Encrypt", "Decrypt", "GenerateDataKey"} {
			if strings.HasPrefix(words[2], p) {
				r["readOnly"] = true
			}
		}
	}
	var resources []any
	for _, w := range words[3:] {
		key, value, ok := strings.Cut(w, "=")
		switch {
		case !ok:
			t.Fatalf("%q is not member=value", w)
		case key == "user":
			r["userIdentity"] = map[string]any{"type": "AssumedRole", "arn": value}
		case key == "res":
			kind, arn, _ := strings.Cut(value, ">")
			resources = append(resources, map[string]any{"accountId": "123456789012", "type": kind, "ARN": arn})
		default:
			r[key] = value
		}
	}
	if resources != nil {
		r["resources"] = resources
	}
	raw, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func readEvent(t testing.TB, text string) *Event {
	t.Helper()
	e, err := ReadEvent(record(t, text))
	if err != nil {
		t.Fatal(err)
	}
	return &e
}

func compileText(t testing.TB, text string, target Target) *Matcher {
	t.Helper()
	s, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(target); err != nil {
		t.Fatal(err)
	}
	m, err := Compile(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// adv is the JSON of one advanced selector from short conditions: "field
// Operator value,value".
func adv(name, category string, conditions ...string) string {
	a := AdvancedEventSelector{Name: name, FieldSelectors: []FieldSelector{{Field: "eventCategory", Equals: []string{category}}}}
	for _, c := range conditions {
		w := strings.Fields(c)
		f := FieldSelector{Field: w[0]}
		for i := 1; i < len(w); i += 2 {
			values := strings.Split(w[i+1], ",")
			switch w[i] {
			case "Equals":
				f.Equals = values
			case "StartsWith":
				f.StartsWith = values
			case "EndsWith":
				f.EndsWith = values
			case "NotEquals":
				f.NotEquals = values
			case "NotStartsWith":
				f.NotStartsWith = values
			case "NotEndsWith":
				f.NotEndsWith = values
			default:
				panic(w[i])
			}
		}
		a.FieldSelectors = append(a.FieldSelectors, f)
	}
	raw, err := json.Marshal(a)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

func list(selectors ...string) string { return "[" + strings.Join(selectors, ",") + "]" }

type example struct {
	id        string // of the specification, or the guide's line
	target    Target
	selectors string
	yes, no   []string
}

func TestGuideExamples(t *testing.T) {
	for _, group := range [][]example{basicExamples, managementExamples, dataExamples, networkExamples} {
		for _, x := range group {
			t.Run(x.id, func(t *testing.T) {
				m := compileText(t, x.selectors, x.target)
				check := func(text string, want bool) {
					e := readEvent(t, text)
					if got := m.Match(e); got != want {
						t.Errorf("Match(%s) = %v; %s", text, got, m.Explain(e))
					}
					if why := m.Explain(e); strings.HasPrefix(why, "Selected by ") != want || !strings.HasSuffix(why, ".") {
						t.Errorf("Explain(%s) = %s", text, why)
					}
				}
				for _, text := range x.yes {
					check(text, true)
				}
				for _, text := range x.no {
					check(text, false)
				}
			})
		}
	}
}

const bucketScanner = "arn:aws:sts::123456789012:assumed-role/bucket-scanner-role"
const alice = "user=arn:aws:iam::123456789012:user/Alice"

var basicExamples = []example{
	{"default trail L15569", Trail, `[{}]`,
		[]string{"Management ec2 DescribeInstances", "Management kms Decrypt"},
		[]string{"Data s3 GetObject res=AWS::S3::Object>arn:aws:s3:::b/k", "NetworkActivity s3 GetObject"}},
	{"RW-1 RW-2 T1 L15448", Trail, `[{"ReadWriteType":"ReadOnly"}]`,
		[]string{"Management ec2 DescribeInstances"}, []string{"Management ec2 TerminateInstances"}},
	{"RW-1 RW-2 T2 L15448", Trail, `[{"ReadWriteType":"WriteOnly"}]`,
		[]string{"Management ec2 TerminateInstances"}, []string{"Management ec2 DescribeInstances"}},
	{"RW-3 RW-4 T1 L16308", Trail, `[{"ReadWriteType":"ReadOnly","DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::"]}]}]`,
		[]string{"Management ec2 DescribeInstances", "Data s3 GetObject res=AWS::S3::Object>arn:aws:s3:::b/k"},
		[]string{"Management ec2 TerminateInstances", "Data s3 PutObject res=AWS::S3::Object>arn:aws:s3:::b/k"}},
	{"KMS-1 RDS-3", Trail, `[{"ReadWriteType":"All","IncludeManagementEvents":true,"ExcludeManagementEventSources":[]}]`,
		[]string{"Management kms Decrypt", "Management rdsdata ExecuteStatement"}, nil},
	{"KMS-2 KMS-3 KMS-4 L15689", Trail, `[{"ReadWriteType":"All","ExcludeManagementEventSources":["kms.amazonaws.com"],"IncludeManagementEvents":true}]`,
		[]string{"Management ec2 RunInstances", "Management rdsdata ExecuteStatement"},
		[]string{"Management kms Decrypt", "Management kms DisableKey", "Management kms ScheduleKeyDeletion"}},
	{"KMS-5 KMS-6 L15709", Trail, `[{"ReadWriteType":"WriteOnly","ExcludeManagementEventSources":[],"IncludeManagementEvents":true}]`,
		[]string{"Management kms DisableKey", "Management kms DeleteAlias", "Management kms ScheduleKeyDeletion"},
		[]string{"Management kms Encrypt", "Management kms Decrypt", "Management kms GenerateDataKey"}},
	{"KMS-7", Trail, `[{"IncludeManagementEvents":false,"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::b/"]}]}]`,
		nil, []string{"Management kms Decrypt", "Management kms DisableKey"}},
	{"RDS-1 L15698", Trail, `[{"ExcludeManagementEventSources":["rdsdata.amazonaws.com"]}]`,
		[]string{"Management kms Decrypt"}, []string{"Management rdsdata ExecuteStatement"}},
	{"S3-1 S3-2 L16231", Trail, `[{"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::amzn-s3-demo-bucket/"]}]}]`,
		[]string{"Data s3 PutObject res=AWS::S3::Object>arn:aws:s3:::amzn-s3-demo-bucket/a", "Data s3 GetObject res=AWS::S3::Object>arn:aws:s3:::amzn-s3-demo-bucket/a"},
		[]string{"Data s3 PutObject res=AWS::S3::Object>arn:aws:s3:::amzn-s3-demo-bucket2/a", "Data s3 PutObject res=AWS::S3::Bucket>arn:aws:s3:::amzn-s3-demo-bucket/a"}},
	{"S3-3 S3-4 S3-5 L16240", Trail, `[{"ReadWriteType":"WriteOnly","DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::amzn-s3-demo-bucket3/my-images"]}]}]`,
		[]string{"Data s3 DeleteObject res=AWS::S3::Object>arn:aws:s3:::amzn-s3-demo-bucket3/my-images/example.jpg"},
		[]string{"Data s3 DeleteObject res=AWS::S3::Object>arn:aws:s3:::amzn-s3-demo-bucket3/my-videos/example.avi", "Data s3 GetObject res=AWS::S3::Object>arn:aws:s3:::amzn-s3-demo-bucket3/my-images/example.jpg"}},
	{"T-BES-1 L16766", Trail, `{"TrailName":"TrailName","EventSelectors":[{"ReadWriteType":"All","IncludeManagementEvents":true,"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::amzn-s3-demo-bucket1/prefix","arn:aws:s3:::amzn-s3-demo-bucket2/prefix2"]}]}]}`,
		[]string{"Management iam CreateUser", "Data s3 PutObject res=AWS::S3::Object>arn:aws:s3:::amzn-s3-demo-bucket1/prefix/a",
			"Data s3 PutObject res=AWS::S3::Object>arn:aws:s3:::amzn-s3-demo-bucket1/prefix-b", "Data s3 GetObject res=AWS::S3::Object>arn:aws:s3:::amzn-s3-demo-bucket2/prefix2x"},
		[]string{"Data s3 PutObject res=AWS::S3::Object>arn:aws:s3:::amzn-s3-demo-bucket1/other", "Data s3 PutObject res=AWS::S3::Object>arn:aws:s3:::amzn-s3-demo-bucket3/prefix/a"}},
	{"one function L12817", Trail, `[{"DataResources":[{"Type":"AWS::Lambda::Function","Values":["arn:aws:lambda:us-west-2:111122223333:function:hello-world-python-function"]}]}]`,
		[]string{"Data lambda Invoke res=AWS::Lambda::Function>arn:aws:lambda:us-west-2:111122223333:function:hello-world-python-function"},
		[]string{"Data lambda Invoke res=AWS::Lambda::Function>arn:aws:lambda:us-west-2:111122223333:function:hello-world-python-function2"}},
	{"everything L12861", Trail, `[{"ReadWriteType":"All","IncludeManagementEvents":true,"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::"]},{"Type":"AWS::Lambda::Function","Values":["arn:aws:lambda"]},{"Type":"AWS::DynamoDB::Table","Values":["arn:aws:dynamodb"]}]}]`,
		[]string{"Management iam CreateUser", "Data s3 GetObject res=AWS::S3::Object>arn:aws:s3:::x/y", "Data lambda Invoke res=AWS::Lambda::Function>arn:aws:lambda:us-east-1:111122223333:function:f",
			"Data dynamodb PutItem res=AWS::DynamoDB::Stream>arn:aws:dynamodb:us-east-1:111122223333:table/t/stream/s res=AWS::DynamoDB::Table>arn:aws:dynamodb:us-east-1:111122223333:table/t"},
		[]string{"Data sns Publish res=AWS::SNS::Topic>arn:aws:sns:us-east-1:111122223333:t", "NetworkActivity s3 GetObject"}},
}

var managementExamples = []example{
	{"KMS-8 EDS-M1 L15593", Trail, list(adv("Log all management events except KMS events", Management, "eventSource NotEquals kms.amazonaws.com")),
		[]string{"Management ec2 RunInstances", "Management ec2 DescribeInstances", "Management rdsdata ExecuteStatement"},
		[]string{"Management kms Decrypt", "Management kms DisableKey", "Data s3 GetObject"}},
	{"KMS-9 L15605", Trail, list(adv("Log all management events", Management)), []string{"Management kms Decrypt", "Management kms DisableKey"}, nil},
	{"RDS-2 EDS-M2 L15636", EventDataStore, list(adv("Management events selector", Management, "eventSource NotEquals rdsdata.amazonaws.com")),
		[]string{"Management kms Decrypt"}, []string{"Management rdsdata ExecuteStatement"}},
	{"EDS-M3 L15859", EventDataStore, list(adv("Exclude AWS service and console events", Management, "eventType NotEquals AwsServiceEvent", "sessionCredentialFromConsole NotEquals true")),
		[]string{"Management ec2 RunInstances", "Management ec2 RunInstances sessionCredentialFromConsole=false"},
		[]string{"Management kms RotateKey eventType=AwsServiceEvent", "Management ec2 RunInstances sessionCredentialFromConsole=true"}},
	{"EDS-M4 L15903", EventDataStore, list(adv("Exclude events generated by bucket-scanner-role userIdentity", Management, "userIdentity.arn NotStartsWith "+bucketScanner)),
		[]string{"Management s3 ListBuckets " + alice, "Management s3 ListBuckets"},
		[]string{"Management s3 ListBuckets user=" + bucketScanner + "/session"}},
	{"template read L15496", EventDataStore, list(adv("", Management, "readOnly Equals true")),
		[]string{"Management ec2 DescribeInstances"}, []string{"Management ec2 RunInstances", "Management ec2 DescribeInstances readOnly="}},
	{"template console L15500", EventDataStore, list(adv("", Management, "sessionCredentialFromConsole Equals true")),
		[]string{"Management ec2 RunInstances sessionCredentialFromConsole=true"}, []string{"Management ec2 RunInstances"}},
}

var dataExamples = []example{
	{"T-AES-1 L16595", Trail, list(adv("Log readOnly and writeOnly management events", Management),
		adv("Log PutObject and DeleteObject events for all but one bucket", Data, "resources.type Equals AWS::S3::Object", "eventName Equals PutObject,DeleteObject", "resources.ARN NotStartsWith arn:aws:s3:::amzn-s3-demo-bucket/"),
		adv("Log data plane actions on MyLambdaFunction", Data, "resources.type Equals AWS::Lambda::Function", "resources.ARN Equals arn:aws:lambda:us-east-2:111122223333:function/MyLambdaFunction")),
		[]string{"Management iam CreateUser", "Management iam GetUser", "Data s3 PutObject res=AWS::S3::Object>arn:aws:s3:::other-bucket/k", "Data s3 DeleteObject res=AWS::S3::Object>arn:aws:s3:::other-bucket/k",
			"Data s3 PutObject res=AWS::S3::Object>arn:aws:s3:::amzn-s3-demo-bucket2/k", "Data lambda Invoke res=AWS::Lambda::Function>arn:aws:lambda:us-east-2:111122223333:function/MyLambdaFunction"},
		[]string{"Data s3 GetObject res=AWS::S3::Object>arn:aws:s3:::other-bucket/k", "Data s3 PutObject res=AWS::S3::Object>arn:aws:s3:::amzn-s3-demo-bucket/k",
			"Data lambda Invoke res=AWS::Lambda::Function>arn:aws:lambda:us-east-2:111122223333:function/Other", "Data dynamodb PutItem res=AWS::DynamoDB::Table>arn:aws:dynamodb:us-east-2:111122223333:table/t"}},
	{"T-AES-2 L16684", Trail, list(adv("S3EventSelector", Data, "resources.type Equals AWS::S3::Object", "resources.ARN StartsWith arn:partition:s3:::amzn-s3-demo-bucket/")),
		[]string{"Data s3 GetObject res=AWS::S3::Object>arn:partition:s3:::amzn-s3-demo-bucket/any/thing"},
		[]string{"Data s3 PutObject res=AWS::S3::Object>arn:partition:s3:::amzn-s3-demo-bucket2/x", "Management s3 CreateBucket"}},
	{"T-AES-3 E-3 L16725", Trail, list(adv("OutpostsEventSelector", Data, "resources.type Equals AWS::S3Outposts::Object")),
		[]string{"Data s3-outposts PutObject res=AWS::S3Outposts::Object>arn:aws:s3-outposts:us-east-1:123456789012:outpost/o/object/k"},
		[]string{"Data s3 PutObject res=AWS::S3::Object>arn:aws:s3:::b/k"}},
	{"E-1 L16809", EventDataStore, list(adv("Log all EBS direct APIs on EBS snapshots", Data, "resources.type Equals AWS::EC2::Snapshot")),
		[]string{"Data ebs GetSnapshotBlock res=AWS::EC2::Snapshot>arn:aws:ec2:us-east-1::snapshot/snap-1"}, []string{"Management ec2 CreateSnapshot"}},
	{"E-2 F-5 F-6 F-7 L16858 L17123", EventDataStore, list(adv("S3EventSelector", Data, "resources.type Equals AWS::S3::Object", "resources.ARN StartsWith arn:partition:s3:::amzn-s3-demo-bucket/", "userIdentity.arn NotStartsWith "+bucketScanner, "eventType NotEquals AwsServiceEvent")),
		[]string{"Data s3 PutObject res=AWS::S3::Object>arn:partition:s3:::amzn-s3-demo-bucket/k " + alice},
		[]string{"Data s3 PutObject res=AWS::S3::Object>arn:partition:s3:::amzn-s3-demo-bucket/k user=" + bucketScanner + "/session",
			"Data s3 PutObject eventType=AwsServiceEvent res=AWS::S3::Object>arn:partition:s3:::amzn-s3-demo-bucket/k " + alice,
			"Data s3 PutObject res=AWS::S3::Object>arn:partition:s3:::other-bucket/k " + alice, "Management s3 CreateBucket " + alice}},
	{"C-1 to C-8 L17040", Trail, list(adv("S3Select", Data, "resources.type Equals AWS::S3::Object", "resources.ARN Equals arn:aws:s3:::amzn-s3-demo-bucket/object1 StartsWith arn:aws:s3:::amzn-s3-demo-bucket/ EndsWith object3 NotStartsWith arn:aws:s3:::amzn-s3-demo-bucket/deselect NotEndsWith object5 NotEquals arn:aws:s3:::amzn-s3-demo-bucket/object6")),
		[]string{"Data s3 GetObject res=AWS::S3::Object>arn:aws:s3:::amzn-s3-demo-bucket/object1", "Data s3 GetObject res=AWS::S3::Object>arn:aws:s3:::amzn-s3-demo-bucket/object2",
			"Data s3 GetObject res=AWS::S3::Object>arn:aws:s3:::amzn-s3-demo-bucket1/object3", "Data s3 GetObject res=AWS::S3::Object>arn:aws:s3:::other-bucket/object3"},
		[]string{"Data s3 GetObject res=AWS::S3::Object>arn:aws:s3:::amzn-s3-demo-bucket/deselectObject4", "Data s3 GetObject res=AWS::S3::Object>arn:aws:s3:::amzn-s3-demo-bucket/object5",
			"Data s3 GetObject res=AWS::S3::Object>arn:aws:s3:::amzn-s3-demo-bucket/object6", "Data s3 GetObject res=AWS::S3::Object>arn:aws:s3:::other-bucket/zzz"}},
	{"Cognito L16987", Trail, list(adv("Log Cognito data events on Identity pools", Data, "resources.type Equals AWS::Cognito::IdentityPool")),
		[]string{"Data cognito-identity GetCredentialsForIdentity res=AWS::Cognito::IdentityPool>arn:aws:cognito-identity:us-east-1:111122223333:identitypool/us-east-1:1"},
		[]string{"Data sns Publish res=AWS::SNS::Topic>arn:aws:sns:us-east-1:111122223333:t"}},
	{"F-1 F-2 L17105", Trail, list(adv("", Data, "resources.type Equals AWS::S3::Object", "eventName Equals GetObject,PutObject,DeleteObject")),
		[]string{"Data s3 GetObject res=AWS::S3::Object>arn:aws:s3:::b/k", "Data s3 PutObject res=AWS::S3::Object>arn:aws:s3:::b/k", "Data s3 DeleteObject res=AWS::S3::Object>arn:aws:s3:::b/k"},
		[]string{"Data s3 HeadObject res=AWS::S3::Object>arn:aws:s3:::b/k", "Data s3 CopyObject res=AWS::S3::Object>arn:aws:s3:::b/k", "Data s3 ListObjects res=AWS::S3::Object>arn:aws:s3:::b/k", "Data s3 getobject res=AWS::S3::Object>arn:aws:s3:::b/k"}},
	{"F-3 F-4 L17119", EventDataStore, list(adv("", Data, "resources.type Equals AWS::EC2::Snapshot", "eventName NotEquals ListChangedBlocks")),
		[]string{"Data ebs PutSnapshotBlock res=AWS::EC2::Snapshot>arn:aws:ec2:us-east-1::snapshot/snap-1", "Data ebs GetSnapshotBlock res=AWS::EC2::Snapshot>arn:aws:ec2:us-east-1::snapshot/snap-1"},
		[]string{"Data ebs ListChangedBlocks res=AWS::EC2::Snapshot>arn:aws:ec2:us-east-1::snapshot/snap-1"}},
	{"F-8 F-9 F-10 L17146", Trail, list(adv("Exclude Events for DeleteObject operation", Data, "resources.type Equals AWS::S3::Object", "eventName NotEquals DeleteObject"),
		adv("Exclude DeleteObject Events for individual objects deleted by DeleteObjects Operation", Data, "resources.type Equals AWS::S3::Object", "eventName Equals DeleteObject", "eventType NotEquals AwsServiceEvent")),
		[]string{"Data s3 PutObject res=AWS::S3::Object>arn:aws:s3:::b/k", "Data s3 DeleteObjects res=AWS::S3::Object>arn:aws:s3:::b/", "Data s3 DeleteObject res=AWS::S3::Object>arn:aws:s3:::b/k"},
		[]string{"Data s3 DeleteObject eventType=AwsServiceEvent res=AWS::S3::Object>arn:aws:s3:::b/k"}},
	{"DynamoDB table and stream L14940", Trail, list(adv("", Data, "resources.type Equals AWS::DynamoDB::Table", "eventName NotEquals GetRecords")),
		[]string{"Data dynamodb PutItem res=AWS::DynamoDB::Table>arn:aws:dynamodb:us-east-1:111122223333:table/t"},
		[]string{"Data dynamodb GetRecords res=AWS::DynamoDB::Stream>arn:aws:dynamodb:us-east-1:111122223333:table/t/stream/s res=AWS::DynamoDB::Table>arn:aws:dynamodb:us-east-1:111122223333:table/t"}},
	{"two buckets left out L16380", EventDataStore, list(adv("", Data, "resources.type Equals AWS::S3::Object", "resources.ARN NotStartsWith arn:aws:s3:::one/,arn:aws:s3:::two/")),
		[]string{"Data s3 GetObject res=AWS::S3::Object>arn:aws:s3:::three/k", "Data s3 GetObject res=AWS::S3::Object>"},
		[]string{"Data s3 GetObject res=AWS::S3::Object>arn:aws:s3:::one/k", "Data s3 GetObject res=AWS::S3::Object>arn:aws:s3:::two/k", "Data s3 GetObject"}},
	{"type and ARN of the same resource", Trail, list(adv("", Data, "resources.type Equals AWS::DynamoDB::Table", "resources.ARN EndsWith /t")),
		[]string{"Data dynamodb PutItem res=AWS::DynamoDB::Stream>arn:x/s res=AWS::DynamoDB::Table>arn:x/t"},
		[]string{"Data dynamodb PutItem res=AWS::DynamoDB::Stream>arn:x/t res=AWS::DynamoDB::Table>arn:x/s"}},
}

var networkExamples = []example{
	{"N-T1 N-E1 L17441", Trail, list(adv("Audit all CloudTrail API calls through VPC endpoints", NetworkActivity, "eventSource Equals cloudtrail.amazonaws.com")),
		[]string{"NetworkActivity cloudtrail CreateTrail vpcEndpointId=vpce-1", "NetworkActivity cloudtrail CreateEventDataStore errorCode=VpceAccessDenied"},
		[]string{"NetworkActivity kms ListKeys", "Management cloudtrail CreateTrail"}},
	{"N-T2 N-E2 L17488", Trail, list(adv("Audit AccessDenied AWS KMS events through VPC endpoints", NetworkActivity, "eventSource Equals kms.amazonaws.com", "errorCode Equals VpceAccessDenied")),
		[]string{"NetworkActivity kms ListKeys errorCode=VpceAccessDenied"}, []string{"NetworkActivity kms ListKeys", "NetworkActivity s3 GetObject errorCode=VpceAccessDenied"}},
	{"N-T3 N-E4", Trail, list(adv("Log S3 access denied network activity events", NetworkActivity, "eventSource Equals s3.amazonaws.com", "errorCode Equals VpceAccessDenied")),
		[]string{"NetworkActivity s3 GetObject errorCode=VpceAccessDenied"}, []string{"NetworkActivity s3 GetObject"}},
	{"N-T4 N-E3", EventDataStore, list(adv("Audit AccessDenied EC2 events over a specific VPC endpoint", NetworkActivity, "eventSource Equals ec2.amazonaws.com", "errorCode Equals VpceAccessDenied", "vpcEndpointId Equals vpce-example8c1b6b9b7")),
		[]string{"NetworkActivity ec2 RunInstances errorCode=VpceAccessDenied vpcEndpointId=vpce-example8c1b6b9b7"},
		[]string{"NetworkActivity ec2 RunInstances errorCode=VpceAccessDenied vpcEndpointId=vpce-other", "NetworkActivity ec2 RunInstances vpcEndpointId=vpce-example8c1b6b9b7", "NetworkActivity ec2 RunInstances errorCode=VpceAccessDenied"}},
	{"N-T5 N-E5", EventDataStore, list(adv("Log all management events", Management), adv("CloudTrail", NetworkActivity, "eventSource Equals cloudtrail.amazonaws.com"), adv("EC2", NetworkActivity, "eventSource Equals ec2.amazonaws.com"),
		adv("KMS", NetworkActivity, "eventSource Equals kms.amazonaws.com"), adv("S3", NetworkActivity, "eventSource Equals s3.amazonaws.com"), adv("Secrets", NetworkActivity, "eventSource Equals secretsmanager.amazonaws.com")),
		[]string{"Management iam CreateUser", "NetworkActivity cloudtrail CreateTrail", "NetworkActivity ec2 RunInstances", "NetworkActivity kms ListKeys", "NetworkActivity s3 GetObject", "NetworkActivity secretsmanager GetSecretValue"},
		[]string{"NetworkActivity lambda Invoke", "Data s3 GetObject res=AWS::S3::Object>arn:aws:s3:::b/k"}},
	{"Insights L2926", EventDataStore, list(adv("Select Insights events", Insight)), []string{"Insight ec2 RunInstances"}, []string{"Management ec2 RunInstances"}},
}
