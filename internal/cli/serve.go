package cli

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/cairntrail/cairn/internal/config"
)

// serveCmd is `cairn serve`.
type serveCmd struct {
	Settings settings `embed:""`
}

// settings gives the parser the flags of the configuration, but not its
// methods: it would call Validate before anything is loaded.
type settings config.Config

// Help is the long help.
func (serveCmd) Help() string {
	return `The first start makes an account with an administrator, and writes its credentials to DIR/credentials:

    cairn serve --data-dir ./cairn-data
    AWS_SHARED_CREDENTIALS_FILE=./cairn-data/credentials \
      aws --endpoint-url http://127.0.0.1:4570 --region us-east-1 cloudtrail lookup-events

The web console is at http://127.0.0.1:4570/console/: sign in with the access key in DIR/credentials, or with a password that "cairn account password" sets.

Every flag can stand in a YAML file (--config FILE, "listen: 127.0.0.1:4570") and in the environment too. Flags beat the environment, the environment beats the file.

Ctrl-C, or SIGTERM, stops gracefully; a second one stops at once.`
}

// Run loads the configuration and serves until a signal.
func (serveCmd) Run(ctx context.Context, sh *shell) error {
	cfg, err := config.Load(config.Sources{Flags: sh.settings})
	if err != nil {
		return fmt.Errorf("the server was not started: %w", err)
	}
	if err := sh.runner.Serve(ctx, cfg, sh.stderr); err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("the server ended: %w", err)
	}
	return nil
}

// settingMapper keeps the text of a flag of the configuration. Package config
// reads it later, together with the other sources, so that all problems are
// reported at once.
type settingMapper struct{ given map[string]string }

// Decode takes the flag's value.
func (m settingMapper) Decode(ctx *kong.DecodeContext, _ reflect.Value) error {
	var text string
	if err := ctx.Scan.PopValueInto("value", &text); err != nil {
		return err
	}
	m.given[ctx.Value.Name] = text
	return nil
}

// settingSwitch is settingMapper for flags that need no value.
type settingSwitch struct{ settingMapper }

// Decode takes "--flag" and "--flag=false".
func (m settingSwitch) Decode(ctx *kong.DecodeContext, _ reflect.Value) error {
	text := "true"
	if token := ctx.Scan.Peek(); token.Type == kong.FlagValueToken {
		text = fmt.Sprint(ctx.Scan.Pop().Value)
	}
	m.given[ctx.Value.Name] = text
	return nil
}

// IsBool tells the parser that no value has to follow.
func (settingSwitch) IsBool() bool { return true }

// settingHelp adds the default and the environment variable to the help of the
// configuration's flags.
func settingHelp(value *kong.Value) string {
	if value.Tag == nil || !strings.HasPrefix(value.Tag.Type, "setting") {
		return kong.DefaultHelpValueFormatter(value)
	}
	suffix := "$" + config.EnvName(value.Name)
	if def := config.Default(value.Name); def != "" {
		suffix = "default " + def + ", " + suffix
	}
	return strings.TrimSuffix(value.Help, ".") + " (" + suffix + ")."
}
