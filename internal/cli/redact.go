package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/cairntrail/cairn/internal/event"
	"github.com/cairntrail/cairn/internal/redact"
)

// redactCmd is `cairn redact`.
type redactCmd struct {
	Files   []string `arg:"" optional:"" name:"file" help:"Log files ({\"Records\":[...]}), JSON arrays or lines of JSON, gzipped or not; - is standard input."`
	Rules   string   `placeholder:"FILE" help:"Rules of yours, behind the built-in ones."`
	Strict  bool     `help:"Mask session tokens too, which CloudTrail leaves in its records."`
	Explain bool     `help:"Print what is hidden where and by which rule, and not the events. No value is shown."`
	JSON    bool     `name:"json" help:"With --explain or --token: one JSON object a line."`
	Check   bool     `help:"Only check the rules and read their keys."`
	Token   string   `placeholder:"VALUE" help:"Print the tokens that a value has under every key, to search for; - reads the value from standard input."`
}

// Help is the long help.
func (redactCmd) Help() string {
	return `Hides values in recorded events: what CloudTrail hides of each service, then what a file of rules names. Events in which nothing is hidden come out as they went in, byte for byte, one a line.

    cairn redact --rules rules.yaml events.json.gz > redacted.ndjson
    cairn redact --rules rules.yaml --explain events.json.gz
    cairn redact --rules rules.yaml --check
    cairn redact --rules rules.yaml --token C1234

A file of rules:

    rules:
      - name: customers
        event-source: dynamodb.amazonaws.com    # optional, as is event-name
        path: requestParameters.key.customerId.s
        action: token                           # drop, mask or token
    keys:                                       # of tokens, newest first
      - id: k1
        created: 2026-11-01
        file: redact-k1                         # from: openssl rand -base64 32

In a path, * is one level, ** any number of levels, [] any element of a list, and ['a.b'] a name with a dot.`
}

// Run checks, prints tokens, or redacts.
func (c *redactCmd) Run(ctx context.Context, sh *shell) error {
	rules, own, err := c.load()
	if err != nil {
		return err
	}
	switch {
	case c.JSON && !c.Explain && c.Token == "":
		return usagef("--json needs --explain or --token: events are JSON as they are")
	case c.Check:
		if c.Rules == "" || c.Explain || c.Token != "" || len(c.Files) > 0 {
			return usagef("--check goes with --rules FILE and nothing else")
		}
		keys := 0
		if own.Keys() != nil {
			keys = len(own.Keys().Tokens("", ""))
		}
		_, err := fmt.Fprintf(sh.stdout, "%s is right: %s, %s.\n", clean(c.Rules), plural(int64(len(own.List())), "rule"), plural(int64(keys), "key"))
		return err
	case c.Token != "":
		return c.tokens(sh, own)
	case len(c.Files) == 0:
		return usagef("name the files with the events; - is standard input")
	}
	var out redactPrinter = &redactedPrinter{w: bufio.NewWriter(sh.stdout), escape: onTerminal(sh.stdout)}
	if c.Explain {
		out = newHiddenPrinter(sh, rules, own, c.JSON)
	}
	refused := 0
	for _, name := range c.Files {
		n, err := c.file(ctx, sh, rules, name, out)
		if err != nil {
			return errors.Join(fmt.Errorf("%s: %w", name, err), out.end())
		}
		refused += n
	}
	if err := out.end(); err != nil {
		return err
	}
	if refused > 0 {
		fmt.Fprintf(sh.stderr, "%s could not be read and left out.\n", plural(int64(refused), "record"))
		return errReported
	}
	return nil
}

func onTerminal(w io.Writer) bool {
	_, ok := terminal(w)
	return ok
}

// load makes the set of rules, and gives the operator's alone too.
func (c *redactCmd) load() (all, own *redact.Rules, err error) {
	sets := []*redact.Rules{redact.Builtin()}
	if c.Strict {
		sets = append(sets, redact.Strict())
	}
	if own, err = redact.New(nil, nil); err != nil {
		return nil, nil, err
	}
	if c.Rules != "" {
		if own, err = redact.Load(c.Rules); err != nil {
			return nil, nil, usagef("%v", err)
		}
	}
	if all, err = redact.Combine(append(sets, own)...); err != nil {
		return nil, nil, usagef("%s: %v", c.Rules, err)
	}
	return all, own, nil
}

// file redacts one file, and tells how many of its records were refused.
func (c *redactCmd) file(ctx context.Context, sh *shell, rules *redact.Rules, name string, out redactPrinter) (refused int, err error) {
	var src io.Reader = sh.stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return 0, err
		}
		defer f.Close()
		src = f
	}
	buf := bufio.NewReader(src)
	src = buf
	if head, _ := buf.Peek(2); string(head) == "\x1f\x8b" {
		if src, err = gzip.NewReader(buf); err != nil {
			return 0, err
		}
	}
	for r := event.NewReader(src); ; {
		if ctx.Err() != nil {
			return refused, ctx.Err()
		}
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return refused, nil
		}
		var raw []byte
		var hidden []redact.Hidden
		if err == nil {
			raw, hidden, err = rules.Record(rec.Raw)
			if err != nil {
				err = &event.RecordError{Number: rec.Number, Offset: rec.Offset, Err: err}
			}
		}
		if bad, ok := errors.AsType[*event.RecordError](err); ok {
			fmt.Fprintf(sh.stderr, "cairn: %s: %s\n", clean(name), clean(bad.Error()))
			refused++
			continue
		}
		if err != nil {
			return refused, err
		}
		if err := out.event(&rec, raw, hidden); err != nil {
			return refused, err
		}
	}
}

// tokens prints what a value is under every key and every domain of the rules.
func (c *redactCmd) tokens(sh *shell, own *redact.Rules) error {
	if own.Keys() == nil || c.Explain || len(c.Files) > 0 {
		return usagef("--token goes with --rules FILE, a file with keys, and no files of events")
	}
	value := c.Token
	if value == "-" {
		b, err := io.ReadAll(io.LimitReader(sh.stdin, event.MaxSize))
		if err != nil {
			return fmt.Errorf("read the value: %w", err)
		}
		value = strings.TrimRight(string(b), "\r\n")
	}
	var domains []string
	for _, r := range own.List() {
		if r.Action == redact.Token && !slices.Contains(domains, r.Domain) {
			domains = append(domains, r.Domain)
		}
	}
	if len(domains) == 0 {
		domains = []string{""}
	}
	t := newTable(sh.stdout, "KEY", "CREATED", "DOMAIN", "TOKEN")
	t.columns = 0 // A token that is cut finds nothing.
	for _, domain := range domains {
		for _, k := range own.Keys().Tokens(domain, value) {
			if c.JSON {
				line := struct {
					redact.KeyToken
					Domain string `json:"domain"`
				}{k, domain}
				if err := json.NewEncoder(sh.stdout).Encode(line); err != nil {
					return err
				}
				continue
			}
			shown := domain
			if shown == "" {
				shown = "-"
			}
			if err := t.add(k.KeyID, k.Created.UTC().Format(time.DateOnly), shown, k.Token); err != nil {
				return err
			}
		}
	}
	if c.JSON {
		return nil
	}
	return t.flush()
}
