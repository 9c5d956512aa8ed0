package api

import (
	"bufio"
	"bytes"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// terraformProvider is the version of hashicorp/aws that the test is for. It is
// in test machines' plugin folders; nothing is downloaded.
const terraformProvider = "registry.terraform.io/hashicorp/aws/5.100.0"

// findProvider finds the program of the provider.
func findProvider(t *testing.T) string {
	t.Helper()
	home, _ := os.UserHomeDir()
	for _, place := range []string{
		os.Getenv("CAIRN_TERRAFORM_PLUGINS"), os.Getenv("TF_PLUGIN_CACHE_DIR"), filepath.Join(home, ".terraform.d", "plugins"),
		"/usr/share/terraform/plugins", "/usr/local/share/terraform/plugins", "/opt/*",
	} {
		if place == "" {
			continue
		}
		pattern := filepath.Join(place, terraformProvider, runtime.GOOS+"_"+runtime.GOARCH, "terraform-provider-aws*")
		if found, _ := filepath.Glob(pattern); len(found) > 0 {
			return found[0]
		}
	}
	t.Skipf("no folder of Terraform plugins has %s: name one in CAIRN_TERRAFORM_PLUGINS", terraformProvider)
	return ""
}

// startProvider runs the provider for as long as the test does, and returns what
// Terraform finds it by. It takes seconds to load, and each command of Terraform
// would load it several times.
func startProvider(t *testing.T) (reattach string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), findProvider(t), "-debug")
	cmd.Env = terraformEnv()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	const name = "TF_REATTACH_PROVIDERS="
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, value, found := strings.Cut(lines.Text(), name); found {
			reattach = name + strings.Trim(value, "'")
			break
		}
	}
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		_, _ = io.Copy(io.Discard, out) // A full pipe would stop the provider.
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-drained
		_ = cmd.Wait() // It was killed.
	})
	if reattach == "" {
		t.Fatal("the provider did not say where it listens")
	}
	return reattach
}

