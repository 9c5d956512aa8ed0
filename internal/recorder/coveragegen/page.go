package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/recorder/replay"
	"github.com/cairntrail/cairn/internal/recorder/style"
)

// replayed is a row of replay.json.
type replayed struct {
	Records, Exact int
	Reasons        []string
}

// service is a line of the table.
type service struct {
	name, source, protocol                        string
	operations, exact, partly, rule, tried, heads int
}

// generate makes the page from the folder of test data.
func generate(dir string) ([]byte, error) {
	raw, err := os.ReadFile(filepath.Join(dir, "replay.json"))
	if err != nil {
		return nil, err
	}
	var table map[string]replayed
	if err := json.Unmarshal(raw, &table); err != nil {
		return nil, err
	}
	golden, err := goldens(filepath.Join(dir, "golden.ndjson"))
	if err != nil {
		return nil, err
	}
	tried, err := moto(filepath.Join(dir, "moto.json"))
	if err != nil {
		return nil, err
	}
	catalogue, err := awsmodel.Open()
	if err != nil {
		return nil, err
	}
	var page bytes.Buffer
	head(&page, table, golden)
	services(&page, catalogue, table, golden, tried)
	differences(&page, table)
	replays(&page, table)
	return page.Bytes(), nil
}

// moto reads the operations that were tried with moto, by service.
func moto(file string) (map[string]map[string]bool, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var lists map[string][]string
	if err := json.Unmarshal(raw, &lists); err != nil {
		return nil, err
	}
	out := make(map[string]map[string]bool)
	for service, names := range lists {
		out[service] = make(map[string]bool)
		for _, name := range names {
			out[service][name] = true
		}
	}
	return out, nil
}

// goldens lists the calls of the examples.
func goldens(file string) ([]string, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var out []string
	for line := range bytes.Lines(raw) {
		var g struct {
			Record struct{ EventSource, EventName string }
		}
		if err := json.Unmarshal(line, &g); err != nil {
			return nil, err
		}
		out = append(out, g.Record.EventSource+" "+g.Record.EventName)
	}
	return out, nil
}

const introduction = `# Coverage

How faithfully the recording gateway writes the calls of each service. This page
is generated: ` + "`make generate`" + `.

- **Exact**: a real record of the operation, or the example of the service's own
  page, was turned back into its call, sent through the gateway to an upstream
  that answers as the record says, and every compared member came out equal:
  eventSource, eventName, errorCode, requestParameters, responseElements,
  resources, readOnly, managementEvent (` + "`go test -run 'Golden|Replay' ./internal/recorder`" + `).
- **Partly**: the same, with records that differ; see [Differences](#differences).
- **Tried**: by rule, as below; besides, a real client called the operation through the
  gateway at moto, and the record had everything that the client had passed, the
  error and the request id that it got, and no secret (` + "`make moto`" + `).
- **By rule**: names, parameters, elements, errors and resources are written by the
  service's public model and the rules that hold for its kin
  (` + "`internal/recorder/style`" + `). No record of the operation was at hand to compare.
- **Head only**: the operation's body is an event stream, which is forwarded and not
  read. The record has the parameters of path, query and headers.

The real records were at hand while the rules were written: their share says that
the rules hold them, and not how well an operation fares whose records nobody has
compared yet.

An operation that no model has is recorded with its names, caller, times and
error; ` + "`additionalEventData.recorder.missing`" + ` says what could not be told.

`

func head(page *bytes.Buffer, table map[string]replayed, golden []string) {
	records, exact := 0, 0
	for _, r := range table {
		records, exact = records+r.Records, exact+r.Exact
	}
	page.WriteString(introduction)
	fmt.Fprintf(page, "Of %d real records, of %d operations, %d are reproduced exactly (%.1f %%); so are the %d examples of the service pages.\n\n",
		records, len(table), exact, 100*float64(exact)/float64(records), len(golden))
}

