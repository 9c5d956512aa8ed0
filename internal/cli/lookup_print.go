package cli

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
)

// eventPrinter prints events one after another.
type eventPrinter interface {
	event(e *types.Event) error
	// end writes what is left. It is called once, after an error too.
	end() error
}

func (c *lookupCmd) printer(sh *shell) eventPrinter {
	_, onTerminal := terminal(sh.stdout)
	w := bufio.NewWriter(sh.stdout)
	switch {
	case c.Raw:
		return &rawPrinter{w: w, escape: onTerminal}
	case c.JSON || c.Format == "json":
		return &jsonPrinter{w: w, escape: onTerminal}
	case c.Format == "csv":
		return &csvPrinter{w: csv.NewWriter(w), buf: w, escape: onTerminal}
	}
	return &tablePrinter{newTable(sh.stdout, "TIME (UTC)", "EVENT", "SERVICE", "WHO", "RESULT", "RESOURCE", "FROM")}
}

// recordDetail is what LookupEvents leaves inside the record.
type recordDetail struct {
	AWSRegion    string `json:"awsRegion"`
	SourceIP     string `json:"sourceIPAddress"`
	ErrorCode    string `json:"errorCode"`
	ErrorMessage string `json:"errorMessage"`
	AccountID    string `json:"recipientAccountId"`
	UserIdentity struct {
		Type      string `json:"type"`
		ARN       string `json:"arn"`
		InvokedBy string `json:"invokedBy"`
	} `json:"userIdentity"`
}

// detail reads the record; one that is not as expected has less to show.
func detail(e *types.Event) recordDetail {
	var d recordDetail
	_ = json.Unmarshal([]byte(text(e.CloudTrailEvent)), &d)
	return d
}

// who is the best short name of the caller.
func who(e *types.Event, d *recordDetail) string {
	if name := text(e.Username); name != "" {
		return name
	}
	if _, name, ok := strings.Cut(d.UserIdentity.ARN, "/"); ok {
		return name
	}
	switch key := text(e.AccessKeyId); {
	case d.UserIdentity.InvokedBy != "":
		return d.UserIdentity.InvokedBy
	case key != "":
		return key
	case d.UserIdentity.Type != "":
		return "(" + d.UserIdentity.Type + ")"
	}
	return "-"
}

// outcome is "ok" or the error code. Failed sign-ins have a message only.
func outcome(d *recordDetail) string {
	switch {
	case d.ErrorCode != "":
		return d.ErrorCode
	case d.ErrorMessage != "":
		return d.ErrorMessage
	}
	return "ok"
}

// moment shows a time in UTC.
func moment(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}

// tablePrinter prints for people.
type tablePrinter struct{ *table }

func (p *tablePrinter) event(e *types.Event) error {
	d := detail(e)
	resource := ""
	if len(e.Resources) > 0 {
		resource = text(e.Resources[0].ResourceName)
	}
	if more := len(e.Resources) - 1; more > 0 {
		resource += fmt.Sprintf(" +%d", more)
	}
	return p.add(moment(e.EventTime), text(e.EventName), strings.TrimSuffix(text(e.EventSource), ".amazonaws.com"), who(e, &d), outcome(&d), resource, d.SourceIP)
}

func (p *tablePrinter) end() error { return p.flush() }

// rawPrinter prints the records themselves.
type rawPrinter struct {
	w      *bufio.Writer
	escape bool
}

func (p *rawPrinter) event(e *types.Event) error {
	_, err := p.w.Write(append(recordLine(e, p.escape), '\n'))
	return err
}

func (p *rawPrinter) end() error { return p.w.Flush() }

// recordLine is the record on one line: byte for byte, unless it is for a
// terminal, or has line ends between its members.
func recordLine(e *types.Event, escape bool) []byte {
	raw := []byte(text(e.CloudTrailEvent))
	if escape {
		return cleanJSON(raw)
	}
	for i, c := range raw {
		if c == '\n' || c == '\r' {
			raw[i] = ' '
		}
	}
	return raw
}

// jsonPrinter prints one JSON array, with the record as a value of its own.
type jsonPrinter struct {
	w      *bufio.Writer
	escape bool
	begun  bool
}

