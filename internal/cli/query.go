package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/smithy-go"
)

// storePlaceholder stands in a statement for an event data store.
const storePlaceholder = "$EDS_ID"

// maxStatement is how long a statement may be, in bytes here, before it is not even
// sent; the server counts 10,000 characters.
const maxStatement = 64 << 10

// queryCmd is `cairn query`.
type queryCmd struct {
	target
	SQL            string   `arg:"" optional:"" name:"sql" help:"The statement; without it, it is read from --file, or from standard input."`
	File           string   `placeholder:"FILE" help:"Read the statement from a file; - is standard input."`
	EventDataStore string   `placeholder:"STORE" help:"Name, id or ARN of the event data store that $EDS_ID stands for; not needed if there is one only."`
	Param          []string `placeholder:"VALUE" sep:"none" help:"What stands for a question mark in the statement; once for each, in their order."`
	DeliverTo      string   `placeholder:"s3://BUCKET/PREFIX" help:"Have the server write the results to a bucket too, signed."`
	Format         string   `enum:"table,json,csv" default:"table" help:"table, json or csv. In csv, cells that a spreadsheet would take for a formula begin with an apostrophe."`
	JSON           bool     `name:"json" help:"The same as --format json."`
	Quiet          bool     `short:"q" help:"Say nothing but the results."`
}

// Help is the long help.
func (queryCmd) Help() string {
	return `Runs a SELECT statement in Trino's SQL over event data stores, and prints its rows. $EDS_ID in it stands for an event data store; in a shell, put the statement in single quotes.

    cairn query 'SELECT eventName, count(*) AS n FROM $EDS_ID GROUP BY 1 ORDER BY 2 DESC LIMIT 10'
    cairn query --format csv --file who.sql > who.csv
    cairn query --param AccessDenied 'SELECT * FROM $EDS_ID WHERE errorCode = ?'

Time, events and bytes are told on standard error. Ctrl-C cancels the query on the server. Times in results are in UTC; NULL is empty.`
}

// Run runs the statement and prints its rows.
func (c *queryCmd) Run(ctx context.Context, sh *shell) error {
	sql, err := c.statement(sh)
	if err != nil {
		return err
	}
	if c.JSON && c.Format == "csv" {
		return usagef("--json and --format csv exclude each other; choose one")
	}
	server, err := c.resolve(ctx)
	if err != nil {
		return err
	}
	client := server.trail()
	if sql, err = c.fill(ctx, server, client, sql); err != nil {
		return err
	}
	in := &cloudtrail.StartQueryInput{QueryStatement: &sql, QueryParameters: c.Param}
	if c.DeliverTo != "" {
		in.DeliveryS3Uri = &c.DeliverTo
	}
	started, err := client.StartQuery(ctx, in)
	if err != nil {
		return pointAt(sql, server.explain(ctx, "The query", err))
	}
	run := &queryRun{client: client, id: started.QueryId}
	ended, err := run.wait(ctx, c.progress(sh))
	if err != nil {
		return errors.Join(run.cancel(ctx, sh), c.failed(ctx, server, err))
	}
	return c.results(ctx, sh, server, run, sql, ended)
}

// failed explains an error of the SDK.
func (c *queryCmd) failed(ctx context.Context, server *caller, err error) error {
	if _, sdk := errors.AsType[*smithy.OperationError](err); sdk {
		return server.explain(ctx, "The query", err)
	}
	return err
}

// statement is the statement that was given, in one of three ways.
func (c *queryCmd) statement(sh *shell) (string, error) {
	if c.SQL != "" && c.File != "" {
		return "", usagef("there is a statement and --file %s; give one of them", c.File)
	}
	sql, from := c.SQL, "standard input"
	if sql == "" {
		in := sh.stdin
		if c.File != "" && c.File != "-" {
			f, err := os.Open(c.File)
			if err != nil {
				return "", fmt.Errorf("read the statement: %w", err)
			}
			defer f.Close()
			in, from = f, c.File
		} else if c.File == "" && isTerminal(in) {
			return "", usagef("there is no statement; give one, as cairn query 'SELECT ... FROM $EDS_ID', or --file FILE")
		}
		raw, err := io.ReadAll(io.LimitReader(in, maxStatement+1))
		if err != nil {
			return "", fmt.Errorf("read the statement from %s: %w", from, err)
		}
		sql = string(raw)
	}
	switch sql = strings.TrimSpace(sql); {
	case sql == "":
		return "", usagef("the statement from %s is empty", from)
	case len(sql) > maxStatement:
		return "", usagef("the statement has more than %d bytes; a server takes 10,000 characters", maxStatement)
	}
	return sql, nil
}

