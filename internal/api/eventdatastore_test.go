package api

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/lake/datastore"
	"github.com/cairntrail/cairn/internal/store"
)

// aroundStores is what package datastore asks and tells: a sink that is done with
// everything at once.
type aroundStores struct {
	t   testing.TB
	svc *datastore.Service

	mu    sync.Mutex
	ids   int
	clock time.Time
}

func (a *aroundStores) service(db *store.DB) *datastore.Service {
	a.clock = time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC)
	a.svc = datastore.NewService(datastore.Config{Store: db, Journal: a, Now: a.now, NewID: a.id})
	a.svc.Tell(a)
	return a.svc
}

func (a *aroundStores) Last() uint64 { return 1 }
func (a *aroundStores) Hold(string)  {}

func (a *aroundStores) Changed(id string) {
	if err := a.svc.Reached(a.t.Context(), id, math.MaxUint64); err != nil {
		a.t.Error(err)
	}
}

func (a *aroundStores) now() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.clock = a.clock.Add(500 * time.Millisecond)
	return a.clock
}

// pass moves the clock.
func (a *aroundStores) pass(d time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.clock = a.clock.Add(d)
}

func (a *aroundStores) id() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ids++
	return fmt.Sprintf("%08d-0000-4000-8000-000000000000", a.ids)
}

// storeARN begins the ARNs of the event data stores that tests make, and these are
// the ids of the first ones.
const (
	storeARN = "arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/"
	store1   = "00000001-0000-4000-8000-000000000000"
	store2   = "00000002-0000-4000-8000-000000000000"
	store3   = "00000003-0000-4000-8000-000000000000"
)

// withoutTimes takes the times out of an answer, and tells whether they were
// there.
func withoutTimes(t *testing.T, a answer) (answer, bool) {
	t.Helper()
	var members map[string]any
	if err := json.Unmarshal([]byte(a.body), &members); err != nil {
		t.Fatal(err)
	}
	_, created := members["CreatedTimestamp"].(float64)
	_, updated := members["UpdatedTimestamp"].(float64)
	delete(members, "CreatedTimestamp")
	delete(members, "UpdatedTimestamp")
	body, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	a.body = string(body)
	return a, created && updated
}

