package app

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/cairntrail/cairn/internal/config"
	"github.com/cairntrail/cairn/internal/intake"
	"github.com/cairntrail/cairn/internal/intake/inlet"
	"github.com/cairntrail/cairn/internal/store"
)

// follow starts an inlet that follows a bucket of CloudTrail's.
func (a *App) follow(ctx context.Context, v *config.Inlet, metrics *inlet.Metrics) error {
	f := &inlet.Follower{
		Name: v.Name, BucketName: v.Bucket, Prefix: v.Prefix, Since: v.Since, Every: cmp.Or(v.Every, config.DefaultEvery), Accounts: v.CreateAccounts,
		Bucket:   followBucket{importBucket{client: a.buckets, name: v.Bucket, close: func() {}}},
		Ingester: intake.NewIngester(channelJournal{a}, func() intake.Known { return a.history.View() }, accounts{a}, 1),
		Files:    store.NewCollection[inlet.File](a.db, "inlets.files"), Starts: store.NewCollection[inlet.Start](a.db, "inlets.starts"),
		Now: time.Now, Metrics: metrics, Logger: a.log,
	}
	if v.Queue != "" {
		q, err := a.openQueue(ctx, v)
		if err != nil {
			return err
		}
		f.Queue = q
	}
	a.run(ctx, "inlet "+v.Name, f.Run)
	return nil
}

// followBucket is a bucket as followers read it.
type followBucket struct{ importBucket }

// List implements inlet.Bucket.
func (b followBucket) List(ctx context.Context, prefix, after string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for o, err := range b.importBucket.List(ctx, prefix, after) {
			if !yield(o.Key, err) {
				return
			}
		}
	}
}

// queue is a queue of SQS.
type queue struct {
	client *sqs.Client
	url    string
}

// openQueue makes the client of a queue, at the address and in the Region of its URL.
func (a *App) openQueue(ctx context.Context, v *config.Inlet) (*queue, error) {
	u, err := url.Parse(v.Queue)
	if err != nil {
		return nil, fmt.Errorf("queue: %w", err)
	}
	region := cmp.Or(v.Region, a.cfg.Region)
	if parts := strings.Split(u.Hostname(), "."); len(parts) > 3 && parts[0] == "sqs" {
		region = parts[1]
	}
	options := []func(*awsconfig.LoadOptions) error{awsconfig.WithRegion(region)}
	if v.Profile != "" {
		options = append(options, awsconfig.WithSharedConfigProfile(v.Profile))
	}
	cfg, err := awsconfig.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("the credentials for the queue: %w", err)
	}
	client := sqs.NewFromConfig(cfg, func(o *sqs.Options) { o.BaseEndpoint = aws.String(u.Scheme + "://" + u.Host) })
	return &queue{client, v.Queue}, nil
}

// Receive implements inlet.Queue. It waits up to 20 seconds, the longest that SQS does.
func (q *queue) Receive(ctx context.Context) (out []inlet.Message, err error) {
	got, err := q.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: &q.url, MaxNumberOfMessages: 10, WaitTimeSeconds: 20})
	if err != nil {
		return nil, err
	}
	for _, m := range got.Messages {
		out = append(out, inlet.Message{Body: aws.ToString(m.Body), Receipt: aws.ToString(m.ReceiptHandle)})
	}
	return out, nil
}

// Delete implements inlet.Queue.
func (q *queue) Delete(ctx context.Context, m inlet.Message) error {
	_, err := q.client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &q.url, ReceiptHandle: &m.Receipt})
	return err
}
