package api

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	cttypes "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"github.com/cairntrail/cairn/internal/identity"
)

// TestSDKTrails takes a trail through its life with the AWS SDK, signatures
// verified and policies evaluated.
func TestSDKTrails(t *testing.T) {
	h := newHouse(t, realAuth)
	ctx, url := t.Context(), h.listen(t)
	client := trailClient(url, credentials(h.admin.AccessKeyID, h.admin.SecretAccessKey, ""))
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	created, err := client.CreateTrail(ctx, &cloudtrail.CreateTrailInput{
		Name: aws.String("abc"), S3BucketName: aws.String("bucket"), IsMultiRegionTrail: aws.Bool(true),
		TagsList: []cttypes.Tag{{Key: aws.String("k"), Value: aws.String("v")}},
	})
	must(err)
	arn := created.TrailARN
	if *arn != trailARN+"abc" || !*created.IncludeGlobalServiceEvents || !*created.IsMultiRegionTrail || created.KmsKeyId != nil {
		t.Errorf("created %+v", created)
	}
	_, err = client.StartLogging(ctx, &cloudtrail.StartLoggingInput{Name: arn})
	must(err)
	status, err := client.GetTrailStatus(ctx, &cloudtrail.GetTrailStatusInput{Name: aws.String("abc")})
	must(err)
	if !*status.IsLogging || status.StartLoggingTime == nil || status.StopLoggingTime != nil || !strings.HasSuffix(*status.TimeLoggingStarted, "Z") {
		t.Errorf("status %+v", status)
	}
	put, err := client.PutEventSelectors(ctx, &cloudtrail.PutEventSelectorsInput{
		TrailName: arn, EventSelectors: []cttypes.EventSelector{{ReadWriteType: cttypes.ReadWriteTypeReadOnly}},
	})
	must(err)
	if got := put.EventSelectors; len(got) != 1 || !*got[0].IncludeManagementEvents || got[0].DataResources == nil || put.AdvancedEventSelectors != nil {
		t.Errorf("put %+v", put)
	}
	tags, err := client.ListTags(ctx, &cloudtrail.ListTagsInput{ResourceIdList: []string{*arn}})
	must(err)
	if len(tags.ResourceTagList) != 1 || *tags.ResourceTagList[0].TagsList[0].Value != "v" {
		t.Errorf("tags %+v", tags)
	}
	keys, err := client.ListPublicKeys(ctx, &cloudtrail.ListPublicKeysInput{})
	must(err)
	if len(keys.PublicKeyList) != 1 || string(keys.PublicKeyList[0].Value) != "\x01\x02\x03" {
		t.Errorf("keys %+v", keys)
	}
	inOhio := func(o *cloudtrail.Options) { o.Region = "us-east-2" }
	shadows, err := client.DescribeTrails(ctx, &cloudtrail.DescribeTrailsInput{}, inOhio)
	must(err)
	if len(shadows.TrailList) != 1 || *shadows.TrailList[0].HomeRegion != "eu-west-1" {
		t.Errorf("shadows %+v", shadows)
	}
	_, err = client.StopLogging(ctx, &cloudtrail.StopLoggingInput{Name: arn}, inOhio)
	if _, ok := errors.AsType[*cttypes.InvalidHomeRegionException](err); !ok {
		t.Errorf("got %v", err)
	}
	_, err = client.CreateTrail(ctx, &cloudtrail.CreateTrailInput{
		Name: aws.String("logs"), S3BucketName: aws.String("bucket"),
		CloudWatchLogsLogGroupArn: aws.String("arn:aws:logs:eu-west-1:111122223333:log-group:g:*"), CloudWatchLogsRoleArn: aws.String("arn:aws:iam::111122223333:role/denied"),
	})
	// The words that Terraform tries again on.
	if refused, ok := errors.AsType[*cttypes.InvalidCloudWatchLogsLogGroupArnException](err); !ok || !strings.Contains(refused.ErrorMessage(), "Access denied.") {
		t.Errorf("got %v", err)
	}
	trails := cloudtrail.NewListTrailsPaginator(client, &cloudtrail.ListTrailsInput{})
	for n := 1; trails.HasMorePages(); n++ {
		page, err := trails.NextPage(ctx)
		must(err)
		if n > 1 || len(page.Trails) != 1 {
			t.Fatalf("page %d has %+v", n, page.Trails)
		}
	}

	// A user who may look at one trail, and start no other.
	viewer := identity.Ref{AccountID: homeAccount, Type: identity.User, Name: "viewer"}
	_, err = h.directory.CreateUser(ctx, homeAccount, "viewer", "/")
	must(err)
	must(h.directory.AttachPolicy(ctx, viewer, "view", []byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"cloudtrail:Get*","Resource":"arn:aws:cloudtrail:*:111122223333:trail/abc"}]}`)))
	key, err := h.directory.CreateAccessKey(ctx, viewer)
	must(err)
	restricted := trailClient(url, credentials(key.AccessKeyID, key.SecretAccessKey, ""))
	_, err = restricted.GetTrail(ctx, &cloudtrail.GetTrailInput{Name: aws.String("abc")})
	must(err)
	_, err = restricted.GetTrail(ctx, &cloudtrail.GetTrailInput{Name: aws.String("abcd")})
	wantCode(t, err, "AccessDeniedException")
	_, err = restricted.StopLogging(ctx, &cloudtrail.StopLoggingInput{Name: arn})
	wantCode(t, err, "AccessDeniedException")

	_, err = client.DeleteTrail(ctx, &cloudtrail.DeleteTrailInput{Name: arn})
	must(err)
	_, err = client.GetTrail(ctx, &cloudtrail.GetTrailInput{Name: arn})
	if _, ok := errors.AsType[*cttypes.TrailNotFoundException](err); !ok {
		t.Errorf("got %v", err)
	}
}

// TestCLITrails runs the commands of the CloudTrail User Guide with the AWS CLI.
func TestCLITrails(t *testing.T) {
	h := newHouse(t, realAuth)
	runCLI(t, h, []cliRow{
		{"create-trail --name my-trail --s3-bucket-name bucket --is-multi-region-trail --tags-list Key=Group,Value=Marketing",
			`{"Name":"my-trail","S3BucketName":"bucket","IncludeGlobalServiceEvents":true,"IsMultiRegionTrail":true,"IsOrganizationTrail":false,"LogFileValidationEnabled":false,"TrailARN":"` + trailARN + `my-trail"}`},
		{"create-trail --name my-trail --s3-bucket-name bucket", "TrailAlreadyExistsException) when calling the CreateTrail operation: Trail my-trail already exists for customer: 111122223333"},
		{"update-trail --name my-trail --no-is-multi-region-trail --enable-log-file-validation --no-include-global-service-events",
			`{"Name":"my-trail","S3BucketName":"bucket","IncludeGlobalServiceEvents":false,"IsMultiRegionTrail":false,"IsOrganizationTrail":false,"LogFileValidationEnabled":true,"TrailARN":"` + trailARN + `my-trail"}`},
		{"start-logging --name my-trail", ""},
		{"get-trail-status --name my-trail --query [IsLogging,TimeLoggingStopped,LatestDeliveryError]", `[true,"",null]`},
		{`put-event-selectors --trail-name my-trail --event-selectors [{"ReadWriteType":"All","IncludeManagementEvents":true,"DataResources":[{"Type":"AWS::Lambda::Function","Values":["arn:aws:lambda"]}]}]`,
			`{"TrailARN":"` + trailARN + `my-trail","EventSelectors":[{"ReadWriteType":"All","IncludeManagementEvents":true,"DataResources":[{"Type":"AWS::Lambda::Function","Values":["arn:aws:lambda"]}],"ExcludeManagementEventSources":[]}]}`},
		{`put-insight-selectors --trail-name my-trail --insight-selectors [{"InsightType":"ApiCallRateInsight"}]`,
			`{"TrailARN":"` + trailARN + `my-trail","InsightSelectors":[{"InsightType":"ApiCallRateInsight"}]}`},
		{"add-tags --resource-id " + trailARN + "my-trail --tags-list Key=Owner,Value=Mary", ""},
		{"remove-tags --resource-id " + trailARN + "my-trail --tags-list Key=Group", ""},
		{"list-tags --resource-id-list " + trailARN + "my-trail", `{"ResourceTagList":[{"ResourceId":"` + trailARN + `my-trail","TagsList":[{"Key":"Owner","Value":"Mary"}]}]}`},
		{"describe-trails --query trailList[].[Name,HasCustomEventSelectors,HasInsightSelectors]", `[["my-trail",true,true]]`},
		{"stop-logging --name my-trail", ""},
		{"get-insight-selectors --trail-name my-trail", "InsightNotEnabledException) when calling the GetInsightSelectors operation: Trail " + trailARN + "my-trail does not have Insights enabled."},
		{"delete-trail --name my-trail", ""},
		{"list-trails", `{"Trails":[]}`},
	})
}

// cliRow is a command of the AWS CLI and what it prints: JSON, or text that is in
// it.
type cliRow struct{ command, want string }

// runCLI runs commands of "aws cloudtrail" as the administrator.
func runCLI(t *testing.T, h *house, rows []cliRow) {
	t.Helper()
	cli, url := findCLI(t), h.listen(t)
	for _, row := range rows {
		args := append([]string{"--endpoint-url", url, "--region", "eu-west-1", "--output", "json", "cloudtrail"}, strings.Fields(row.command)...)
		cmd := exec.CommandContext(t.Context(), cli, args...)
		cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID="+h.admin.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+h.admin.SecretAccessKey,
			"AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull, "AWS_PAGER=", "AWS_EC2_METADATA_DISABLED=true")
		out, err := cmd.CombinedOutput()
		if got := strings.TrimSpace(string(out)); err == nil && row.want != "" && json.Valid([]byte(row.want)) {
			same(t, row.command, answer{status: 200, body: got}, row.want)
		} else if json.Valid([]byte(row.want)) || row.want == "" && err != nil || !strings.Contains(got, row.want) {
			t.Errorf("aws cloudtrail %s: %v\n%s\nwant %s", row.command, err, got, row.want)
		}
	}
}

// findCLI finds the AWS CLI.
func findCLI(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("the AWS CLI takes a second a call")
	}
	cli := os.Getenv("CAIRN_AWS_CLI")
	if cli == "" {
		var err error
		if cli, err = exec.LookPath("aws"); err != nil {
			t.Skip("no AWS CLI on this machine: make test installs one where it can")
		}
	}
	return cli
}
