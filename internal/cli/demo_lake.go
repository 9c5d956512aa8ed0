package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
)

// demoStore is the name of the demo's event data store.
const demoStore = "demo"

// demoSQL is what the demo asks: who did what, and was it allowed?
const demoSQL = `SELECT coalesce(userIdentity.userName, userIdentity.sessionContext.sessionIssuer.userName, userIdentity.type) AS who,
       eventName AS what, coalesce(errorCode, 'ok') AS result, count(*) AS calls
FROM $EDS_ID
WHERE eventTime >= '%s' AND NOT regexp_like(eventName, 'Quer|Trail|Logging|Keys')
GROUP BY 1, 2, 3
ORDER BY calls DESC, who, what
LIMIT 20`

// store makes an event data store, which takes what happens from then on.
func (s *story) store(ctx context.Context) error {
	_, err := s.admin.trail().CreateEventDataStore(ctx, &cloudtrail.CreateEventDataStoreInput{Name: aws.String(demoStore), TerminationProtectionEnabled: aws.Bool(false)})
	if _, there := errors.AsType[*types.EventDataStoreAlreadyExistsException](err); there { // of an earlier demo in the same folder
		return nil
	}
	return err
}

// query asks the store in SQL, when it has the first call of the demo.
func (s *story) query(ctx context.Context) error {
	client := s.admin.trail()
	id, err := chooseStore(ctx, s.admin, client, demoStore)
	if err != nil {
		return err
	}
	sql := fmt.Sprintf(demoSQL, s.began.UTC().Format(time.DateTime))
	if _, err := fmt.Fprintf(s.out, "%s\n\n", sql); err != nil {
		return err
	}
	sql = replaceFold(sql, storePlaceholder, id)
	// The store has what happened in its order: with the last call it has them all.
	last := fmt.Sprintf("SELECT eventID FROM %s WHERE eventName = 'StartLogging' AND eventTime >= '%s'", id, s.began.UTC().Format(time.DateTime))
	err = until(ctx, "the appearance of the calls in the event data store", func(ctx context.Context) (bool, error) {
		_, ended, err := s.run(ctx, client, last)
		return err == nil && aws.ToInt64(ended.QueryStatistics.EventsMatched) > 0, err
	})
	if err != nil {
		return err
	}
	run, ended, err := s.run(ctx, client, sql)
	if err != nil {
		return err
	}
	p := (&queryCmd{Format: "table"}).printer(s.sh)
	n, err := run.rows(ctx, p)
	if err == nil {
		err = p.end()
	}
	if err == nil {
		_, err = fmt.Fprintf(s.out, "\n%s\n", summary(n, ended))
	}
	return err
}

// run runs a query to its end.
func (s *story) run(ctx context.Context, client *cloudtrail.Client, sql string) (*queryRun, *cloudtrail.DescribeQueryOutput, error) {
	started, err := client.StartQuery(ctx, &cloudtrail.StartQueryInput{QueryStatement: &sql})
	if err != nil {
		return nil, nil, err
	}
	run := &queryRun{client: client, id: started.QueryId}
	ended, err := run.wait(ctx, (&queryCmd{Quiet: true}).progress(s.sh))
	if err == nil && ended.QueryStatus != types.QueryStatusFinished {
		err = fmt.Errorf("the query ended as %s: %s", ended.QueryStatus, aws.ToString(ended.ErrorMessage))
	}
	return run, ended, err
}