// isTerminal tells whether input comes from somebody who types.
func isTerminal(in io.Reader) bool {
	f, ok := in.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// fill puts the id of an event data store in the place of $EDS_ID.
func (c *queryCmd) fill(ctx context.Context, server *caller, client *cloudtrail.Client, sql string) (string, error) {
	if !containsFold(sql, storePlaceholder) {
		if c.EventDataStore != "" {
			return "", usagef("--event-data-store says what %s stands for, and the statement has no %s; put it behind FROM", storePlaceholder, storePlaceholder)
		}
		return sql, nil
	}
	id, err := chooseStore(ctx, server, client, c.EventDataStore)
	if err != nil {
		return "", err
	}
	return replaceFold(sql, storePlaceholder, id), nil
}

func containsFold(s, part string) bool {
	return strings.Contains(strings.ToUpper(s), strings.ToUpper(part))
}

// replaceFold replaces a part that is ASCII, in whatever case.
func replaceFold(s, part, by string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		if i+len(part) <= len(s) && strings.EqualFold(s[i:i+len(part)], part) {
			b.WriteString(by)
			i += len(part)
			continue
		}
		b.WriteByte(s[i])
		i++
	}
	return b.String()
}

// results prints what the query returned, and how it ended.
func (c *queryCmd) results(ctx context.Context, sh *shell, server *caller, run *queryRun, sql string, ended *cloudtrail.DescribeQueryOutput) error {
	var end error
	switch ended.QueryStatus {
	case types.QueryStatusFinished:
	case types.QueryStatusTimedOut:
		end = fmt.Errorf("The query timed out, and these are not all of its rows: %s", aws.ToString(ended.ErrorMessage)) //nolint:staticcheck // a sentence
	case types.QueryStatusCancelled:
		return errors.New("somebody cancelled the query")
	default:
		return pointAt(sql, fmt.Errorf("The query failed: %s", aws.ToString(ended.ErrorMessage))) //nolint:staticcheck // a sentence
	}
	p := c.printer(sh)
	n, err := run.rows(ctx, p)
	if err != nil {
		return errors.Join(c.failed(ctx, server, err), p.end())
	}
	if err := p.end(); err != nil {
		return err
	}
	if end == nil && c.DeliverTo != "" {
		if ended, end = run.delivered(ctx); end != nil {
			end = c.failed(ctx, server, end)
		}
	}
	if !c.Quiet {
		fmt.Fprintln(sh.stderr, summary(n, ended))
		if c.DeliverTo != "" {
			fmt.Fprintf(sh.stderr, "Delivery to %s: %s\n", clean(c.DeliverTo), ended.DeliveryStatus)
		}
	}
	if end == nil && c.DeliverTo != "" && ended.DeliveryStatus != types.DeliveryStatusSuccess {
		return fmt.Errorf("the results were not delivered: %s", ended.DeliveryStatus)
	}
	return end
}

// summary says what a query took.
func summary(rows int64, q *cloudtrail.DescribeQueryOutput) string {
	s := q.QueryStatistics
	if s == nil {
		return plural(rows, "row")
	}
	took := time.Duration(aws.ToInt32(s.ExecutionTimeInMillis)) * time.Millisecond
	return fmt.Sprintf("%s in %s; %s scanned, %s of them matched, %s read", plural(rows, "row"), took,
		plural(aws.ToInt64(s.EventsScanned), "event"), thousands(aws.ToInt64(s.EventsMatched)), size(aws.ToInt64(s.BytesScanned)))
}

// size is a number of bytes for people.
func size(n int64) string {
	const step = 1000
	if n < step {
		return fmt.Sprintf("%d B", n)
	}
	value, units := float64(n)/step, []string{"kB", "MB", "GB", "TB"}
	for value >= step && len(units) > 1 {
		value, units = value/step, units[1:]
	}
	return fmt.Sprintf("%.1f %s", value, units[0])
}

// pointAt shows the place that an error of a statement names: "line 2:8: ...".
func pointAt(sql string, err error) error {
	_, at, ok := strings.Cut(err.Error(), "line ")
	var line, column int
	if _, scanned := fmt.Sscanf(at, "%d:%d:", &line, &column); !ok || scanned != nil {
		return err
	}
	lines := strings.Split(sql, "\n")
	if line < 1 || line > len(lines) || column < 1 {
		return err
	}
	text := []rune(strings.ReplaceAll(lines[line-1], "\t", " "))
	if column > len(text)+1 {
		return err
	}
	const around = 60
	from := max(0, column-1-around)
	to := min(len(text), column-1+around)
	return fmt.Errorf("%w\n  %s\n  %s^", err, string(text[from:to]), strings.Repeat(" ", column-1-from))
}