// services writes the table of all services.
func services(page *bytes.Buffer, catalogue *awsmodel.Catalogue, table map[string]replayed, golden []string, tried map[string]map[string]bool) {
	operations := replay.NewOperations(catalogue)
	seen := make(map[*awsmodel.Operation]replayed)
	for key, r := range table {
		if op := find(operations, key); op != nil {
			seen[op] = r
		}
	}
	for _, key := range golden {
		if op := find(operations, key); op != nil {
			r := seen[op]
			seen[op] = replayed{Records: r.Records + 1, Exact: r.Exact + 1}
		}
	}
	var total service
	var lines []service
	for _, s := range catalogue.Services() {
		line := service{name: s.Name, source: strings.TrimSuffix(style.Source(&awsmodel.Call{Service: s, ServiceName: s.Name}), ".amazonaws.com"), protocol: string(s.Protocols[0])}
		for _, op := range s.Operations() {
			line.add(op, seen, tried[s.Name][op.Name])
		}
		lines = append(lines, line)
		total.operations, total.exact, total.partly = total.operations+line.operations, total.exact+line.exact, total.partly+line.partly
		total.rule, total.tried, total.heads = total.rule+line.rule, total.tried+line.tried, total.heads+line.heads
	}
	fmt.Fprintf(page, "%d services, %d operations: %d exact, %d partly, %d by rule and tried with moto, %d by rule, %d head only.\n\n", len(lines), total.operations, total.exact, total.partly, total.tried, total.rule, total.heads)
	page.WriteString("| service | eventSource | protocol | operations | exact | partly | tried | by rule | head only |\n|---|---|---|---:|---:|---:|---:|---:|---:|\n")
	for _, l := range lines {
		fmt.Fprintf(page, "| %s | %s | %s | %d | %s | %s | %s | %s | %s |\n", l.name, l.source, l.protocol, l.operations, count(l.exact), count(l.partly), count(l.tried), count(l.rule), count(l.heads))
	}
}

func find(operations *replay.Operations, key string) *awsmodel.Operation {
	source, name, _ := strings.Cut(key, " ")
	call, err := operations.Find(source, name, "")
	if err != nil {
		return nil
	}
	return call.Operation
}

// add counts an operation.
func (l *service) add(op *awsmodel.Operation, seen map[*awsmodel.Operation]replayed, tried bool) {
	l.operations++
	switch r, ok := seen[op]; {
	case ok && r.Exact == r.Records:
		l.exact++
	case ok:
		l.partly++
	case streams(op.Input):
		l.heads++
	case tried:
		l.tried++
	default:
		l.rule++
	}
}

func streams(s *awsmodel.Shape) bool {
	return s != nil && s.Payload != nil && s.Payload.Shape.EventStream
}

func count(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// why explains the differences that replaying found.
var why = map[string]string{
	"health.amazonaws.com DescribeEventAggregates":         "The service itself writes times in two ways, with and without a comma behind the year, within the same minute and for the same callers: two generations of it were running. Cairn writes the one without.",
	"rds.amazonaws.com DescribeRecommendationGroups":       "An operation of the console that no public model has.",
	"rds.amazonaws.com DescribeRecommendations":            "An operation of the console that no public model has.",
	"s3.amazonaws.com GetStorageLensDashboardDataInternal": "An operation of the console that no public model has.",
	"ssm.amazonaws.com UpdateInstanceAssociationStatus":    "An operation of the SSM agent that no public model has.",
	"ssm.amazonaws.com UpdateInstanceInformation":          "An operation of the SSM agent that no public model has.",
}

func differences(page *bytes.Buffer, table map[string]replayed) {
	page.WriteString("\n## Differences\n\n| operation | records | exact | why |\n|---|---:|---:|---|\n")
	for _, key := range slices.Sorted(maps.Keys(table)) {
		if r := table[key]; r.Exact < r.Records {
			reason := why[key]
			if reason == "" {
				reason = strings.ReplaceAll(strings.Join(r.Reasons, "; "), "|", "\\|")
			}
			fmt.Fprintf(page, "| %s | %d | %d | %s |\n", key, r.Records, r.Exact, reason)
		}
	}
}

func replays(page *bytes.Buffer, table map[string]replayed) {
	type share struct{ operations, records, exact int }
	bySource := make(map[string]*share)
	for key, r := range table {
		source, _, _ := strings.Cut(key, " ")
		if bySource[source] == nil {
			bySource[source] = new(share)
		}
		s := bySource[source]
		s.operations, s.records, s.exact = s.operations+1, s.records+r.Records, s.exact+r.Exact
	}
	page.WriteString("\n## Real records\n\n| eventSource | operations | records | exact | share |\n|---|---:|---:|---:|---:|\n")
	for _, source := range slices.Sorted(maps.Keys(bySource)) {
		s := bySource[source]
		fmt.Fprintf(page, "| %s | %d | %d | %d | %.1f %% |\n", source, s.operations, s.records, s.exact, 100*float64(s.exact)/float64(s.records))
	}
}
