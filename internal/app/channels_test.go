package app

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
)

// auditEvent is one of a request of PutAuditEvents.
type auditEvent struct {
	ID       string `json:"id"`
	Data     string `json:"eventData"`
	Checksum string `json:"eventDataChecksum,omitempty"`
}

// newAuditEvent is an event of an application; its UID is its id.
func newAuditEvent(account, id string) auditEvent {
	data := fmt.Sprintf(`{"version":"1.0","userIdentity":{"type":"CustomUserIdentity","principalId":"p-1","details":{"team":"blue"}},"eventSource":"app.example.com","eventName":"Deploy","eventTime":"2026-11-27T11:59:58Z","UID":%q,"recipientAccountId":%q,"requestParameters":{"version":"7","flags":{"dry":true}}}`, id, account)
	sum := sha256.Sum256([]byte(data))
	return auditEvent{id, data, base64.StdEncoding.EncodeToString(sum[:])}
}

// channelTo makes a store for events from outside, and a channel that delivers to it.
func (s *server) channelTo(name string) (store, channel string) {
	s.tb.Helper()
	ctx, api := s.tb.Context(), s.client("default").trail()
	made, err := api.CreateEventDataStore(ctx, &cloudtrail.CreateEventDataStoreInput{
		Name: aws.String(name), MultiRegionEnabled: aws.Bool(false), RetentionPeriod: aws.Int32(90), TerminationProtectionEnabled: aws.Bool(false),
		AdvancedEventSelectors: []types.AdvancedEventSelector{{FieldSelectors: []types.AdvancedFieldSelector{{Field: aws.String("eventCategory"), Equals: []string{"ActivityAuditLog"}}}}},
	})
	if err != nil {
		s.tb.Fatal(err)
	}
	ch, err := api.CreateChannel(ctx, &cloudtrail.CreateChannelInput{Name: aws.String(name), Source: aws.String("Custom"),
		Destinations: []types.Destination{{Type: types.DestinationTypeEventDataStore, Location: made.EventDataStoreArn}}})
	if err != nil {
		s.tb.Fatal(err)
	}
	return (*made.EventDataStoreArn)[strings.LastIndexByte(*made.EventDataStoreArn, '/')+1:], *ch.ChannelArn
}

// put sends events to a channel, as the AWS CLI and the SDKs do.
func (c *client) put(channel, query string, events ...auditEvent) (string, int, error) {
	body, err := json.Marshal(map[string]any{"auditEvents": events})
	if err != nil {
		return "", 0, err
	}
	r, err := c.request("cloudtrail-data", "/PutAuditEvents?channelArn="+url.QueryEscape(channel)+query, body, func(r *http.Request) { r.Header.Set("Content-Type", "application/json") })
	if err != nil {
		return "", 0, err
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return "", 0, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	return string(answer), resp.StatusCode, err
}

// otherAccount makes an account, and is its administrator.
func (s *server) otherAccount(id string) *client {
	s.tb.Helper()
	cred, err := s.directory.CreateAccount(s.tb.Context(), id, "other")
	if err == nil {
		err = s.writeProfile(id, cred)
	}
	if err != nil {
		s.tb.Fatal(err)
	}
	return s.client(id)
}

// TestChannel: events that the AWS CLI puts into a channel are in its stores with the
// published schema, and others only with the channel's consent.
func TestChannel(t *testing.T) {
	s := start(t, t.TempDir(), nil)
	store, channel := s.channelTo("external")
	good, bad := newAuditEvent("111122223333", "u-1"), newAuditEvent("444455556666", "u-2")
	events, err := json.Marshal([]auditEvent{good, bad})
	if err != nil {
		t.Fatal(err)
	}
	answer := awsRun(t, s.APIURL(), s.CredentialsFile(), "cloudtrail-data", "put-audit-events", "--channel-arn", channel, "--audit-events", string(events))
	if !strings.Contains(answer, `"id": "u-1"`) || !strings.Contains(answer, `"errorCode": "InvalidRecipient"`) {
		t.Error(answer)
	}
	if got := s.inTable(store, `eventdata['uid'] || ' ' || eventdata['useridentity']['principalid'] || ' ' || eventdata['requestparameters']['version'] || ' ' || metadata['channelarn']`); got["u-1 p-1 7 "+channel] != 1 || len(got) != 1 {
		t.Errorf("the table has %v", got)
	}
	shown := awsRun(t, s.APIURL(), s.CredentialsFile(), "cloudtrail", "get-channel", "--channel", channel)
	if !strings.Contains(shown, "LatestIngestionSuccessTime") || !strings.Contains(shown, `"LatestIngestionErrorCode": "InvalidRecipient"`) {
		t.Error(shown)
	}

	// Another account.
	other := s.otherAccount("444455556666")
	if answer, status, err := other.put(channel, "", good); err != nil || status != 400 || !strings.Contains(answer, "ChannelInsufficientPermission") && !strings.Contains(answer, "policy") {
		t.Error(answer, status, err)
	}
	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"cloudtrail-data:PutAuditEvents","Resource":"` + channel + `","Condition":{"StringEquals":{"cloudtrail:ExternalId":"secret-1"}}}]}`
	awsRun(t, s.APIURL(), s.CredentialsFile(), "cloudtrail", "put-resource-policy", "--resource-arn", channel, "--resource-policy", policy)
	if answer, status, err := other.put(channel, "&externalId=secret-2", newAuditEvent("111122223333", "u-3")); err != nil || status == 200 {
		t.Error(answer, status, err)
	}
	if answer, status, err := other.put(channel, "&externalId=secret-1", newAuditEvent("111122223333", "u-4")); err != nil || status != 200 {
		t.Error(answer, status, err)
	}
	if got := s.inTable(store, "eventdata['uid']"); got["u-4"] != 1 || got["u-3"] != 0 {
		t.Errorf("the table has %v", got)
	}
	// The store stays while the channel is there.
	api := s.client("default").trail()
	if _, err := api.DeleteEventDataStore(t.Context(), &cloudtrail.DeleteEventDataStoreInput{EventDataStore: &store}); err == nil || !strings.Contains(err.Error(), "ChannelExistsForEDSException") {
		t.Error(err)
	}
	if _, err := api.DeleteChannel(t.Context(), &cloudtrail.DeleteChannelInput{Channel: &channel}); err != nil {
		t.Error(err)
	}
	if _, err := api.DeleteEventDataStore(t.Context(), &cloudtrail.DeleteEventDataStoreInput{EventDataStore: &store}); err != nil {
		t.Error(err)
	}
}

// BenchmarkPutAuditEvents puts 100 events a request on 16 connections, each durable
// before it is answered.
func BenchmarkPutAuditEvents(b *testing.B) {
	s := start(b, b.TempDir(), nil)
	_, channel := s.channelTo("external")
	var events []auditEvent
	for i := range 100 {
		events = append(events, newAuditEvent("111122223333", fmt.Sprint("u-", i)))
	}
	c := s.client("default")
	var wg sync.WaitGroup
	work := make(chan struct{})
	for range 16 {
		wg.Go(func() {
			for range work {
				if answer, status, err := c.put(channel, "", events...); err != nil || status != 200 || strings.Contains(answer, "errorCode") {
					b.Errorf("%d %s %v", status, answer, err)
				}
			}
		})
	}
	for b.Loop() {
		work <- struct{}{}
	}
	close(work)
	wg.Wait()
	b.ReportMetric(float64(b.N)*100/b.Elapsed().Seconds(), "events/s")
}