// TestEventDataStoreAnswers: what each operation answers, member by member.
func TestEventDataStoreAnswers(t *testing.T) {
	h := newHouse(t)
	const (
		defaults = `"AdvancedEventSelectors":[{"Name":"Default management events","FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]}]`
		minimal  = `"EventDataStoreArn":"` + storeARN + store1 + `","Name":"abc","MultiRegionEnabled":true,"OrganizationEnabled":false,` + defaults
		plain    = `,"RetentionPeriod":366,"TerminationProtectionEnabled":true,"BillingMode":"EXTENDABLE_RETENTION_PRICING"`
		none     = `,"FederationStatus":"DISABLED"`
		keys     = `,"PartitionKeys":[{"Name":"eventTime","Type":"timestamp"}]`
		data     = `"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::S3::Object"]},{"Field":"eventName","StartsWith":["Get","Put"],"NotEndsWith":["Acl"]}]},{"Name":"n","FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]}]`
		full     = `"EventDataStoreArn":"` + storeARN + store2 + `","Name":"full","MultiRegionEnabled":false,"OrganizationEnabled":false,` + data +
			`,"RetentionPeriod":90,"TerminationProtectionEnabled":false,"BillingMode":"FIXED_RETENTION_PRICING","KmsKeyId":"arn:aws:kms:eu-west-1:111122223333:alias/k"`
	)
	timed := map[string]bool{"CreateEventDataStore": true, "GetEventDataStore": true, "UpdateEventDataStore": true, "RestoreEventDataStore": true}
	for _, row := range []struct{ op, in, out string }{
		{"CreateEventDataStore", `{"Name":"abc"}`, `{` + minimal + plain + `,"Status":"CREATED","TagsList":[]}`},
		{"CreateEventDataStore", `{"Name":"full","MultiRegionEnabled":false,"OrganizationEnabled":false,"RetentionPeriod":90,"TerminationProtectionEnabled":false,"BillingMode":"FIXED_RETENTION_PRICING",` +
			`"KmsKeyId":"alias/k","StartIngestion":false,"TagsList":[{"Key":"k","Value":"v"},{"Key":"bare"}],` + data + `}`, `{` + full + `,"Status":"CREATED","TagsList":[{"Key":"k","Value":"v"},{"Key":"bare"}]}`},
		{"GetEventDataStore", `{"EventDataStore":"` + store1 + `"}`, `{` + minimal + plain + `,"Status":"ENABLED"` + none + keys + `}`},
		{"GetEventDataStore", `{"EventDataStore":"` + storeARN + store2 + `"}`, `{` + full + `,"Status":"STOPPED_INGESTION"` + none + keys + `}`},
		{"ListEventDataStores", `{}`, `{"EventDataStores":[{"EventDataStoreArn":"` + storeARN + store1 + `","Name":"abc"},{"EventDataStoreArn":"` + storeARN + store2 + `","Name":"full"}]}`},
		{"StartEventDataStoreIngestion", `{"EventDataStore":"` + store2 + `"}`, `{}`},
		{"StopEventDataStoreIngestion", `{"EventDataStore":"` + storeARN + store2 + `"}`, `{}`},
		{"DeleteEventDataStore", `{"EventDataStore":"` + store2 + `"}`, `{}`},
		{"GetEventDataStore", `{"EventDataStore":"` + store2 + `"}`, `{` + full + `,"Status":"PENDING_DELETION"` + none + keys + `}`},
		{"RestoreEventDataStore", `{"EventDataStore":"` + store2 + `"}`, `{` + full + `,"Status":"STOPPED_INGESTION"}`},
		{"UpdateEventDataStore", `{"EventDataStore":"` + store1 + `","RetentionPeriod":7,"MultiRegionEnabled":false,"Name":"bcd"}`,
			`{` + strings.NewReplacer(`"abc"`, `"bcd"`, `"MultiRegionEnabled":true`, `"MultiRegionEnabled":false`).Replace(minimal) + strings.Replace(plain, "366", "7", 1) + `,"Status":"ENABLED"` + none + `}`},
		{"UpdateEventDataStore", `{"EventDataStore":"` + store1 + `","RetentionPeriod":366,"MultiRegionEnabled":true,"Name":"abc"}`, `{` + minimal + plain + `,"Status":"ENABLED"` + none + `}`},

		{"GetEventConfiguration", `{"EventDataStore":"` + store1 + `"}`, `{"EventDataStoreArn":"` + storeARN + store1 + `","MaxEventSize":"Standard","ContextKeySelectors":[]}`},
		{"PutEventConfiguration", `{"EventDataStore":"` + store1 + `","MaxEventSize":"Large","ContextKeySelectors":[{"Type":"TagContext","Equals":["a","b"]},{"Type":"RequestContext","Equals":["aws:MultiFactorAuthAge"]}]}`,
			`{"EventDataStoreArn":"` + storeARN + store1 + `","MaxEventSize":"Large","ContextKeySelectors":[{"Type":"TagContext","Equals":["a","b"]},{"Type":"RequestContext","Equals":["aws:MultiFactorAuthAge"]}]}`},
		{"GetEventConfiguration", `{"EventDataStore":"` + storeARN + store1 + `"}`,
			`{"EventDataStoreArn":"` + storeARN + store1 + `","MaxEventSize":"Large","ContextKeySelectors":[{"Type":"TagContext","Equals":["a","b"]},{"Type":"RequestContext","Equals":["aws:MultiFactorAuthAge"]}]}`},
		{"PutEventConfiguration", `{"EventDataStore":"` + store1 + `","MaxEventSize":"Standard","ContextKeySelectors":[]}`, `{"EventDataStoreArn":"` + storeARN + store1 + `","MaxEventSize":"Standard","ContextKeySelectors":[]}`},

		{"CreateEventDataStore", `{"Name":"insights","AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Insight"]}]}]}`,
			`{"EventDataStoreArn":"` + storeARN + store3 + `","Name":"insights","MultiRegionEnabled":true,"OrganizationEnabled":false,"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Insight"]}]}]` + plain + `,"Status":"CREATED","TagsList":[]}`},
		{"PutInsightSelectors", `{"EventDataStore":"` + store1 + `","InsightsDestination":"` + store3 + `","InsightSelectors":[{"InsightType":"ApiCallRateInsight"},{"InsightType":"ApiErrorRateInsight","EventCategories":["Management"]}]}`,
			`{"EventDataStoreArn":"` + storeARN + store1 + `","InsightsDestination":"` + storeARN + store3 + `","InsightSelectors":[{"InsightType":"ApiCallRateInsight"},{"InsightType":"ApiErrorRateInsight","EventCategories":["Management"]}]}`},
		{"GetInsightSelectors", `{"EventDataStore":"` + store1 + `"}`,
			`{"EventDataStoreArn":"` + storeARN + store1 + `","InsightsDestination":"` + storeARN + store3 + `","InsightSelectors":[{"InsightType":"ApiCallRateInsight"},{"InsightType":"ApiErrorRateInsight","EventCategories":["Management"]}]}`},
		{"PutInsightSelectors", `{"EventDataStore":"` + store1 + `","InsightSelectors":[]}`, `{"EventDataStoreArn":"` + storeARN + store1 + `","InsightSelectors":[]}`},

		{"AddTags", `{"ResourceId":"` + storeARN + store2 + `","TagsList":[{"Key":"k","Value":"w"}]}`, `{}`},
		{"CreateTrail", `{"Name":"trail","S3BucketName":"bucket","TagsList":[{"Key":"t"}]}`, ``},
		{"ListTags", `{"ResourceIdList":["` + storeARN + store2 + `","` + trailARN + `trail","` + storeARN + store1 + `"]}`, `{"ResourceTagList":[{"ResourceId":"` + storeARN + store2 + `","TagsList":[{"Key":"k","Value":"w"},{"Key":"bare"}]},` +
			`{"ResourceId":"` + trailARN + `trail","TagsList":[{"Key":"t"}]},{"ResourceId":"` + storeARN + store1 + `","TagsList":[]}]}`},
		{"RemoveTags", `{"ResourceId":"` + storeARN + store2 + `","TagsList":[{"Key":"k"},{"Key":"bare"}]}`, `{}`},
		{"ListTags", `{"ResourceIdList":["` + storeARN + store2 + `"]}`, `{"ResourceTagList":[{"ResourceId":"` + storeARN + store2 + `","TagsList":[]}]}`},
	} {
		a := h.trail(row.op, row.in)
		if timed[row.op] {
			got, there := withoutTimes(t, a)
			if a = got; !there {
				t.Errorf("%s %s: the answer has no times", row.op, row.in)
			}
		}
		if row.out != "" {
			same(t, row.op+" "+row.in, a, row.out)
		}
	}
	// A call that changes something is recorded with what it answered.
	h.trail("UpdateEventDataStore", `{"EventDataStore":"`+store1+`","RetentionPeriod":100}`)
	if r := h.last(t); r.ReadOnly || string(r.RequestParameters) != `{"eventDataStore":"`+store1+`","retentionPeriod":100}` ||
		!strings.Contains(string(r.ResponseElements), `"eventDataStoreArn":"`+storeARN+store1+`"`) {
		t.Errorf("recorded %s %s", r.RequestParameters, r.ResponseElements)
	}
}

