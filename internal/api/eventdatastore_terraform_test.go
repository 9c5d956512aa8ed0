package api

import (
	"testing"

	"github.com/cairntrail/cairn/internal/lake/datastore"
)

// The configurations of TestTerraformEventDataStores: every argument of
// aws_cloudtrail_event_data_store, then each of them changed, or taken away.
// KMS keys and names are left alone: another one makes another store.
const (
	terraformStores = `
resource "aws_cloudtrail_event_data_store" "minimal" {
  name                           = "minimal"
  termination_protection_enabled = false
}
resource "aws_cloudtrail_event_data_store" "full" {
  name                           = "full"
  billing_mode                   = "FIXED_RETENTION_PRICING"
  kms_key_id                     = "arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789012"
  multi_region_enabled           = false
  organization_enabled           = false
  retention_period               = 90
  suspend                        = true
  termination_protection_enabled = false
  tags                           = { Owner = "Mary", Team = "a b" }
  advanced_event_selector {
    name = "all but KMS"
    field_selector {
      field  = "eventCategory"
      equals = ["Management"]
    }
    field_selector {
      field      = "eventSource"
      not_equals = ["kms.amazonaws.com"]
    }
  }
  advanced_event_selector {
    field_selector {
      field  = "eventCategory"
      equals = ["Data"]
    }
    field_selector {
      field  = "resources.type"
      equals = ["AWS::S3::Object"]
    }
    field_selector {
      field           = "resources.ARN"
      starts_with     = ["arn:aws:s3:::one/", "arn:aws:s3:::two/"]
      not_starts_with = ["arn:aws:s3:::one/x"]
      not_ends_with   = [".tmp"]
    }
    field_selector {
      field     = "eventName"
      ends_with = ["Object"]
    }
  }
}
resource "aws_cloudtrail_event_data_store" "items" {
  name                           = "items"
  termination_protection_enabled = false
  advanced_event_selector {
    field_selector {
      field  = "eventCategory"
      equals = ["ConfigurationItem"]
    }
  }
}
`
	terraformStoresChanged = `
resource "aws_cloudtrail_event_data_store" "minimal" {
  name                           = "minimal"
  multi_region_enabled           = false
  retention_period               = 7
  termination_protection_enabled = true
  tags                           = { New = "x" }
  advanced_event_selector {
    name = "writes"
    field_selector {
      field  = "eventCategory"
      equals = ["Management"]
    }
    field_selector {
      field  = "readOnly"
      equals = ["false"]
    }
  }
}
resource "aws_cloudtrail_event_data_store" "full" {
  name                           = "full"
  kms_key_id                     = "arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789012"
  multi_region_enabled           = false
  retention_period               = 90
  billing_mode                   = "FIXED_RETENTION_PRICING"
  suspend                        = false
  termination_protection_enabled = false
  tags                           = { Owner = "Bob" }
}
resource "aws_cloudtrail_event_data_store" "items" {
  name                           = "items"
  billing_mode                   = "EXTENDABLE_RETENTION_PRICING"
  termination_protection_enabled = false
}
`
	terraformStoresUnprotected = `
resource "aws_cloudtrail_event_data_store" "minimal" {
  name                           = "minimal"
  termination_protection_enabled = false
}
import {
  to = aws_cloudtrail_event_data_store.minimal
  id = "`
)

// TestTerraformEventDataStores takes aws_cloudtrail_event_data_store through apply,
// plan, update, import and destroy. A plan right after an apply must have no
// changes.
func TestTerraformEventDataStores(t *testing.T) {
	h := newHouse(t, realAuth)
	tf := newTerraform(t, h)
	tf.write(t, "stores.tf", terraformStores)
	tf.run(t, "apply", "-auto-approve")
	tf.settled(t, "after the first apply")
	tf.write(t, "stores.tf", terraformStoresChanged)
	tf.run(t, "apply", "-auto-approve", "-refresh=false")
	tf.settled(t, "after the second apply")

	all, err := h.stores.svc.ListEventDataStores(t.Context(), datastore.Caller{AccountID: homeAccount, Region: "eu-west-1"})
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]datastore.Store{}
	for _, d := range all {
		byName[d.Name] = d
	}
	minimal := byName["minimal"]
	if d := byName["full"]; len(all) != 3 || d.Status != datastore.Enabled || d.Tags[0].Value != "Bob" || len(d.Now().Selectors) != 2 ||
		minimal.RetentionPeriod != 7 || !minimal.TerminationProtection || minimal.Now().MultiRegion {
		t.Errorf("after the second apply there are %+v", all)
	}

	tf.run(t, "state", "rm", "aws_cloudtrail_event_data_store.minimal")
	tf.write(t, "stores.tf", terraformStoresUnprotected+minimal.ARN+"\"\n}\n")
	tf.run(t, "apply", "-auto-approve")
	tf.settled(t, "after the import")
	tf.run(t, "destroy", "-auto-approve", "-refresh=false")
	all, err = h.stores.svc.ListEventDataStores(t.Context(), datastore.Caller{AccountID: homeAccount, Region: "eu-west-1"})
	for _, d := range all {
		if d.Status != datastore.PendingDeletion {
			t.Errorf("left is %+v", d)
		}
	}
	if err != nil || len(all) != 3 {
		t.Errorf("there are %v, %v", all, err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, call := range h.calls {
		if call.ErrorCode != "" {
			t.Errorf("%s was refused: %s %s", call.EventName, call.ErrorCode, call.ErrorMessage)
		}
	}
}
