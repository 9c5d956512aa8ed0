package cli

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// ingestCmd is `cairn ingest`.
type ingestCmd struct {
	target
	Paths          []string      `arg:"" name:"path" help:"Files, folders, or s3://bucket/prefix."`
	CreateAccounts bool          `help:"Make the accounts that the records name and the server does not know."`
	Parallel       int           `default:"4" placeholder:"N" help:"How many files are sent at once (default 4)."`
	Follow         bool          `help:"Keep watching for new and grown files until Ctrl-C."`
	Poll           time.Duration `default:"2s" placeholder:"TIME" help:"With --follow: how often to look (default 2s)."`
	S3Endpoint     string        `group:"Bucket" name:"s3-endpoint" placeholder:"URL" help:"Endpoint of an S3 other than AWS, with path-style addresses."`
	S3Profile      string        `group:"Bucket" name:"s3-profile" placeholder:"NAME" help:"Profile of the bucket's credentials; otherwise those of the environment."`
	JSON           bool          `name:"json" help:"Print the summary as JSON."`
}

// Help is the long help.
func (ingestCmd) Help() string {
	return `Takes CloudTrail log files ({"Records":[...]}), JSON arrays and lines of JSON, gzipped or not. In folders, files that end in .json, .jsonl, .ndjson or .log, with or without .gz, are taken; the folders CloudTrail-Digest and CloudTrail-Insight are skipped.

    cairn ingest --create-accounts ./AWSLogs
    cairn ingest s3://my-trail-bucket/AWSLogs/111122223333/CloudTrail/ --s3-profile audit
    cairn ingest --follow /var/log/cloudtrail

Sending a file again is harmless: records that the server has are counted as known and not stored twice. Records that the server rejects are listed with their place, and the rest goes on. The exit code is 1 if a file could not be read or a record was rejected.`
}

// Run sends the files, once or until interrupted.
func (c *ingestCmd) Run(ctx context.Context, sh *shell) error {
	if c.Parallel < 1 || c.Parallel > 64 {
		return usagef("--parallel is %d; it is between 1 and 64", c.Parallel)
	}
	if c.Poll < 10*time.Millisecond {
		return usagef("--poll is %v; look every 10ms at most", c.Poll)
	}
	sources, err := c.sources(ctx)
	if err != nil {
		return err
	}
	server, err := c.resolve(ctx)
	if err != nil {
		return err
	}
	job := newIngestJob(sh, server, sources, c.Parallel, c.CreateAccounts)
	if c.Follow {
		err = job.follow(ctx, c.Poll)
	} else {
		err = job.once(ctx)
	}
	if printed := job.tally.summary(sh.stdout, c.JSON); printed != nil {
		return printed
	}
	if err != nil {
		return err
	}
	if job.tally.bad() {
		return errReported
	}
	return nil
}

// ingestJob sends log files of some sources to a server.
type ingestJob struct {
	sources  []source
	parallel int
	sender   *sender
	tally    *tally
	progress *progress
	caller   *caller
}

func newIngestJob(sh *shell, server *caller, sources []source, parallel int, createAccounts bool) *ingestJob {
	t := &tally{began: time.Now()}
	return &ingestJob{
		sources: sources, parallel: parallel, caller: server, tally: t,
		sender:   newSender(server, t, parallel, createAccounts),
		progress: newProgress(sh.stderr, t.state),
	}
}

// once sends everything there is. The error is what ended the run early;
// failures of single files are in the tally.
func (j *ingestJob) once(ctx context.Context) error {
	stop := j.progress.run(ctx)
	defer stop()
	queue := newFileQueue()
	group, ctx := errgroup.WithContext(ctx)
	defer context.AfterFunc(ctx, queue.close)()
	group.Go(func() error {
		defer queue.close()
		for _, s := range j.sources {
			if err := s.list(ctx, j.tally, queue.push); err != nil {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				j.fail(s.String(), err)
			}
		}
		j.tally.listed.Store(true)
		return nil
	})
	j.work(ctx, group, queue, func(logFile) {})
	return group.Wait()
}

// work starts the workers. done is told of each file that need not be sent
// again.
func (j *ingestJob) work(ctx context.Context, group *errgroup.Group, queue *fileQueue, done func(logFile)) {
	for range j.parallel {
		group.Go(func() error {
			for {
				f, ok := queue.pop()
				if !ok || ctx.Err() != nil {
					return ctx.Err()
				}
				if err := j.file(ctx, f); err != nil {
					return err
				}
				done(f)
			}
		})
	}
}

// file sends one file and reports it. Only an error that concerns all files is
// returned.
func (j *ingestJob) file(ctx context.Context, f logFile) error {
	answer, err := j.sender.send(ctx, f)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err == nil:
		j.progress.lines(j.tally.answered(f.name, answer))
		return nil
	case errors.Is(err, errAllFiles):
		return fmt.Errorf("%w; files that were sent before need not be sent again, but may be", j.caller.explain(ctx, "Sending "+clean(f.name), err))
	}
	j.fail(f.name, err)
	return nil
}

// fail reports a file, or a place to list, that could not be read or sent.
func (j *ingestJob) fail(name string, err error) {
	j.progress.lines([]string{j.tally.failed(name, err)})
}

// fileQueue hands files from the lister to the workers. It has no bound, so
// that the total is known early; a file is little more than its path.
type fileQueue struct {
	wake *sync.Cond
	mu   struct {
		sync.Mutex
		files  []logFile
		closed bool
	}
}

func newFileQueue() *fileQueue {
	q := &fileQueue{}
	q.wake = sync.NewCond(&q.mu)
	return q
}

// push adds a file.
func (q *fileQueue) push(f logFile) {
	q.mu.Lock()
	q.mu.files = append(q.mu.files, f)
	q.mu.Unlock()
	q.wake.Signal()
}

// close says that no more files come; those in the queue are still handed out.
func (q *fileQueue) close() {
	q.mu.Lock()
	q.mu.closed = true
	q.mu.Unlock()
	q.wake.Broadcast()
}

// pop waits for a file; ok is false when there are no more.
func (q *fileQueue) pop() (f logFile, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.mu.files) == 0 && !q.mu.closed {
		q.wake.Wait()
	}
	if len(q.mu.files) == 0 {
		return logFile{}, false
	}
	f, q.mu.files = q.mu.files[0], q.mu.files[1:]
	return f, true
}