// TestEventDataStorePages: pages continue behind the last store, also when that is
// gone meanwhile.
func TestEventDataStorePages(t *testing.T) {
	h := newHouse(t)
	for _, name := range []string{"one", "two", "three", "four", "five"} {
		h.trail("CreateEventDataStore", `{"Name":"`+name+`","TerminationProtectionEnabled":false,"MultiRegionEnabled":false}`)
	}
	page := func(in string) (names, token string) {
		t.Helper()
		a := h.trail("ListEventDataStores", in)
		var out struct {
			EventDataStores []struct{ Name string }
			NextToken       string
		}
		if err := json.Unmarshal([]byte(a.body), &out); err != nil || a.status != 200 {
			t.Fatalf("%d %s %v", a.status, a.body, err)
		}
		for _, s := range out.EventDataStores {
			names += s.Name + " "
		}
		return names, out.NextToken
	}
	first, token := page(`{"MaxResults":2}`)
	if first != "one two " || token == "" {
		t.Fatalf("the first page is %s, %s", first, token)
	}
	h.trail("DeleteEventDataStore", `{"EventDataStore":"`+store2+`"}`)
	h.stores.pass(datastore.DeletionWait)
	second, next := page(`{"MaxResults":2,"NextToken":"` + token + `"}`)
	third, end := page(`{"MaxResults":2,"NextToken":"` + next + `"}`)
	if second != "three four " || third != "five " || end != "" {
		t.Errorf("the pages behind are %s, %s, %s", second, third, end)
	}
	if all, token := page(`{}`); all != "one three four five " || token != "" {
		t.Errorf("all are %s, %s", all, token)
	}
}

