package api

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	cttypes "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"github.com/cairntrail/cairn/internal/identity"
)

// TestSDKEventDataStores takes a store through its life with the AWS SDK,
// signatures verified and policies evaluated.
func TestSDKEventDataStores(t *testing.T) {
	h := newHouse(t, realAuth)
	ctx, url := t.Context(), h.listen(t)
	client := trailClient(url, credentials(h.admin.AccessKeyID, h.admin.SecretAccessKey, ""))
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	created, err := client.CreateEventDataStore(ctx, &cloudtrail.CreateEventDataStoreInput{
		Name: aws.String("abc"), TagsList: []cttypes.Tag{{Key: aws.String("k"), Value: aws.String("v")}},
	})
	must(err)
	arn := created.EventDataStoreArn
	if created.Status != cttypes.EventDataStoreStatusCreated || *created.RetentionPeriod != 366 || !*created.MultiRegionEnabled || created.CreatedTimestamp == nil ||
		created.BillingMode != cttypes.BillingModeExtendableRetentionPricing || len(created.TagsList) != 1 || created.KmsKeyId != nil {
		t.Errorf("created %+v", created)
	}
	got, err := client.GetEventDataStore(ctx, &cloudtrail.GetEventDataStoreInput{EventDataStore: arn})
	must(err)
	if got.Status != cttypes.EventDataStoreStatusEnabled || got.FederationStatus != cttypes.FederationStatusDisabled || len(got.PartitionKeys) != 1 || !got.UpdatedTimestamp.After(*got.CreatedTimestamp) {
		t.Errorf("got %+v", got)
	}
	_, err = client.StartEventDataStoreIngestion(ctx, &cloudtrail.StartEventDataStoreIngestionInput{EventDataStore: arn})
	if _, ok := errors.AsType[*cttypes.InvalidEventDataStoreStatusException](err); !ok {
		t.Errorf("got %v", err)
	}
	_, err = client.DeleteEventDataStore(ctx, &cloudtrail.DeleteEventDataStoreInput{EventDataStore: arn})
	if _, ok := errors.AsType[*cttypes.EventDataStoreTerminationProtectedException](err); !ok {
		t.Errorf("got %v", err)
	}
	_, err = client.UpdateEventDataStore(ctx, &cloudtrail.UpdateEventDataStoreInput{EventDataStore: arn, TerminationProtectionEnabled: aws.Bool(false)})
	must(err)
	configured, err := client.PutEventConfiguration(ctx, &cloudtrail.PutEventConfigurationInput{EventDataStore: arn, MaxEventSize: cttypes.MaxEventSizeLarge,
		ContextKeySelectors: []cttypes.ContextKeySelector{{Type: cttypes.TypeTagContext, Equals: []string{"team"}}}})
	must(err)
	if configured.MaxEventSize != cttypes.MaxEventSizeLarge || len(configured.ContextKeySelectors) != 1 {
		t.Errorf("configured %+v", configured)
	}

	for _, name := range []string{"bcd", "cde"} {
		_, err = client.CreateEventDataStore(ctx, &cloudtrail.CreateEventDataStoreInput{Name: &name})
		must(err)
	}
	pages, names := cloudtrail.NewListEventDataStoresPaginator(client, &cloudtrail.ListEventDataStoresInput{MaxResults: aws.Int32(2)}), ""
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		must(err)
		for _, s := range page.EventDataStores {
			names += *s.Name + " "
		}
	}
	if names != "abc bcd cde " {
		t.Errorf("listed %s", names)
	}

	// A user who may look at one store, and change none.
	viewer := identity.Ref{AccountID: homeAccount, Type: identity.User, Name: "viewer"}
	_, err = h.directory.CreateUser(ctx, homeAccount, "viewer", "/")
	must(err)
	must(h.directory.AttachPolicy(ctx, viewer, "view", []byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"cloudtrail:Get*","Resource":"`+*arn+`"}]}`)))
	key, err := h.directory.CreateAccessKey(ctx, viewer)
	must(err)
	restricted := trailClient(url, credentials(key.AccessKeyID, key.SecretAccessKey, ""))
	_, err = restricted.GetEventDataStore(ctx, &cloudtrail.GetEventDataStoreInput{EventDataStore: aws.String((*arn)[len(storeARN):])})
	must(err)
	_, err = restricted.GetEventDataStore(ctx, &cloudtrail.GetEventDataStoreInput{EventDataStore: aws.String(store2)})
	wantCode(t, err, "AccessDeniedException")
	_, err = restricted.CreateEventDataStore(ctx, &cloudtrail.CreateEventDataStoreInput{Name: aws.String("mine")})
	wantCode(t, err, "AccessDeniedException")

	_, err = client.DeleteEventDataStore(ctx, &cloudtrail.DeleteEventDataStoreInput{EventDataStore: arn})
	must(err)
	_, err = client.UpdateEventDataStore(ctx, &cloudtrail.UpdateEventDataStoreInput{EventDataStore: arn})
	if _, ok := errors.AsType[*cttypes.InactiveEventDataStoreException](err); !ok {
		t.Errorf("got %v", err)
	}
	restored, err := client.RestoreEventDataStore(ctx, &cloudtrail.RestoreEventDataStoreInput{EventDataStore: arn})
	must(err)
	if restored.Status != cttypes.EventDataStoreStatusEnabled {
		t.Errorf("restored %+v", restored)
	}
}

// TestCLIEventDataStores runs the commands of the CloudTrail User Guide with the
// AWS CLI.
func TestCLIEventDataStores(t *testing.T) {
	h := newHouse(t, realAuth)
	const defaults = `[{"Name":"Default management events","FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]}]`
	runCLI(t, h, []cliRow{
		{"create-event-data-store --name my-store --no-start-ingestion --query [Status,RetentionPeriod,BillingMode,MultiRegionEnabled,OrganizationEnabled,TerminationProtectionEnabled,AdvancedEventSelectors]",
			`["CREATED",366,"EXTENDABLE_RETENTION_PRICING",true,false,true,` + defaults + `]`},
		{"get-event-data-store --event-data-store " + store1 + " --query [EventDataStoreArn,Status,FederationStatus]", `["` + storeARN + store1 + `","STOPPED_INGESTION","DISABLED"]`},
		{"start-event-data-store-ingestion --event-data-store " + storeARN + store1, ""},
		{"stop-event-data-store-ingestion --event-data-store " + store1, ""},
		{"stop-event-data-store-ingestion --event-data-store " + store1, "InvalidEventDataStoreStatusException) when calling the StopEventDataStoreIngestion operation"},
		{"create-event-data-store --name config-items-eds --advanced-event-selectors " +
			`[{"Name":"Items","FieldSelectors":[{"Field":"eventCategory","Equals":["ConfigurationItem"]}]}] --query [Status,MultiRegionEnabled]`, `["CREATED",true]`},
		{"create-event-data-store --name insights --advanced-event-selectors " +
			`[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Insight"]}]}] --query Name`, `"insights"`},
		{"put-insight-selectors --event-data-store " + store1 + " --insights-destination " + store3 + ` --insight-selectors [{"InsightType":"ApiCallRateInsight"}]`,
			`{"EventDataStoreArn":"` + storeARN + store1 + `","InsightsDestination":"` + storeARN + store3 + `","InsightSelectors":[{"InsightType":"ApiCallRateInsight"}]}`},
		{"update-event-data-store --event-data-store " + storeARN + store1 + " --billing-mode FIXED_RETENTION_PRICING", "InvalidParameterException) when calling the UpdateEventDataStore operation"},
		{"update-event-data-store --event-data-store " + storeARN + store1 + " --retention-period 100 --kms-key-id alias/a --no-termination-protection-enabled --query [RetentionPeriod,KmsKeyId,TerminationProtectionEnabled]",
			`[100,"arn:aws:kms:eu-west-1:111122223333:alias/a",false]`},
		{"put-event-configuration --event-data-store " + store1 + ` --max-event-size Large --context-key-selectors [{"Type":"RequestContext","Equals":["aws:MultiFactorAuthAge"]}]`,
			`{"EventDataStoreArn":"` + storeARN + store1 + `","MaxEventSize":"Large","ContextKeySelectors":[{"Type":"RequestContext","Equals":["aws:MultiFactorAuthAge"]}]}`},
		{"put-event-configuration --event-data-store " + store1 + " --max-event-size Standard --context-key-selectors []", `{"EventDataStoreArn":"` + storeARN + store1 + `","MaxEventSize":"Standard","ContextKeySelectors":[]}`},
		{"get-event-configuration --event-data-store " + store1, `{"EventDataStoreArn":"` + storeARN + store1 + `","MaxEventSize":"Standard","ContextKeySelectors":[]}`},
		{"list-event-data-stores --max-results 2 --query EventDataStores[].Name", `["my-store","config-items-eds"]`},
		{"add-tags --resource-id " + storeARN + store1 + " --tags-list Key=stage,Value=prod", ""},
		{"list-tags --resource-id-list " + storeARN + store1, `{"ResourceTagList":[{"ResourceId":"` + storeARN + store1 + `","TagsList":[{"Key":"stage","Value":"prod"}]}]}`},
		{"delete-event-data-store --event-data-store " + store1, ""},
		{"list-tags --resource-id-list " + storeARN + store1, "InactiveEventDataStoreException) when calling the ListTags operation"},
		{"restore-event-data-store --event-data-store " + store1 + " --query Status", `"STOPPED_INGESTION"`},
	})
}
