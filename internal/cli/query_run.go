package cli

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
)

// How often a query's state is asked for: at first often, for most are quick.
const (
	firstLook = 10 * time.Millisecond
	lastLook  = time.Second
)

// cancelTime is how long a query may take to be cancelled.
const cancelTime = 5 * time.Second

// queryRun is a query that runs on the server.
type queryRun struct {
	client *cloudtrail.Client
	id     *string
	ended  bool
}

// queryProgress shows how far a query is, if anybody wants to see it.
type queryProgress struct {
	shown *progress
	state atomic.Pointer[cloudtrail.DescribeQueryOutput]
}

func (c *queryCmd) progress(sh *shell) *queryProgress {
	p := &queryProgress{}
	if !c.Quiet {
		p.shown = newProgress(sh.stderr, p.amount)
	}
	return p
}

func (p *queryProgress) amount(elapsed time.Duration) amount {
	q := p.state.Load()
	if q == nil || q.QueryStatus == types.QueryStatusQueued || q.QueryStatistics == nil {
		return amount{text: fmt.Sprintf("waiting to run, %s", elapsed.Round(time.Second))}
	}
	return amount{text: fmt.Sprintf("running for %s, %s scanned, %s read", elapsed.Round(time.Second),
		plural(aws.ToInt64(q.QueryStatistics.EventsScanned), "event"), size(aws.ToInt64(q.QueryStatistics.BytesScanned)))}
}

func (p *queryProgress) run(ctx context.Context) (stop func()) {
	if p.shown == nil {
		return func() {}
	}
	return p.shown.run(ctx)
}

// wait waits until the query has ended.
func (r *queryRun) wait(ctx context.Context, p *queryProgress) (*cloudtrail.DescribeQueryOutput, error) {
	defer p.run(ctx)()
	return r.until(ctx, func(q *cloudtrail.DescribeQueryOutput) bool {
		p.state.Store(q)
		r.ended = q.QueryStatus != types.QueryStatusQueued && q.QueryStatus != types.QueryStatusRunning
		return r.ended
	})
}

// delivered waits until the results have been delivered, or could not be.
func (r *queryRun) delivered(ctx context.Context) (*cloudtrail.DescribeQueryOutput, error) {
	return r.until(ctx, func(q *cloudtrail.DescribeQueryOutput) bool { return q.DeliveryStatus != types.DeliveryStatusPending })
}

// until asks for the query's state until it is as wanted.
func (r *queryRun) until(ctx context.Context, done func(*cloudtrail.DescribeQueryOutput) bool) (*cloudtrail.DescribeQueryOutput, error) {
	look := time.NewTimer(firstLook)
	defer look.Stop()
	for wait := firstLook; ; wait = min(wait*3/2, lastLook) {
		q, err := r.client.DescribeQuery(ctx, &cloudtrail.DescribeQueryInput{QueryId: r.id})
		if err != nil || done(q) {
			return q, err
		}
		look.Reset(wait)
		select {
		case <-look.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// cancel cancels the query on the server if it has not ended: nobody waits for it any
// more.
func (r *queryRun) cancel(ctx context.Context, sh *shell) error {
	if r.ended {
		return nil
	}
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), cancelTime)
	defer stop()
	if _, err := r.client.CancelQuery(ctx, &cloudtrail.CancelQueryInput{QueryId: r.id}); err != nil {
		return fmt.Errorf("the query %s may still run, and could not be cancelled: %w", aws.ToString(r.id), err)
	}
	fmt.Fprintf(sh.stderr, "The query %s was cancelled.\n", clean(aws.ToString(r.id)))
	return nil
}

// rows prints the rows, page by page, and says how many there were.
func (r *queryRun) rows(ctx context.Context, p rowPrinter) (n int64, err error) {
	for pages := cloudtrail.NewGetQueryResultsPaginator(r.client, &cloudtrail.GetQueryResultsInput{QueryId: r.id}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return n, err
		}
		for _, row := range page.QueryResultRows {
			if err := p.row(row); err != nil {
				return n, err
			}
			n++
		}
	}
	return n, nil
}