// TestEventDataStoreErrors: the exceptions on the wire.
func TestEventDataStoreErrors(t *testing.T) {
	h := newHouse(t)
	h.trail("CreateEventDataStore", `{"Name":"abc"}`)
	const unknown = "99999999-0000-4000-8000-000000000000"
	long := strings.Repeat("a", 129)
	for _, row := range []struct{ op, in, code, message string }{
		{"CreateEventDataStore", `{}`, "InvalidParameterException", "'name'"},
		{"CreateEventDataStore", `{"Name":"ab"}`, "InvalidParameterException", "'name'"},
		{"CreateEventDataStore", `{"Name":"` + long + `"}`, "InvalidParameterException", "'name'"},
		{"CreateEventDataStore", `{"Name":"a--b"}`, "InvalidParameterException", "adjacent"},
		{"CreateEventDataStore", `{"Name":"abc"}`, "EventDataStoreAlreadyExistsException", "abc already"},
		{"CreateEventDataStore", `{"Name":"new","RetentionPeriod":6}`, "InvalidParameterException", "retentionPeriod"},
		{"CreateEventDataStore", `{"Name":"new","BillingMode":"FIXED_RETENTION_PRICING","RetentionPeriod":2558}`, "InvalidParameterException", "7 to 2557"},
		{"CreateEventDataStore", `{"Name":"new","BillingMode":"X"}`, "InvalidParameterException", "billingMode"},
		{"CreateEventDataStore", `{"Name":"new","KmsKeyId":"a b"}`, "InvalidKmsKeyIdException", "kmsKeyId"},
		{"CreateEventDataStore", `{"Name":"new","KmsKeyId":"a"}`, "InvalidKmsKeyIdException", "not valid"},
		{"CreateEventDataStore", `{"Name":"new","TagsList":[{"Key":""}]}`, "InvalidTagParameterException", "tagsList.1.member.key"},
		{"CreateEventDataStore", `{"Name":"new","OrganizationEnabled":true}`, "OrganizationsNotInUseException", "organization"},
		{"CreateEventDataStore", `{"Name":"new","AdvancedEventSelectors":[{"FieldSelectors":[]}]}`, "InvalidEventSelectorsException", "fieldSelectors"},
		{"CreateEventDataStore", `{"Name":"new","AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["X"]}]}]}`, "InvalidEventSelectorsException", "not known"},
		{"UpdateEventDataStore", `{}`, "EventDataStoreARNInvalidException", "eventDataStore"},
		{"UpdateEventDataStore", `{"EventDataStore":"` + store1 + `","AdvancedEventSelectors":[]}`, "InvalidEventSelectorsException", "no event selectors"},
		{"UpdateEventDataStore", `{"EventDataStore":"` + store1 + `","BillingMode":"FIXED_RETENTION_PRICING"}`, "InvalidParameterException", "Create another"},
		{"UpdateEventDataStore", `{"EventDataStore":"` + unknown + `"}`, "EventDataStoreNotFoundException", unknown},
		{"GetEventDataStore", `{"EventDataStore":"x y z"}`, "EventDataStoreARNInvalidException", "eventDataStore"},
		{"GetEventDataStore", `{"EventDataStore":"abc"}`, "EventDataStoreARNInvalidException", "not valid"},
		{"GetEventDataStore", `{"EventDataStore":"` + unknown + `"}`, "EventDataStoreNotFoundException", unknown},
		{"DeleteEventDataStore", `{"EventDataStore":"` + store1 + `"}`, "EventDataStoreTerminationProtectedException", "termination protection"},
		{"RestoreEventDataStore", `{"EventDataStore":"` + store1 + `"}`, "InvalidEventDataStoreStatusException", "ENABLED"},
		{"StartEventDataStoreIngestion", `{"EventDataStore":"` + store1 + `"}`, "InvalidEventDataStoreStatusException", "STOPPED_INGESTION"},
		{"ListEventDataStores", `{"MaxResults":0}`, "InvalidMaxResultsException", "maxResults"},
		{"ListEventDataStores", `{"MaxResults":1001}`, "InvalidMaxResultsException", "maxResults"},
		{"ListEventDataStores", `{"NextToken":"xxxx"}`, "InvalidNextTokenException", "not issued"},
		{"ListEventDataStores", `{"NextToken":"x"}`, "InvalidNextTokenException", "nextToken"},
		{"PutEventConfiguration", `{}`, "InvalidParameterCombinationException", "Neither"},
		{"PutEventConfiguration", `{"TrailName":"abc","EventDataStore":"` + store1 + `"}`, "InvalidParameterCombinationException", "together"},
		{"PutEventConfiguration", `{"TrailName":"abc","MaxEventSize":"Large"}`, "UnsupportedOperationException", "trails"},
		{"PutEventConfiguration", `{"EventDataStore":"` + store1 + `","MaxEventSize":"Huge"}`, "InvalidParameterException", "maxEventSize"},
		{"PutEventConfiguration", `{"EventDataStore":"` + store1 + `","ContextKeySelectors":[{"Type":"TagContext","Equals":["a"]}]}`, "InvalidParameterCombinationException", "Large"},
		{"PutEventConfiguration", `{"EventDataStore":"` + store1 + `","ContextKeySelectors":[{"Type":"TagContext","Equals":[]}]}`, "InvalidParameterException", "contextKeySelectors.1.member.equals"},
		{"PutEventConfiguration", `{"EventDataStore":"` + store1 + `","AggregationConfigurations":[{"Templates":["API_ACTIVITY"],"EventCategory":"Data"}]}`, "InvalidParameterCombinationException", "trails"},
		{"GetEventConfiguration", `{"EventDataStore":"` + unknown + `"}`, "EventDataStoreNotFoundException", unknown},
		{"PutInsightSelectors", `{"EventDataStore":"` + store1 + `","InsightSelectors":[{"InsightType":"ApiCallRateInsight"}]}`, "InvalidParameterException", "InsightsDestination"},
		{"PutInsightSelectors", `{"EventDataStore":"!!","InsightSelectors":[]}`, "InvalidParameterException", "eventDataStore"},
		{"PutInsightSelectors", `{"EventDataStore":"` + unknown + `","InsightSelectors":[]}`, "InvalidParameterException", unknown},
		{"GetInsightSelectors", `{"EventDataStore":"` + store1 + `"}`, "InsightNotEnabledException", "does not have Insights"},
		{"AddTags", `{"ResourceId":"` + storeARN + unknown + `","TagsList":[{"Key":"a"}]}`, "EventDataStoreNotFoundException", unknown},
		{"AddTags", `{"ResourceId":"` + storeARN + `x","TagsList":[{"Key":"a"}]}`, "EventDataStoreARNInvalidException", "not valid"},
		{"ListTags", `{"ResourceIdList":["` + storeARN + unknown + `"]}`, "EventDataStoreNotFoundException", unknown},
	} {
		a := h.trail(row.op, row.in)
		if code, message := a.code(t); a.status != 400 || code != row.code || !strings.Contains(message, row.message) {
			t.Errorf("%s %s: got %d %s %q", row.op, row.in, a.status, code, message)
		}
	}
}

