package api

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	cttypes "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"

	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/sdkhttp"
)

// These tests use the AWS SDK against a listening server, with signatures
// verified by the real directory.

func credentials(key, secret, token string) aws.CredentialsProvider {
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: key, SecretAccessKey: secret, SessionToken: token}, nil
	})
}

func (h *house) listen(t *testing.T) string {
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

func trailClient(url string, c aws.CredentialsProvider) *cloudtrail.Client {
	return cloudtrail.New(cloudtrail.Options{Region: "eu-west-1", BaseEndpoint: &url, Credentials: c, RetryMaxAttempts: 1, HTTPClient: sdkhttp.WholeBodies{}})
}

func stsClient(url string, c aws.CredentialsProvider) *sts.Client {
	return sts.New(sts.Options{Region: "us-east-1", BaseEndpoint: &url, Credentials: c, RetryMaxAttempts: 1, HTTPClient: sdkhttp.WholeBodies{}})
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

func TestSDKLookup(t *testing.T) {
	h := newHouse(t, realAuth)
	for i := uint64(7); i > 0; i-- {
		h.history.events = append(h.history.events, testEvent(i, time.Unix(int64(i)*100, 0)))
	}
	url := h.listen(t)
	client := trailClient(url, credentials(h.admin.AccessKeyID, h.admin.SecretAccessKey, ""))
	pages := cloudtrail.NewLookupEventsPaginator(client, &cloudtrail.LookupEventsInput{
		MaxResults: aws.Int32(3),
		StartTime:  aws.Time(time.Unix(1, 0)),
		LookupAttributes: []cttypes.LookupAttribute{
			{AttributeKey: cttypes.LookupAttributeKeyReadOnly, AttributeValue: aws.String("false")},
		},
	})
	var ids string
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Events {
			ids += strings.TrimPrefix(*e.EventId, "id-")
			if *e.CloudTrailEvent != string(testEvent(0, time.Time{}).Raw) || len(e.Resources) != 2 || e.AccessKeyId != nil {
				t.Errorf("event %+v", e)
			}
		}
	}
	if ids != "hgfedcb" {
		t.Errorf("got %q", ids)
	}
	r := h.last(t)
	if r.Identity.ARN != "arn:aws:iam::111122223333:user/admin" || r.Identity.AccessKeyID != h.admin.AccessKeyID ||
		r.SourceIPAddress != "127.0.0.1" || !strings.Contains(r.UserAgent, "aws-sdk-go-v2") || r.EventSource != "cloudtrail.amazonaws.com" ||
		r.TLS != nil || r.RequestID == "" {
		t.Errorf("recorded %+v", r)
	}

	_, err := client.LookupEvents(t.Context(), &cloudtrail.LookupEventsInput{MaxResults: aws.Int32(99)})
	var bad *cttypes.InvalidMaxResultsException
	if !errors.As(err, &bad) {
		t.Errorf("got %v", err)
	}
	_, err = trailClient(url, credentials(h.admin.AccessKeyID, "wrong", "")).LookupEvents(t.Context(), &cloudtrail.LookupEventsInput{})
	wantCode(t, err, "SignatureDoesNotMatch")
	if r := h.last(t); r.Identity.Type != identity.TypeUnknown || r.Identity.AccessKeyID != h.admin.AccessKeyID || r.RecipientAccountID != homeAccount {
		t.Errorf("recorded %+v", r)
	}
	_, err = trailClient(url, credentials("AKIAUNKNOWN000000000", "wrong", "")).LookupEvents(t.Context(), &cloudtrail.LookupEventsInput{})
	wantCode(t, err, "UnrecognizedClientException")
}

func TestSDKSTS(t *testing.T) {
	h := newHouse(t, realAuth)
	url := h.listen(t)
	ctx := t.Context()
	client := stsClient(url, credentials(h.admin.AccessKeyID, h.admin.SecretAccessKey, ""))

	me, err := client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		t.Fatal(err)
	}
	if *me.Arn != "arn:aws:iam::111122223333:user/admin" || *me.Account != homeAccount || !strings.HasPrefix(*me.UserId, "AIDA") {
		t.Errorf("got %+v", me)
	}
	if r := h.last(t); !r.ReadOnly || r.RequestParameters != nil || r.ResponseElements != nil || r.EventSource != "sts.amazonaws.com" {
		t.Errorf("recorded %+v", r)
	}

	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":["sts:AssumeRole","sts:SetSourceIdentity"]}]}`
	role, err := h.directory.CreateRole(ctx, homeAccount, "reader", "/team/", []byte(trust))
	if err != nil {
		t.Fatal(err)
	}
	assumed, err := client.AssumeRole(ctx, &sts.AssumeRoleInput{
		RoleArn: &role.ARN, RoleSessionName: aws.String("session"), DurationSeconds: aws.Int32(900), SourceIdentity: aws.String("alice"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if *assumed.AssumedRoleUser.Arn != "arn:aws:sts::111122223333:assumed-role/reader/session" || *assumed.SourceIdentity != "alice" {
		t.Errorf("got %+v", assumed)
	}
	r := h.last(t)
	expiration := assumed.Credentials.Expiration.UTC().Format("Jan 2, 2006, 3:04:05 PM")
	wantResponse := `{"credentials":{"accessKeyId":"` + *assumed.Credentials.AccessKeyId + `","expiration":"` + expiration + `"},` +
		`"assumedRoleUser":{"assumedRoleId":"` + role.ID + `:session","arn":"arn:aws:sts::111122223333:assumed-role/reader/session"},"sourceIdentity":"alice"}`
	if string(r.ResponseElements) != wantResponse || !r.ReadOnly || len(r.Resources) != 1 ||
		r.Resources[0].ARN != role.ARN || r.Resources[0].Type != "AWS::IAM::Role" || r.Resources[0].AccountID != homeAccount {
		t.Errorf("recorded %s %+v\nwant %s", r.ResponseElements, r.Resources, wantResponse)
	}
	for _, secret := range []string{*assumed.Credentials.SecretAccessKey, *assumed.Credentials.SessionToken} {
		if strings.Contains(string(r.ResponseElements)+string(r.RequestParameters), secret) {
			t.Error("the record has a secret")
		}
	}

	session := credentials(*assumed.Credentials.AccessKeyId, *assumed.Credentials.SecretAccessKey, *assumed.Credentials.SessionToken)
	me, err = stsClient(url, session).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil || *me.UserId != role.ID+":session" {
		t.Errorf("got %+v, %v", me, err)
	}
	_, err = trailClient(url, session).LookupEvents(ctx, &cloudtrail.LookupEventsInput{})
	wantCode(t, err, "AccessDeniedException")
	if r := h.last(t); r.ErrorCode != "AccessDenied" || r.Identity.Session == nil ||
		r.ErrorMessage != "User: arn:aws:sts::111122223333:assumed-role/reader/session is not authorized to perform: cloudtrail:LookupEvents because no identity-based policy allows the cloudtrail:LookupEvents action" {
		t.Errorf("recorded %+v", r)
	}

	token, err := client.GetSessionToken(ctx, &sts.GetSessionTokenInput{DurationSeconds: aws.Int32(900)})
	if err != nil {
		t.Fatal(err)
	}
	if r := h.last(t); !strings.HasPrefix(string(r.ResponseElements), `{"credentials":{"accessKeyId":"`+*token.Credentials.AccessKeyId) ||
		string(r.RequestParameters) != `{"durationSeconds":900}` {
		t.Errorf("recorded %s %s", r.RequestParameters, r.ResponseElements)
	}
	_, err = client.AssumeRole(ctx, &sts.AssumeRoleInput{
		RoleArn: &role.ARN, RoleSessionName: aws.String("session"), Tags: []ststypes.Tag{{Key: aws.String("k"), Value: aws.String("v")}},
	})
	wantCode(t, err, "ValidationError")
	if r := h.last(t); !strings.Contains(string(r.RequestParameters), `"tags":[{"key":"k","value":"v"}]`) {
		t.Errorf("recorded %s", r.RequestParameters)
	}
	_, err = client.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::111122223333:role/none"), RoleSessionName: aws.String("session")})
	wantCode(t, err, "AccessDenied")
}

var _ Authenticator = (*identity.Directory)(nil)
