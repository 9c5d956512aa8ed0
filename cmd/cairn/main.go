// Command cairn is the server, the demo and the clients of Cairn, an open,
// self-hosted CloudTrail. See package cli.
package main

import (
	"context"
	"io"
	"os"

	"github.com/cairntrail/cairn/internal/app"
	"github.com/cairntrail/cairn/internal/cli"
	"github.com/cairntrail/cairn/internal/config"
)

func main() {
	os.Exit(cli.Main(context.Background(), runner{}, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// runner gives the command line the server, which knows nothing of it.
type runner struct{ app.Runner }

// Start keeps a nil server from becoming an interface that is not nil.
func (r runner) Start(ctx context.Context, cfg config.Config, log io.Writer) (cli.Running, error) {
	running, err := r.Runner.Start(ctx, cfg, log)
	if err != nil {
		return nil, err
	}
	return running, nil
}
