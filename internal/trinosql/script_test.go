package trinosql

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write what statements give into testdata, to be read before it is committed")

// testNow is the current time of statements in tests.
var testNow = time.Date(2024, 3, 15, 12, 34, 56, 789e6, time.UTC)

// eventColumns are the columns of a store of CloudTrail events, as they are published.
const eventColumns = `row(eventversion varchar, useridentity row(type varchar, principalid varchar, arn varchar, accountid varchar,
	accesskeyid varchar, username varchar, sessioncontext row(attributes row(creationdate timestamp(3), mfaauthenticated varchar),
	sessionissuer row(type varchar, principalid varchar, arn varchar, accountid varchar, username varchar),
	webidfederationdata row(federatedprovider varchar, attributes map(varchar, varchar)), sourceidentity varchar,
	ec2roledelivery varchar, ec2issuedinvpc varchar), onbehalfof row(userid varchar, identitystorearn varchar),
	inscopeof row(sourcearn varchar, sourceaccount varchar, issuertype varchar, credentialsissuedto varchar),
	invokedby varchar, identityprovider varchar), eventtime timestamp(3), eventsource varchar, eventname varchar,
	awsregion varchar, sourceipaddress varchar, useragent varchar, errorcode varchar, errormessage varchar,
	requestparameters map(varchar, varchar), responseelements map(varchar, varchar), additionaleventdata map(varchar, varchar),
	requestid varchar, eventid varchar, readonly boolean,
	resources array(row(accountid varchar, type varchar, arn varchar, arnprefix varchar)), eventtype varchar, apiversion varchar,
	managementevent boolean, recipientaccountid varchar, sharedeventid varchar, annotation varchar, vpcendpointid varchar,
	vpcendpointaccountid varchar, serviceeventdetails map(varchar, varchar), addendum map(varchar, varchar),
	edgedevicedetails map(varchar, varchar), insightdetails map(varchar, varchar), eventcategory varchar,
	tlsdetails row(tlsversion varchar, ciphersuite varchar, clientprovidedhostheader varchar),
	sessioncredentialfromconsole varchar, eventjson varchar, eventjsonchecksum varchar,
	eventcontext row(requestcontext map(varchar, varchar), tagcontext row(
	resourcetags array(row(arn varchar, tags map(varchar, varchar))), principaltags map(varchar, varchar))))`

// stores is a catalog in which every name is a store of events, but those that begin with
// "other": they are another account's.
type stores struct{ columns []Column }

func newStores() stores {
	t := MustParseType(eventColumns)
	var s stores
	for i, name := range t.Names {
		s.columns = append(s.columns, Column{name, t.Elems[i]})
	}
	return s
}

func (s stores) Table(_ context.Context, name string) (*Table, error) {
	if strings.HasPrefix(name, "other") {
		return nil, ErrNoTable
	}
	return &Table{Name: strings.ToLower(name), Columns: s.columns}, nil
}

// TestScripts reads testdata/*.txt: a command, a statement, ---- and what the command
// gives.
//
//	check      the names and types of the result, or the error
//	duckdb     the statement for DuckDB
//	trino      the statement for Trino
//	print      the statement as it is written anew
//	pretty     the statement as an editor formats it
//	bounds     the tables and the times of each that matter
//
// Parameters follow a command, with bars between.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) { runScript(t, path) })
	}
}

func runScript(t *testing.T, path string) {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	catalog := newStores()
	var out strings.Builder
	lines := strings.Split(string(text), "\n")
	for i := 0; i < len(lines); i++ {
		out.WriteString(lines[i] + "\n")
		if lines[i] == "" || strings.HasPrefix(lines[i], "#") {
			continue
		}
		at, command := i+1, lines[i]
		var sql []string
		for i++; i < len(lines) && lines[i] != "----"; i++ {
			sql = append(sql, lines[i])
		}
		var want []string
		for i++; i < len(lines) && lines[i] != ""; i++ {
			want = append(want, lines[i])
		}
		have := scriptCommand(command, strings.Join(sql, "\n"), catalog)
		if wanted := strings.Join(want, "\n"); have != wanted && !*update {
			t.Errorf("%s:%d: %s\n%s\nhas\n%s\nwant\n%s", path, at, command, strings.Join(sql, "\n"), have, wanted)
		}
		out.WriteString(strings.Join(sql, "\n") + "\n----\n" + have + "\n\n")
	}
	if *update {
		if err := os.WriteFile(path, []byte(strings.TrimRight(out.String(), "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func scriptCommand(command, sql string, catalog Catalog) string {
	name, rest, _ := strings.Cut(command, " ")
	var params []string
	if rest != "" {
		params = strings.Split(rest, "|")
	}
	if name == "pretty" {
		text, err := Pretty(sql)
		if err != nil {
			return scriptError(err)
		}
		return text
	}
	stmt, err := Parse(sql, params...)
	if err != nil {
		return scriptError(err)
	}
	if name == "print" {
		return stmt.String()
	}
	checked, err := Check(context.Background(), stmt, catalog, Options{Now: testNow, EventDataStore: "store-of-the-id", User: "alice"})
	if err != nil {
		return scriptError(err)
	}
	switch name {
	case "check":
		var parts []string
		for _, c := range checked.Columns() {
			parts = append(parts, c.Name+" "+c.Type.String())
		}
		return strings.Join(parts, "; ")
	case "duckdb":
		return checked.DuckDB()
	case "trino":
		return checked.Trino(func(name string) string { return `lake.stores.` + quoteIdent(name) })
	case "bounds":
		return scriptBounds(checked)
	}
	return "no such command"
}

func scriptError(err error) string {
	e, ok := err.(*Error)
	if !ok {
		return "not an *Error: " + err.Error()
	}
	return fmt.Sprintf("error %s %s", e.Code, e)
}

func scriptBounds(c *Checked) string {
	end := func(t time.Time) string {
		if t.IsZero() {
			return "..."
		}
		return t.Format("2006-01-02 15:04:05.000")
	}
	var parts []string
	for _, u := range c.Tables() {
		parts = append(parts, u.Table.Name+": "+end(u.From)+" to "+end(u.To))
	}
	return strings.Join(parts, "\n")
}
