package trail

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/cairntrail/cairn/internal/naming"
	"github.com/cairntrail/cairn/internal/selector"
)

func parsed(t *testing.T, text string) selector.Selectors {
	t.Helper()
	s, err := selector.Parse([]byte(text))
	check(t, err)
	return s
}

func TestEventSelectors(t *testing.T) {
	w := newWorld(t)
	arn := w.make(t, ireland, "abc").ARN
	for _, row := range []struct {
		put    string
		custom bool
	}{
		{`[{"ReadWriteType":"WriteOnly","ExcludeManagementEventSources":["kms.amazonaws.com"]}]`, true},
		{`[{"Name":"all","FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]}]`, true},
		{`[{"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::"]}]}]`, true},
		{`[{"IncludeManagementEvents":false,"DataResources":[{"Type":"AWS::Lambda::Function","Values":["arn:aws:lambda"]}]}]`, true},
		{`[{}]`, false},
	} {
		put := parsed(t, row.put)
		got, err := w.PutEventSelectors(t.Context(), ireland, arn, put)
		check(t, err)
		read, err := w.GetEventSelectors(t.Context(), ireland, "abc")
		check(t, err)
		if !reflect.DeepEqual(got.Selectors(), put) || !reflect.DeepEqual(read.Selectors(), put) || read.HasCustomEventSelectors() != row.custom {
			t.Errorf("%s: answered %+v, read %+v, custom %v", row.put, got.Selectors(), read.Selectors(), read.HasCustomEventSelectors())
		}
	}
	for _, row := range []struct{ put, message string }{
		{`[]`, "no event selectors"},
		{`{"EventSelectors":[{}],"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]}]}`, "Both"},
		{`[{"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::*"]}]}]`, "Value arn:aws:s3:::* for DataResources.Values is invalid."},
		{`[{},{},{},{},{},{}]`, "at most 5"},
		{`[{"ReadWriteType":"read-only"}]`, "read-only"},
	} {
		_, err := w.PutEventSelectors(t.Context(), ireland, "abc", parsed(t, row.put))
		wantError(t, row.put, err, CodeInvalidEventSelectors, row.message)
	}
	if got := w.stored(t, arn); got.HasCustomEventSelectors() {
		t.Errorf("refused selectors were kept: %+v", got)
	}
}

func TestInsightSelectors(t *testing.T) {
	const (
		all    = `[{}]`
		reads  = `[{"ReadWriteType":"ReadOnly"}]`
		writes = `[{"ReadWriteType":"WriteOnly"}]`
		data   = `[{"IncludeManagementEvents":false,"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::"]}]}]`
		fields = `[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},{"Field":"readOnly","Equals":["true"]}]}]`
	)
	calls, errs := selector.InsightSelector{InsightType: selector.APICallRate}, selector.InsightSelector{InsightType: selector.APIErrorRate}
	of := func(in selector.InsightSelector, categories ...string) selector.InsightSelector {
		in.EventCategories = categories
		return in
	}
	for _, row := range []struct {
		selectors string
		put       []selector.InsightSelector
		refused   string
	}{
		{all, []selector.InsightSelector{calls, errs}, ""},
		{all, []selector.InsightSelector{of(errs, "Management"), calls}, ""},
		{writes, []selector.InsightSelector{calls, errs}, ""},
		{reads, []selector.InsightSelector{errs}, ""},
		{reads, []selector.InsightSelector{calls}, "logs write management events"},
		{fields, []selector.InsightSelector{errs}, ""},
		{fields, []selector.InsightSelector{calls}, "logs write management events"},
		{data, []selector.InsightSelector{errs}, "read or write"},
		{data, []selector.InsightSelector{of(calls, "Data"), of(errs, "Data")}, ""},
		{data, []selector.InsightSelector{of(calls, "Data", "Management")}, "logs write management events"},
		{all, []selector.InsightSelector{of(calls, "Data")}, "logs data events"},
		{all, []selector.InsightSelector{of(calls, "Insight")}, "not known"},
		{all, []selector.InsightSelector{calls, calls}, "twice"},
		{all, []selector.InsightSelector{{InsightType: "X"}}, "not known"},
	} {
		w := newWorld(t)
		w.make(t, ireland, "abc")
		_, err := w.PutEventSelectors(t.Context(), ireland, "abc", parsed(t, row.selectors))
		check(t, err)
		_, err = w.GetInsightSelectors(t.Context(), ireland, "abc")
		wantError(t, "before", err, CodeInsightNotEnabled,
			"Trail arn:aws:cloudtrail:eu-west-1:111122223333:trail/abc does not have Insights enabled. Edit the trail settings to enable Insights, and then try the operation again.")
		_, err = w.PutInsightSelectors(t.Context(), ireland, "abc", row.put)
		if row.refused != "" {
			wantError(t, fmt.Sprint(row.selectors, row.put), err, CodeInvalidInsightSelectors, row.refused)
			continue
		}
		check(t, err)
		got, err := w.GetInsightSelectors(t.Context(), ireland, "abc")
		if err != nil || !reflect.DeepEqual(got.InsightSelectors, row.put) {
			t.Errorf("%v: got %v, %v", row.put, got.InsightSelectors, err)
		}
		_, err = w.PutInsightSelectors(t.Context(), ireland, "abc", nil)
		check(t, err)
		_, err = w.GetInsightSelectors(t.Context(), ireland, "abc")
		wantError(t, "after", err, CodeInsightNotEnabled, "")
	}
}