// terraformEnv is the environment without what it says to AWS clients and to
// Terraform: only the test's own server counts.
func terraformEnv() []string {
	env := slices.DeleteFunc(os.Environ(), func(s string) bool {
		return strings.HasPrefix(s, "AWS_") || strings.HasPrefix(s, "TF_")
	})
	return append(env, "TF_CLI_CONFIG_FILE="+os.DevNull, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_INPUT=0", "TF_CLI_ARGS=-no-color",
		"AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull, "AWS_EC2_METADATA_DISABLED=true")
}

// terraform is a working folder of Terraform.
type terraform struct {
	program, dir string
	env          []string
}

func newTerraform(t *testing.T, h *house) *terraform {
	t.Helper()
	if testing.Short() {
		t.Skip("Terraform takes a minute")
	}
	program, err := exec.LookPath("terraform")
	if err != nil {
		t.Skip("no Terraform on this machine")
	}
	tf := &terraform{program: program, dir: t.TempDir()}
	tf.write(t, "provider.tf", `terraform {
  required_providers { aws = { source = "hashicorp/aws", version = "5.100.0" } }
}
provider "aws" {
  region     = "eu-west-1"
  access_key = "`+h.admin.AccessKeyID+`"
  secret_key = "`+h.admin.SecretAccessKey+`"
  endpoints {
    cloudtrail = "`+h.listen(t)+`"
    sts        = "`+h.listen(t)+`"
  }
}`)
	tf.env = append(terraformEnv(), startProvider(t))
	tf.run(t, "init")
	return tf
}

func (tf *terraform) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(tf.dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (tf *terraform) try(t *testing.T, args ...string) (string, error) {
	cmd := exec.CommandContext(t.Context(), tf.program, args...)
	cmd.Dir, cmd.Env = tf.dir, tf.env
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.String(), err
}

func (tf *terraform) run(t *testing.T, args ...string) string {
	t.Helper()
	out, err := tf.try(t, args...)
	if err != nil {
		t.Fatalf("terraform %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// settled fails if a plan has changes: exit code 2.
func (tf *terraform) settled(t *testing.T, what string) {
	t.Helper()
	if out, err := tf.try(t, "plan", "-detailed-exitcode"); err != nil {
		t.Fatalf("%s: the plan does not settle: %v\n%s", what, err, out)
	}
}

// The configurations of TestTerraform: every argument of aws_cloudtrail, then
// each of them changed, or taken away.
const (
	terraformFirst = `
resource "aws_cloudtrail" "full" {
  name                          = "full"
  s3_bucket_name                = "bucket"
  s3_key_prefix                 = "prefix"
  sns_topic_name                = "topic"
  include_global_service_events = true
  is_multi_region_trail         = true
  is_organization_trail         = false
  enable_logging                = true
  enable_log_file_validation    = true
  kms_key_id                    = "arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789012"
  cloud_watch_logs_group_arn    = "arn:aws:logs:eu-west-1:111122223333:log-group:group:*"
  cloud_watch_logs_role_arn     = "arn:aws:iam::111122223333:role/role"
  event_selector {
    read_write_type                  = "WriteOnly"
    include_management_events        = true
    exclude_management_event_sources = ["kms.amazonaws.com", "rdsdata.amazonaws.com"]
    data_resource {
      type   = "AWS::S3::Object"
      values = ["arn:aws:s3:::one/", "arn:aws:s3:::two/prefix"]
    }
    data_resource {
      type   = "AWS::Lambda::Function"
      values = ["arn:aws:lambda"]
    }
  }
  event_selector {
    include_management_events = false
    data_resource {
      type   = "AWS::DynamoDB::Table"
      values = ["arn:aws:dynamodb"]
    }
  }
  insight_selector { insight_type = "ApiCallRateInsight" }
  insight_selector { insight_type = "ApiErrorRateInsight" }
  tags = { Owner = "Mary", Team = "a b" }
}
resource "aws_cloudtrail" "minimal" {
  name           = "minimal"
  s3_bucket_name = "bucket"
}
resource "aws_cloudtrail" "advanced" {
  name           = "advanced"
  s3_bucket_name = "bucket"
  sns_topic_name = "arn:aws:sns:us-east-2:444455556666:topic"
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
resource "aws_cloudtrail" "spelled" {
  name                          = "spelled"
  s3_bucket_name                = "bucket"
  enable_logging                = false
  include_global_service_events = false
  event_selector {
    read_write_type           = "All"
    include_management_events = true
  }
}
`
	terraformSecond = `
resource "aws_cloudtrail" "full" {
  name                          = "full"
  s3_bucket_name                = "another"
  include_global_service_events = false
  is_multi_region_trail         = false
  enable_logging                = false
  tags = { Owner = "Bob" }
}
resource "aws_cloudtrail" "minimal" {
  name                       = "minimal"
  s3_bucket_name             = "bucket"
  s3_key_prefix              = "p"
  sns_topic_name             = "topic"
  is_multi_region_trail      = true
  enable_log_file_validation = true
  kms_key_id                 = "arn:aws:kms:eu-west-1:111122223333:alias/key"
  cloud_watch_logs_group_arn = "arn:aws:logs:eu-west-1:111122223333:log-group:group:*"
  cloud_watch_logs_role_arn  = "arn:aws:iam::111122223333:role/role"
  insight_selector { insight_type = "ApiErrorRateInsight" }
  tags = { New = "x" }
}
resource "aws_cloudtrail" "advanced" {
  name           = "advanced"
  s3_bucket_name = "bucket"
  advanced_event_selector {
    field_selector {
      field  = "eventCategory"
      equals = ["NetworkActivity"]
    }
    field_selector {
      field  = "eventSource"
      equals = ["kms.amazonaws.com"]
    }
  }
}
resource "aws_cloudtrail" "spelled" {
  name           = "spelled"
  s3_bucket_name = "bucket"
  event_selector {
    read_write_type           = "ReadOnly"
    include_management_events = true
  }
}
`

	// terraformImports takes trails that are there into the state.
	terraformImports = `
import {
  to = aws_cloudtrail.full
  id = "` + trailARN + `full"
}
import {
  to = aws_cloudtrail.advanced
  id = "` + trailARN + `advanced"
}
`
)

// TestTerraform takes aws_cloudtrail through apply, plan, update, import and
// destroy. A plan right after an apply must have no changes.
func TestTerraform(t *testing.T) {
	h := newHouse(t, realAuth)
	tf := newTerraform(t, h)
	tf.write(t, "trails.tf", terraformFirst)
	tf.run(t, "apply", "-auto-approve")
	tf.settled(t, "after the first apply")
	tf.write(t, "trails.tf", terraformSecond)
	tf.run(t, "apply", "-auto-approve", "-refresh=false")
	tf.settled(t, "after the second apply")
	tf.run(t, "state", "rm", "aws_cloudtrail.full", "aws_cloudtrail.advanced")
	// Whatever the second configuration took away, the first one puts back.
	tf.write(t, "trails.tf", terraformFirst+terraformImports)
	tf.run(t, "apply", "-auto-approve", "-refresh=false")
	tf.settled(t, "after the import")
	tf.run(t, "destroy", "-auto-approve", "-refresh=false")
	if left, err := h.around.trails.List(t.Context(), ""); err != nil || len(left) != 0 {
		t.Errorf("left are %v, %v", left, err)
	}

	// Besides CloudTrail, the provider asks for the account only.
	others := map[string]int{}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, call := range h.calls {
		if call.EventSource != "cloudtrail.amazonaws.com" {
			others[call.EventSource+" "+call.EventName]++
		}
		if call.ErrorCode != "" {
			t.Errorf("%s was refused: %s %s", call.EventName, call.ErrorCode, call.ErrorMessage)
		}
	}
	if got := slices.Sorted(maps.Keys(others)); !slices.Equal(got, []string{"sts.amazonaws.com GetCallerIdentity"}) {
		t.Errorf("besides CloudTrail, Terraform called %v", others)
	}
}
