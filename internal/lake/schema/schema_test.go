package schema

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/iceberg-go"
)

var update = flag.Bool("update", false, "write the files that tests compare with")

// The ids of fields are in every data file and can never change; new columns come
// behind all others.
func TestFieldIDsStay(t *testing.T) {
	for _, category := range Categories() {
		columns, err := Columns(category)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, c := range columns {
			fmt.Fprintf(&b, "%s %s\n", c.Name, c.Type)
		}
		fmt.Fprintf(&b, "\n%s\n", strings.ReplaceAll(FieldIDs(Iceberg(columns)), ", ", ",\n"))
		name := filepath.Join("testdata", strings.ToLower(category)+".txt")
		if *update {
			if err := os.WriteFile(name, []byte(b.String()), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if b.String() != string(want) {
			t.Errorf("the schema of %s is not that of %s any more:\n%s", category, name, b.String())
		}
	}
}

// Every field of a table has an id of its own, from 1 on.
func TestFieldIDsAreUnique(t *testing.T) {
	for _, category := range Categories() {
		columns, err := Columns(category)
		if err != nil {
			t.Fatal(err)
		}
		s := Iceberg(columns)
		fresh, err := iceberg.AssignFreshSchemaIDs(s, nil)
		if err != nil {
			t.Fatal(err)
		}
		if FieldIDs(s) != FieldIDs(fresh) {
			t.Errorf("the ids of %s are not those that a catalogue gives a new table:\n%s\n%s", category, FieldIDs(s), FieldIDs(fresh))
		}
	}
}

// The columns that the guide lists for CloudTrail events, and those that its queries
// need.
func TestPublishedColumns(t *testing.T) {
	check := func(category string, want string) {
		t.Helper()
		columns, err := Columns(category)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, c := range columns {
			names = append(names, c.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s has the columns\n%s\nwant\n%s", category, got, want)
		}
	}
	const events = "eventversion useridentity eventtime eventsource eventname awsregion sourceipaddress useragent errorcode errormessage " +
		"requestparameters responseelements additionaleventdata requestid eventid readonly resources eventtype apiversion managementevent " +
		"recipientaccountid sharedeventid annotation vpcendpointid vpcendpointaccountid serviceeventdetails addendum edgedevicedetails " +
		"insightdetails eventcategory tlsdetails sessioncredentialfromconsole eventjson eventjsonchecksum eventcontext"
	for _, category := range []string{"Management", "Data", "NetworkActivity"} {
		check(category, events)
	}
	const first = "eventversion eventcategory eventtype eventid eventtime awsregion recipientaccountid "
	check("Insight", first+"sharedeventid addendum insightsource insightstate insighteventsource insighteventname insighterrorcode insighttype insightcontext eventjson eventjsonchecksum")
	check("ConfigurationItem", first+"addendum eventdata eventjson eventjsonchecksum")
	check("Evidence", first+"addendum eventdata eventjson eventjsonchecksum")
	check("ActivityAuditLog", first+"addendum metadata eventdata eventjson eventjsonchecksum")
	if _, err := Columns("Nothing"); err == nil || !strings.Contains(err.Error(), "ActivityAuditLog, ConfigurationItem, Data") {
		t.Errorf("the error of a category that there is not: %v", err)
	}
}