func TestTags(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	arn := w.make(t, ireland, "abc", func(in *CreateTrailInput) {
		in.Tags = []Tag{{Key: "Group", Value: "Marketing"}, {Key: "Empty", Value: ""}}
	}).ARN
	list := func() []Tag {
		t.Helper()
		got, err := w.ListTags(ctx, ireland, []string{arn})
		check(t, err)
		if len(got) != 1 || got[0].ARN != arn {
			t.Fatalf("got %v", got)
		}
		return got[0].Tags
	}
	check(t, w.AddTags(ctx, ireland, arn, []Tag{{Key: "Owner", Value: "Mary"}, {Key: "Group", Value: "Sales"}}))
	if got := list(); !slices.Equal(got, []Tag{{Key: "Group", Value: "Sales"}, {Key: "Empty", Value: ""}, {Key: "Owner", Value: "Mary"}}) {
		t.Errorf("got %v", got)
	}
	check(t, w.RemoveTags(ctx, ireland, arn, []Tag{{Key: "Group"}, {Key: "Owner", Value: "of another value"}, {Key: "none"}}))
	if got := list(); !slices.Equal(got, []Tag{{Key: "Empty", Value: ""}}) {
		t.Errorf("got %v", got)
	}
	var many []Tag
	for i := range naming.MaxTags - 1 {
		many = append(many, Tag{Key: fmt.Sprint("k", i), Value: "v"})
	}
	check(t, w.AddTags(ctx, ireland, arn, many))
	check(t, w.AddTags(ctx, ireland, arn, []Tag{{Key: "k0", Value: "new"}}))
	for _, row := range []struct {
		what          string
		tags          []Tag
		code, message string
	}{
		{"the 51st", []Tag{{Key: "more", Value: ""}}, CodeTagsLimitExceeded, "51"},
		{"reserved", []Tag{{Key: "AWS:x", Value: ""}}, CodeInvalidTag, "reserved"},
		{"empty key", []Tag{{Key: "", Value: "x"}}, CodeInvalidTag, "1 to 128"},
		{"long key", []Tag{{Key: strings.Repeat("k", 129), Value: ""}}, CodeInvalidTag, "1 to 128"},
		{"long value", []Tag{{Key: "k", Value: strings.Repeat("v", 257)}}, CodeInvalidTag, "256"},
		{"bad letters", []Tag{{Key: "k!", Value: ""}}, CodeInvalidTag, "characters"},
		{"twice", []Tag{{Key: "k0", Value: "1"}, {Key: "k0", Value: "2"}}, CodeInvalidTag, "twice"},
	} {
		wantError(t, row.what, w.AddTags(ctx, ireland, arn, row.tags), row.code, row.message)
	}
	if got := list(); len(got) != naming.MaxTags || got[1] != (Tag{Key: "k0", Value: "new"}) {
		t.Errorf("got %v", got)
	}
	for _, row := range []struct {
		what          string
		c             Caller
		arn           string
		code, message string
	}{
		{"a name", ireland, "abc", CodeARNInvalid, ""},
		{"another service", ireland, "arn:aws:s3:::bucket", CodeARNInvalid, ""},
		{"another Region", ohio, arn, CodeARNInvalid, "Region in ARN is wrong, you can only access resources in region us-east-2."},
		{"another account", foreign, arn, CodeResourceNotFound, ""},
		{"no trail", ireland, arn + "d", CodeResourceNotFound, "trail/abcd"},
		{"event data store", ireland, "arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/x", CodeEventDataStoreNotFound, ""},
		{"channel", ireland, "arn:aws:cloudtrail:eu-west-1:111122223333:channel/x", CodeChannelNotFound, ""},
		{"something else", ireland, "arn:aws:cloudtrail:eu-west-1:111122223333:query/x", CodeResourceTypeNotSupported, ""},
	} {
		wantError(t, "add to "+row.what, w.AddTags(ctx, row.c, row.arn, []Tag{{Key: "k", Value: ""}}), row.code, row.message)
		wantError(t, "remove from "+row.what, w.RemoveTags(ctx, row.c, row.arn, []Tag{{Key: "k", Value: ""}}), row.code, row.message)
		_, err := w.ListTags(ctx, row.c, []string{row.arn})
		wantError(t, "list of "+row.what, err, row.code, row.message)
	}
	_, err := w.ListTags(ctx, ireland, slices.Repeat([]string{arn}, 21))
	wantError(t, "21 resources", err, CodeInvalidParameter, "20")
	_, err = w.ListTags(ctx, ireland, nil)
	wantError(t, "no resources", err, CodeInvalidParameter, "")
}