// TestEventDataStorePermissions: operations ask for the permission on the stores
// they name.
func TestEventDataStorePermissions(t *testing.T) {
	var asked []string
	h := newHouse(t, func(c *Config) {
		c.Allowed = func(_ identity.Caller, action, resource string) bool {
			asked = append(asked, action+" "+resource)
			return true
		}
	})
	const elsewhere = "arn:aws:cloudtrail:us-east-2:444455556666:eventdatastore/" + store1
	named := map[string]string{`{"EventDataStore":"` + store1 + `"}`: storeARN + store1, `{"EventDataStore":"` + elsewhere + `"}`: elsewhere}
	rows := []struct{ op, in, want string }{
		{"CreateEventDataStore", `{"Name":"abc"}`, storeARN + "*"},
		{"ListEventDataStores", `{}`, "*"},
		{"PutInsightSelectors", `{"EventDataStore":"` + store1 + `","InsightSelectors":[]}`, storeARN + store1},
		{"AddTags", `{"ResourceId":"` + elsewhere + `","TagsList":[]}`, elsewhere},
	}
	for _, op := range []string{"GetEventDataStore", "UpdateEventDataStore", "DeleteEventDataStore", "RestoreEventDataStore", "StartEventDataStoreIngestion",
		"StopEventDataStoreIngestion", "GetEventConfiguration", "PutEventConfiguration", "GetInsightSelectors"} {
		for in, want := range named {
			rows = append(rows, struct{ op, in, want string }{op, in, want})
		}
	}
	for _, row := range rows {
		asked = nil
		h.trail(row.op, row.in)
		if want := "cloudtrail:" + row.op + " " + row.want; len(asked) != 1 || asked[0] != want {
			t.Errorf("%s %s: asked %v, want %s", row.op, row.in, asked, want)
		}
	}
}

// TestNoEventDataStores: a server without stores does not support their
// operations, and says so of Insights and tags too.
func TestNoEventDataStores(t *testing.T) {
	h := newHouse(t, func(c *Config) { c.EventDataStores = nil })
	for _, row := range []struct{ op, in, code string }{
		{"CreateEventDataStore", `{"Name":"abc"}`, CodeUnsupportedOperation},
		{"GetInsightSelectors", `{"EventDataStore":"` + store1 + `"}`, CodeUnsupportedOperation},
		{"AddTags", `{"ResourceId":"` + storeARN + store1 + `","TagsList":[{"Key":"a"}]}`, datastore.CodeNotFound},
	} {
		if code, _ := h.trail(row.op, row.in).code(t); code != row.code {
			t.Errorf("%s: got %s", row.op, code)
		}
	}
}