// jsonEvent is an event in the output of --json.
type jsonEvent struct {
	EventID     string          `json:"eventId"`
	EventTime   string          `json:"eventTime,omitempty"`
	EventName   string          `json:"eventName"`
	EventSource string          `json:"eventSource"`
	Username    string          `json:"username,omitempty"`
	AccessKeyID string          `json:"accessKeyId,omitempty"`
	ReadOnly    string          `json:"readOnly,omitempty"`
	Resources   []jsonResource  `json:"resources"`
	Record      json.RawMessage `json:"record"`
}

type jsonResource struct {
	Name string `json:"name,omitempty"`
	Type string `json:"type,omitempty"`
}

func (p *jsonPrinter) event(e *types.Event) error {
	out := jsonEvent{
		EventID: text(e.EventId), EventName: text(e.EventName), EventSource: text(e.EventSource),
		Username: text(e.Username), AccessKeyID: text(e.AccessKeyId), ReadOnly: text(e.ReadOnly),
		Resources: []jsonResource{}, Record: json.RawMessage("null"),
	}
	if e.EventTime != nil {
		out.EventTime = e.EventTime.UTC().Format(time.RFC3339)
	}
	for _, r := range e.Resources {
		out.Resources = append(out.Resources, jsonResource{text(r.ResourceName), text(r.ResourceType)})
	}
	if raw := recordLine(e, false); json.Valid(raw) {
		out.Record = raw
	}
	var buf bytes.Buffer
	encoder := json.NewEncoder(&buf)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(out); err != nil {
		return fmt.Errorf("write the event: %w", err)
	}
	line := bytes.TrimRight(buf.Bytes(), "\n")
	if p.escape {
		line = cleanJSON(line)
	}
	lead := ",\n"
	if !p.begun {
		lead, p.begun = "[\n", true
	}
	_, err := p.w.Write(append([]byte(lead), line...))
	return err
}

func (p *jsonPrinter) end() error {
	tail := "\n]\n"
	if !p.begun {
		tail = "[]\n"
	}
	if _, err := io.WriteString(p.w, tail); err != nil {
		return err
	}
	return p.w.Flush()
}

// csvPrinter prints RFC 4180 with a heading line.
type csvPrinter struct {
	w      *csv.Writer
	buf    *bufio.Writer
	escape bool
	begun  bool
}

// csvHeading are the columns of --format csv.
var csvHeading = []string{"time", "event_id", "event_name", "event_source", "username", "access_key_id", "read_only",
	"account_id", "region", "source_ip", "error_code", "error_message", "resource_names", "resource_types"}

func (p *csvPrinter) event(e *types.Event) error {
	d := detail(e)
	var names, kinds []string
	for _, r := range e.Resources {
		names = append(names, text(r.ResourceName))
		kinds = append(kinds, text(r.ResourceType))
	}
	at := ""
	if e.EventTime != nil {
		at = e.EventTime.UTC().Format(time.RFC3339)
	}
	return p.row([]string{at, text(e.EventId), text(e.EventName), text(e.EventSource), text(e.Username), text(e.AccessKeyId), text(e.ReadOnly),
		d.AccountID, d.AWSRegion, d.SourceIP, d.ErrorCode, d.ErrorMessage, strings.Join(names, " "), strings.Join(kinds, " ")})
}

func (p *csvPrinter) row(cells []string) error {
	if !p.begun {
		p.begun = true
		if err := p.w.Write(csvHeading); err != nil {
			return err
		}
	}
	for i := range cells {
		cells[i] = defuse(cells[i])
		if p.escape {
			cells[i] = clean(cells[i])
		}
	}
	return p.w.Write(cells)
}

func (p *csvPrinter) end() error {
	if !p.begun {
		p.begun = true
		if err := p.w.Write(csvHeading); err != nil {
			return err
		}
	}
	p.w.Flush()
	if err := p.w.Error(); err != nil {
		return fmt.Errorf("write the CSV: %w", err)
	}
	return p.buf.Flush()
}

// defuse keeps a spreadsheet from taking a cell for a formula. Source: "CSV
// Injection", OWASP.
func defuse(cell string) string {
	if cell != "" && strings.IndexByte("=+-@\t\r", cell[0]) >= 0 {
		return "'" + cell
	}
	return cell
}
